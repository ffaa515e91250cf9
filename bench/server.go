//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// startTimeout bounds the wait for a served page: initdb included.
	startTimeout = 60 * time.Second
	// stopTimeout bounds a clean stop of server and database.
	stopTimeout = 30 * time.Second
	// adminKey opens the workspace of a server that lives for one run.
	adminKey = "bench-admin-key-of-a-throwaway-server"
)

// server is the binary under test, running.
type server struct {
	addr, origin string
	pid          int
	postmaster   int    // PostgreSQL's pid
	dsn          string // its Unix socket
	cmd          *exec.Cmd
	log          *os.File
	ended        chan error // capacity 1; the end of the process
}

// buildServer compiles the binary into dir.
func buildServer(ctx context.Context, dir string) (string, error) {
	bin := filepath.Join(dir, "parley")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", bin, "parley/server").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the server: %w: %s", err, out)
	}
	return bin, nil
}

// startServer starts bin on a data directory and waits until it is ready. A
// later start on the same directory finds the earlier rooms and sessions.
func startServer(ctx context.Context, bin, data string, pinned bool) (*server, error) {
	s, err := startOnly(ctx, bin, data, pinned)
	if err != nil {
		return nil, err
	}
	if err := s.findPostgres(data); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// startBeside starts another server on the database of s, and on the Redis that
// redisURL names if it names one.
func (s *server) startBeside(ctx context.Context, bin, data string, pinned bool, redisURL string) (*server, error) {
	other, err := startOnly(ctx, bin, data, pinned, "DATABASE_URL="+s.dsn, "REDIS_URL="+redisURL)
	if err == nil {
		other.dsn, other.postmaster = s.dsn, s.postmaster
	}
	return other, err
}

// startOnly starts bin, its environment as given and otherwise clean.
func startOnly(ctx context.Context, bin, data string, pinned bool, env ...string) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(data), 0o755); err != nil {
		return nil, fmt.Errorf("making the folder of the server: %w", err)
	}
	s := &server{addr: addr, origin: "http://" + addr, ended: make(chan error, 1)}
	if s.log, err = os.OpenFile(filepath.Join(filepath.Dir(data), "server.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644); err != nil {
		return nil, fmt.Errorf("opening the server's log: %w", err)
	}
	s.cmd = onServerCore(pinned, bin)
	s.cmd.Env = append(cleanEnv(), "PARLEY_ADDR="+addr, "PARLEY_PUBLIC_URL="+s.origin, "PARLEY_DATA="+data,
		"PARLEY_ADMIN_KEY="+adminKey, "PARLEY_DEMO=false", "PARLEY_OPS_PER_SECOND=0")
	s.cmd.Env = append(s.cmd.Env, env...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the server: %w", err)
	}
	s.pid = s.cmd.Process.Pid
	go func() { s.ended <- s.cmd.Wait() }()
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// onServerCore prepares a command that has core 0 to itself and its children.
func onServerCore(pinned bool, bin string, args ...string) *exec.Cmd {
	if pinned {
		return exec.Command("taskset", append([]string{"-c", "0", bin}, args...)...)
	}
	return exec.Command(bin, args...)
}

// cleanEnv is the environment without settings meant for another server.
func cleanEnv() []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "PARLEY_") && !strings.HasPrefix(kv, "DATABASE_URL=") &&
			!strings.HasPrefix(kv, "REDIS_URL=") && !strings.HasPrefix(kv, "SMTP_URL=") {
			env = append(env, kv)
		}
	}
	return env
}

// freeAddr finds a loopback port below those that Linux gives to clients: the
// generator's own thousands of sockets cannot take it between here and the
// server's start.
func freeAddr() (string, error) {
	var last error
	for range 50 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000))
		ln, err := net.Listen("tcp4", addr)
		if err == nil {
			return addr, ln.Close()
		}
		last = err
	}
	return "", fmt.Errorf("finding a free port: %w", last)
}

func (s *server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.origin+"/readyz", nil)
		if err != nil {
			return fmt.Errorf("making the readiness request: %w", err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("the server ended before it was ready: %w; its log ends: %s", err, s.logEnd())
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready after %s; its log ends: %s", startTimeout, s.logEnd())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// logEnd returns the last of the server's log.
func (s *server) logEnd() string {
	b, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(b[max(0, len(b)-2000):]))
}

// findPostgres reads postmaster.pid, PostgreSQL's own note of its pid, port and
// socket directory. Role and database are those of package embedded.
func (s *server) findPostgres(data string) error {
	var note string
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "postmaster.pid" {
			note = path
			return fs.SkipAll
		}
		return err
	})
	if err != nil || note == "" {
		return errors.Join(fmt.Errorf("no postmaster.pid under %s", data), err)
	}
	b, err := os.ReadFile(note)
	if err != nil {
		return fmt.Errorf("reading %s: %w", note, err)
	}
	lines := bytes.Split(b, []byte("\n")) // pid, data, start, port, socket directory, …
	if len(lines) < 5 {
		return fmt.Errorf("%s has %d lines", note, len(lines))
	}
	if s.postmaster, err = strconv.Atoi(string(bytes.TrimSpace(lines[0]))); err != nil {
		return fmt.Errorf("reading the pid in %s: %w", note, err)
	}
	s.dsn = fmt.Sprintf("host=%s port=%s user=parley dbname=postgres sslmode=disable", lines[4], lines[3])
	return nil
}

// stop ends server and database and waits for both.
func (s *server) stop() error {
	defer func() { _ = s.log.Close() }()
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // an error: it has ended already
	select {
	case err := <-s.ended:
		if err != nil {
			return fmt.Errorf("the server ended with: %w; its log ends: %s", err, s.logEnd())
		}
		return nil
	case <-time.After(stopTimeout):
		_ = s.cmd.Process.Kill()
		<-s.ended
		return fmt.Errorf("the server did not stop within %s; its log ends: %s", stopTimeout, s.logEnd())
	}
}
