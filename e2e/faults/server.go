package faults

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// adminKey is the workspace's key in every world.
const adminKey = "the-admin-key-of-this-world"

const (
	startWithin = 30 * time.Second // a start on a loaded machine, migrations included
	stopWithin  = 20 * time.Second // what a server promises for SIGTERM
)

// Server is one Parley server. Its address stays the same over restarts.
type Server struct {
	id   int
	bin  string
	addr string
	env  []string
	log  *os.File
	time *clock

	mu  sync.Mutex // guards run
	run *process
}

func newServer(id int, bin, dir string, databaseURL, redisURL string) (*Server, error) {
	free, err := listen()
	if err != nil {
		return nil, err
	}
	addr := free.Addr().String()
	_ = free.Close() // the server takes it
	log, err := os.Create(filepath.Join(dir, fmt.Sprintf("server-%d.log", id)))
	if err != nil {
		return nil, fmt.Errorf("making a server's log: %w", err)
	}
	wall, err := newClock(filepath.Join(dir, fmt.Sprintf("clock-%d", id)))
	if err != nil {
		return nil, err
	}
	return &Server{id: id, bin: bin, addr: addr, log: log, time: wall, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "PARLEY_ADDR=" + addr, "PARLEY_ADMIN_KEY=" + adminKey, "PARLEY_DEMO=false",
		"PARLEY_DATA=" + filepath.Join(dir, fmt.Sprintf("data-%d", id)), "PARLEY_OPS_PER_SECOND=0",
		"DATABASE_URL=" + databaseURL, "REDIS_URL=" + redisURL, "FAULTS_CLOCK=" + wall.path,
	}}, nil
}

// Start runs the server and returns when it is ready.
func (s *Server) Start(ctx context.Context) error {
	cmd := exec.Command(s.bin)
	cmd.Env = s.env
	run, err := launch(cmd, s.log)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.run = run
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		if s.ready(ctx) {
			return nil
		}
		select {
		case <-run.ended:
			return fmt.Errorf("server %d ended at its start; see %s", s.id, s.log.Name())
		case <-ctx.Done():
			return fmt.Errorf("server %d is not ready within %s; see %s", s.id, startWithin, s.log.Name())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s *Server) ready(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := plainHTTP.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// dial opens a connection for a proxy.
func (s *Server) dial() (net.Conn, error) { return net.Dial("tcp", s.addr) }

// A slow way has a small receive buffer, in bytes: of what the kernels hold
// between a server and a slow reader the server knows nothing. Its segments are
// those of the Internet: loopback's own would not fit the buffer.
const narrowBuffer, narrowSegment = 16 << 10, 1400

func (s *Server) dialNarrow() (net.Conn, error) {
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		var err error
		control := raw.Control(func(fd uintptr) {
			err = errors.Join(
				syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, narrowBuffer),
				syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, narrowSegment))
		})
		return errors.Join(control, err)
	}}
	return d.Dial("tcp", s.addr)
}

func (s *Server) current() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run
}

// Kill ends the server as a power cut of its machine would.
func (s *Server) Kill() { s.current().kill() }

// Pause stops every thread of the server where it is; its sockets stay open.
func (s *Server) Pause() { s.current().signal(syscall.SIGSTOP) }

// Resume lets it go on.
func (s *Server) Resume() { s.current().signal(syscall.SIGCONT) }

// Terminate asks the server to stop, as a deploy does, and returns its exit code.
func (s *Server) Terminate() (int, error) {
	run := s.current()
	run.signal(syscall.SIGTERM)
	select {
	case <-run.ended:
		return run.cmd.ProcessState.ExitCode(), nil
	case <-time.After(stopWithin):
		return 0, fmt.Errorf("server %d does not stop within %s", s.id, stopWithin)
	}
}

func (s *Server) close() {
	if run := s.current(); run != nil {
		run.kill()
	}
	_ = s.log.Close()
}
