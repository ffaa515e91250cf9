package embedded

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// startTimeout bounds a start: crash recovery of a small database takes two
	// seconds, a first start less than one.
	startTimeout = 60 * time.Second
	// stopTimeout is how long a fast shutdown may take before an immediate one,
	// where the caller does not say.
	stopTimeout = 15 * time.Second
	pollEvery   = 10 * time.Millisecond
	// superuser is the database role that everything runs as.
	superuser = "parley"
)

// ErrInUse says that another server runs on the same data directory.
var ErrInUse = errors.New("the data directory is in use by another server")

// ErrMissing says that this machine has no PostgreSQL and none could be fetched.
var ErrMissing = errors.New("no PostgreSQL was found: install it (apt install postgresql, or brew install postgresql@17), or set DATABASE_URL to a running one")

// Options say where and how.
type Options struct {
	Dir string       // of the cluster and its lock; made when it is not there
	Log *slog.Logger // nil for silence
	// Fetch is where programs may be downloaded to; "" to use only what the
	// machine has.
	Fetch string
}

// Server is a running private PostgreSQL.
type Server struct {
	dir    string // the data directory
	socket string // the directory of the socket
	made   bool   // both are this server's
	log    *slog.Logger
	lock   *os.File
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process has ended
	output *tail         // the last lines of its log
}

// Start makes the cluster where there is none, starts it, and returns once it
// answers. The error is [ErrInUse], [ErrMissing], or says what PostgreSQL said.
func Start(ctx context.Context, o Options) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("finding the data directory: %w", err)
	}
	s := &Server{dir: filepath.Join(dir, "postgres"), log: o.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	if s.lock, err = lockDirectory(dir); err != nil {
		return nil, err
	}
	if err := s.start(ctx, o.Fetch); err != nil {
		s.release()
		return nil, fmt.Errorf("starting the embedded PostgreSQL: %w", err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, fetch string) error {
	version, err := versionOf(s.dir)
	if err != nil {
		return err
	}
	bin, err := findPrograms(ctx, version, fetch)
	if err != nil {
		return err
	}
	owner, err := unprivileged()
	if err != nil {
		return err
	}
	if err := s.makeDirectories(owner); err != nil {
		return err
	}
	if version == "" {
		if err := s.initialise(ctx, bin, owner); err != nil {
			return err
		}
	}
	for {
		if err := s.launch(bin, owner); err != nil {
			return err
		}
		err := s.ready(ctx)
		if err == nil {
			s.log.Debug("embedded PostgreSQL is ready", "programs", bin, "data", s.dir)
			return nil
		}
		s.kill()
		// The process of a killed server may still be shutting down, or not know
		// yet: it holds the directory, but the lock says that its server is gone.
		if ctx.Err() != nil || !strings.Contains(s.output.String(), "postmaster.pid") {
			return fmt.Errorf("%w: %s", err, s.output)
		}
		s.stopSurvivor()
		time.Sleep(10 * pollEvery)
	}
}

// DSN is what pgx connects with.
func (s *Server) DSN() string {
	return fmt.Sprintf("host=%s port=5432 user=%s dbname=postgres sslmode=disable", s.socket, superuser)
}

// Stop shuts PostgreSQL down: clients are cut off, what is committed is kept.
func (s *Server) Stop() error { return s.StopWithin(stopTimeout) }

// StopWithin is [Server.Stop] with a bound of the caller's: after it, PostgreSQL
// is cut short and recovers at its next start.
func (s *Server) StopWithin(timeout time.Duration) error {
	defer s.release()
	if err := s.cmd.Process.Signal(fastShutdown); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping the embedded PostgreSQL: %w", err)
	}
	select {
	case <-s.ended:
	case <-time.After(timeout):
		s.log.Warn("embedded PostgreSQL does not stop; it will recover at the next start")
		s.kill()
	}
	return nil
}

// Ended is closed when PostgreSQL has ended, asked or not.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// versionOf returns the major version that made the cluster in dir, "" for no
// cluster: only programs of that version can run it.
func versionOf(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(b)), err
}

// makeDirectories makes the cluster's directory and that of its socket. The
// latter is in the temporary directory, under a hash: a socket's path may have
// 107 bytes only.
func (s *Server) makeDirectories(owner *account) error {
	hash := sha256.Sum256([]byte(s.dir))
	s.socket = filepath.Join(os.TempDir(), fmt.Sprintf("parley-%x", hash[:8]))
	if err := owner.enters(filepath.Dir(s.dir)); err != nil {
		return err
	}
	for _, dir := range []string{s.dir, s.socket} {
		if err := owner.private(dir); err != nil {
			return err
		}
	}
	s.made = true
	return nil
}

func (s *Server) initialise(ctx context.Context, bin string, owner *account) error {
	// Trust is right for a socket in a directory that only its owner can enter.
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", s.dir, "-U", superuser, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-instructions")
	cmd.SysProcAttr = owner.attributes()
	cmd.Dir = "/"
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// settings are laid over the cluster's own at every start.
var settings = []string{
	"listen_addresses=", "unix_socket_permissions=0700", "port=5432", "max_connections=100", "shared_buffers=128MB", "jit=off",
	"fsync=on", "synchronous_commit=on", "max_wal_senders=0", "wal_level=minimal", "log_destination=stderr", "logging_collector=off",
}

func (s *Server) launch(bin string, owner *account) error {
	args := []string{"-D", s.dir, "-k", s.socket}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	s.output = &tail{}
	s.ended = make(chan struct{})
	s.cmd = exec.Command(filepath.Join(bin, "postgres"), args...)
	s.cmd.SysProcAttr = owner.attributes()
	s.cmd.Dir = "/"
	s.cmd.Stderr = s.output
	started := make(chan error)
	go s.watch(s.cmd, s.ended, started)
	return <-started
}

// ready returns once PostgreSQL answers, or says why it will not.
func (s *Server) ready(ctx context.Context) error {
	for {
		conn, err := pgx.Connect(ctx, s.DSN())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.ended:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return err
		case <-time.After(pollEvery):
		}
	}
}

// kill ends the process without ceremony and waits for it.
func (s *Server) kill() {
	_ = s.cmd.Process.Signal(immediateShutdown)
	<-s.ended
}

// stopSurvivor shuts down the PostgreSQL of a server that was killed.
func (s *Server) stopSurvivor() {
	b, err := os.ReadFile(filepath.Join(s.dir, "postmaster.pid"))
	if err != nil {
		return // it has just ended
	}
	line, _, _ := strings.Cut(string(b), "\n")
	if pid, err := strconv.Atoi(line); err == nil && pid > 1 {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Signal(fastShutdown) // PostgreSQL itself has just said that it is one
		}
	}
}

func (s *Server) release() {
	if s.made {
		_ = os.RemoveAll(s.socket)
	}
	_ = s.lock.Close() // frees the lock
}

// major reads the version out of `postgres --version`.
func major(bin string) string {
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return ""
	}
	for _, word := range strings.Fields(string(out)) {
		number, _, _ := strings.Cut(word, ".")
		if _, err := strconv.Atoi(number); err == nil {
			return number
		}
	}
	return ""
}
