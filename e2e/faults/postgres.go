package faults

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"

	"parley/server/embedded"
)

// Postgres is a private cluster that runs as an unprivileged user and listens
// on a Unix socket only: servers reach it through proxies.
type Postgres struct {
	dir     string
	cluster *embedded.Server // of the last start
	way     string           // the way to it, past every proxy; the same after a restart
	socket  string           // the file of it
}

func startPostgres(ctx context.Context, dir string) (*Postgres, error) {
	p := &Postgres{dir: dir}
	if err := p.start(ctx); err != nil {
		return p, err
	}
	p.way = p.cluster.DSN()
	config, err := pgx.ParseConfig(p.way)
	if err != nil {
		return p, err
	}
	p.socket = filepath.Join(config.Host, fmt.Sprintf(".s.PGSQL.%d", config.Port))
	return p, nil
}

func (p *Postgres) start(ctx context.Context) error {
	cluster, err := embedded.Start(ctx, embedded.Options{Dir: p.dir})
	if err != nil {
		return err
	}
	p.cluster = cluster
	return nil
}

func (p *Postgres) dsn() string { return p.way }

// dial opens a connection for a proxy.
func (p *Postgres) dial() (net.Conn, error) { return net.Dial("unix", p.socket) }

// Restart ends it without a shutdown, so that it has to recover, and starts it.
func (p *Postgres) Restart(ctx context.Context) error {
	pid, err := p.pid()
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil {
		return fmt.Errorf("ending PostgreSQL: %w", err)
	}
	<-p.cluster.Ended()
	if err := p.cluster.Stop(); err != nil { // gives the directory back
		return err
	}
	return p.start(ctx)
}

// Pause stops the postmaster and every backend where they are.
func (p *Postgres) Pause() error { return p.signalAll(syscall.SIGSTOP) }

// Resume lets them go on.
func (p *Postgres) Resume() error { return p.signalAll(syscall.SIGCONT) }

// signalAll signals the postmaster first, so that it makes no more backends,
// and then its children.
func (p *Postgres) signalAll(s syscall.Signal) error {
	pid, err := p.pid()
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, s); err != nil {
		return fmt.Errorf("signalling PostgreSQL: %w", err)
	}
	children, err := childrenOf(pid)
	if err != nil {
		return err
	}
	for _, child := range children {
		_ = syscall.Kill(child, s) // it may just have ended
	}
	return nil
}

// pid reads PostgreSQL's own note.
func (p *Postgres) pid() (int, error) {
	note, err := os.ReadFile(filepath.Join(p.dir, "postgres", "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("finding PostgreSQL: %w", err)
	}
	line, _, _ := strings.Cut(string(note), "\n")
	return strconv.Atoi(line)
}

func (p *Postgres) close() error { return p.cluster.Stop() }
