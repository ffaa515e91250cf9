// Package redistest runs a real Redis for a test.
package redistest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Server is a redis-server process on a Unix socket of its own.
type Server struct {
	tb     testing.TB
	socket string
	cmd    *exec.Cmd
}

// New starts a Redis that stores nothing and stops it with the test. A machine
// without redis-server fails the test.
func New(tb testing.TB) *Server {
	tb.Helper()
	dir, err := os.MkdirTemp("", "parley-redis-") // short: a socket's path has 108 bytes
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{tb: tb, socket: filepath.Join(dir, "s")}
	tb.Cleanup(func() {
		s.Kill()
		_ = os.RemoveAll(dir)
	})
	s.Start()
	return s
}

// URL is what a broker takes.
func (s *Server) URL() string { return "unix://" + s.socket }

// Start runs the process and returns when it answers.
func (s *Server) Start() {
	s.tb.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		s.tb.Fatal("redis-server is missing; install it with: apt install redis-server")
	}
	s.cmd = exec.Command(path, "--port", "0", "--unixsocket", s.socket, "--save", "", "--appendonly", "no", "--dir", filepath.Dir(s.socket))
	if err := s.cmd.Start(); err != nil {
		s.tb.Fatalf("starting redis-server: %v", err)
	}
	client := s.client()
	defer func() { _ = client.Close() }()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if client.Ping(context.Background()).Err() == nil {
			return
		}
		if time.Now().After(deadline) {
			s.tb.Fatal("redis-server did not answer within 10 s")
		}
	}
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

// CutSubscribers closes every subscription connection from Redis' side.
func (s *Server) CutSubscribers() {
	s.tb.Helper()
	client := s.client()
	defer func() { _ = client.Close() }()
	if err := client.ClientKillByFilter(context.Background(), "TYPE", "pubsub").Err(); err != nil {
		s.tb.Fatalf("cutting subscribers: %v", err)
	}
}

func (s *Server) client() *goredis.Client {
	return goredis.NewClient(&goredis.Options{Network: "unix", Addr: s.socket, MaxRetries: -1})
}
