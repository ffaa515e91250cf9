package pgtest

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/migrations"
	"parley/server/embedded"
)

// Cluster is a PostgreSQL of one test's own, to be crashed and started again.
type Cluster struct {
	tb     testing.TB
	dir    string
	server *embedded.Server // nil while it is down
	dsn    string
	frozen bool
}

// Own starts a cluster for the test; it is gone with it.
func Own(tb testing.TB) *Cluster {
	tb.Helper()
	dir, err := os.MkdirTemp("", "parley-own-")
	if err != nil {
		tb.Fatal(err)
	}
	c := &Cluster{tb: tb, dir: dir}
	tb.Cleanup(func() {
		if c.server != nil {
			c.Crash()
		}
		_ = os.RemoveAll(dir)
	})
	c.Start()
	return c
}

// DSN is the connection string of its database, which has no schema at first.
// It stays the same over a restart.
func (c *Cluster) DSN() string { return c.dsn }

// Migrate brings its database up to the schema.
func (c *Cluster) Migrate() {
	c.tb.Helper()
	pool, err := pgxpool.New(context.Background(), c.dsn)
	if err != nil {
		c.tb.Fatal(err)
	}
	defer pool.Close()
	if err := migrations.Up(context.Background(), pool); err != nil {
		c.tb.Fatal(err)
	}
}

// Start starts the cluster and returns once it answers.
func (c *Cluster) Start() {
	c.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	server, err := embedded.Start(ctx, embedded.Options{Dir: c.dir})
	if err != nil {
		c.tb.Fatalf("no PostgreSQL to test on: %v", err)
	}
	c.server, c.dsn = server, server.DSN()
}

// Crash ends it at once, without a checkpoint: the next start has to recover.
func (c *Cluster) Crash() {
	c.tb.Helper()
	c.Signal(syscall.SIGQUIT)
	<-c.server.Ended()
	if err := c.server.Stop(); err != nil { // lets go of the directory
		c.tb.Error(err)
	}
	c.server = nil
}

// Signal sends the postmaster a signal: SIGTERM shuts it down once the last
// client has left, and lets nobody in meanwhile.
func (c *Cluster) Signal(signal syscall.Signal) {
	c.tb.Helper()
	if err := syscall.Kill(c.postmaster(), signal); err != nil {
		c.tb.Fatal(err)
	}
}

func (c *Cluster) postmaster() int {
	c.tb.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, "postgres", "postmaster.pid"))
	if err != nil {
		c.tb.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		c.tb.Fatal(err)
	}
	return pid
}

// Wait returns when the cluster has ended by a signal; it may be started again.
func (c *Cluster) Wait() {
	c.tb.Helper()
	<-c.server.Ended()
	if err := c.server.Stop(); err != nil {
		c.tb.Error(err)
	}
	c.server = nil
}
