// Package redistest runs real Redis processes for a test: one server, a master
// with a replica and sentinels, or a cluster.
package redistest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// patience is how long Redis processes may take to agree on something.
const patience = 20 * time.Second

// Server is a redis-server process on a Unix socket of its own, and on a port of
// the loopback where others are to reach it.
type Server struct {
	tb     testing.TB
	dir    string
	socket string
	port   int // 0 for none
	args   []string
	cmd    *exec.Cmd
}

// New starts a Redis that stores nothing and stops it with the test. A machine
// without redis-server fails the test.
func New(tb testing.TB) *Server {
	tb.Helper()
	s := newServer(tb, 0)
	s.Start()
	return s
}

func newServer(tb testing.TB, port int, args ...string) *Server {
	tb.Helper()
	dir, err := os.MkdirTemp("", "parley-redis-") // short: a socket's path has 108 bytes
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{tb: tb, dir: dir, socket: filepath.Join(dir, "s"), port: port}
	s.args = append([]string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--unixsocket", s.socket,
		"--save", "", "--appendonly", "no", "--dir", dir}, args...)
	tb.Cleanup(func() {
		s.Kill()
		_ = os.RemoveAll(dir)
	})
	return s
}

// URL is what a broker takes.
func (s *Server) URL() string { return "unix://" + s.socket }

// addr is where other processes reach it.
func (s *Server) addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Start runs the process and returns when it answers.
func (s *Server) Start() {
	s.tb.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		s.tb.Fatal("redis-server is missing; install it with: apt install redis-server")
	}
	s.cmd = exec.Command(path, s.args...)
	if err := s.cmd.Start(); err != nil {
		s.tb.Fatalf("starting redis-server: %v", err)
	}
	client := s.client()
	defer func() { _ = client.Close() }()
	until(s.tb, "redis-server answers", func() bool { return client.Ping(context.Background()).Err() == nil })
}

// Kill ends the process at once, as a crash would.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
	_ = os.Remove(s.socket)
}

// Freeze stops the process without ending it: connections stay open and nobody
// answers, as in a black hole.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets a frozen process go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	s.tb.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.tb.Fatalf("signalling redis-server: %v", err)
	}
}

// CutSubscribers closes every subscription connection from Redis' side.
func (s *Server) CutSubscribers() {
	s.tb.Helper()
	s.do("client", "kill", "type", "pubsub")
}

// Keys returns how many keys there are.
func (s *Server) Keys() int {
	s.tb.Helper()
	n, _ := s.do("dbsize").(int64)
	return int(n)
}

// Channels returns the names of what is subscribed to.
func (s *Server) Channels() (names []string) {
	s.tb.Helper()
	list, _ := s.do("pubsub", "shardchannels").([]any)
	for _, name := range list {
		names = append(names, name.(string))
	}
	return names
}

// do runs one command that must not fail.
func (s *Server) do(args ...any) any {
	s.tb.Helper()
	client := s.client()
	defer func() { _ = client.Close() }()
	reply, err := client.Do(context.Background(), args...).Result()
	if err != nil {
		s.tb.Fatalf("%v: %v", args, err)
	}
	return reply
}

func (s *Server) client() *goredis.Client {
	return goredis.NewClient(&goredis.Options{Network: "unix", Addr: s.socket, MaxRetries: -1, Protocol: 2, DisableIdentity: true})
}

// freePort returns a port of the loopback that nobody listens on.
func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func until(tb testing.TB, what string, done func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatalf("%s: not within %s", what, patience)
		}
	}
}
