package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/migrations"
	"parley/server/embedded"
)

// Replicated is a primary with an asynchronous standby, for failovers.
type Replicated struct {
	tb               testing.TB
	dir              string
	primary, standby *node
}

// node is one PostgreSQL process on a socket of its own.
type node struct {
	tb     testing.TB
	data   string
	socket string
	cmd    *exec.Cmd
}

// NewReplicated starts both, with the schema in place, and returns once the
// standby follows. They are gone with the test.
func NewReplicated(tb testing.TB) *Replicated {
	tb.Helper()
	dir, err := os.MkdirTemp("", "parley-pair-")
	if err != nil {
		tb.Fatal(err)
	}
	r := &Replicated{tb: tb, dir: dir}
	tb.Cleanup(func() {
		for _, n := range []*node{r.primary, r.standby} {
			if n != nil {
				n.kill()
			}
		}
		_ = os.RemoveAll(dir)
	})
	r.primary = r.node("a")
	r.run("initdb", "-D", r.primary.data, "-U", "parley", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-instructions", "--no-sync")
	r.primary.start()
	r.standby = r.node("b")
	r.run("pg_basebackup", "-h", r.primary.socket, "-p", "5432", "-U", "parley", "-D", r.standby.data, "-R", "-X", "stream", "-c", "fast", "--no-sync")
	r.standby.start()
	pool, err := pgxpool.New(tb.Context(), r.primary.dsn())
	if err != nil {
		tb.Fatal(err)
	}
	defer pool.Close()
	if err := migrations.Up(tb.Context(), pool); err != nil {
		tb.Fatal(err)
	}
	r.CatchUp()
	return r
}

// DSN names both; a connection goes to the one that is the primary.
func (r *Replicated) DSN() string {
	return fmt.Sprintf("host=%s,%s port=5432,5432 user=parley dbname=postgres sslmode=disable target_session_attrs=read-write",
		r.primary.socket, r.standby.socket)
}

// StandbyDSN names the standby alone.
func (r *Replicated) StandbyDSN() string { return r.standby.dsn() }

// CatchUp returns once the standby has everything that the primary has.
func (r *Replicated) CatchUp() {
	r.tb.Helper()
	r.wait("the standby catches up", func() bool {
		at := r.primary.text(`select pg_current_wal_lsn()::text`)
		return r.standby.text(`select (coalesce(pg_last_wal_replay_lsn(), '0/0') >= '`+at+`'::pg_lsn)::text`) == "true"
	})
}

// Detach stops the stream: what the primary commits from now on the standby never gets.
func (r *Replicated) Detach() {
	r.tb.Helper()
	r.standby.text(`alter system set primary_conninfo = ''`)
	r.standby.text(`select pg_reload_conf()::text`)
	r.wait("the stream ends", func() bool { return r.primary.text(`select count(*)::text from pg_stat_replication`) == "0" })
}

// FailOver kills the primary and makes the standby the primary.
func (r *Replicated) FailOver() {
	r.tb.Helper()
	r.primary.kill()
	r.Promote()
}

// Promote makes the standby a primary.
func (r *Replicated) Promote() {
	r.tb.Helper()
	if r.standby.text(`select pg_promote(true, 30)::text`) != "true" {
		r.tb.Fatal("the standby was not promoted")
	}
}

func (r *Replicated) node(name string) *node {
	r.tb.Helper()
	n := &node{tb: r.tb, data: filepath.Join(r.dir, name), socket: filepath.Join(r.dir, "s"+name)}
	for _, dir := range []string{n.data, n.socket} {
		if err := embedded.Private(dir); err != nil {
			r.tb.Fatal(err)
		}
	}
	return n
}

func (r *Replicated) run(program string, args ...string) {
	r.tb.Helper()
	cmd, err := embedded.Command(r.tb.Context(), program, args...)
	if err != nil {
		r.tb.Fatalf("no PostgreSQL to test on: %v", err)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		r.tb.Fatalf("%s: %v: %s", program, err, out)
	}
}

func (r *Replicated) wait(what string, done func() bool) {
	r.tb.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.tb.Fatalf("%s: not within 30 s", what)
		}
	}
}

func (n *node) dsn() string {
	return fmt.Sprintf("host=%s port=5432 user=parley dbname=postgres sslmode=disable", n.socket)
}

func (n *node) start() {
	n.tb.Helper()
	cmd, err := embedded.Command(context.Background(), "postgres", "-D", n.data, "-k", n.socket, "-c", "listen_addresses=", "-c", "port=5432",
		"-c", "wal_level=replica", "-c", "max_wal_senders=4", "-c", "hot_standby=on", "-c", "wal_keep_size=64MB", "-c", "logging_collector=off")
	if err != nil {
		n.tb.Fatal(err)
	}
	said := &strings.Builder{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		n.tb.Fatal(err)
	}
	n.cmd = cmd
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := pgx.Connect(n.tb.Context(), n.dsn())
		if err == nil {
			_ = conn.Close(n.tb.Context())
			return
		}
		if time.Now().After(deadline) {
			n.kill()
			n.tb.Fatalf("PostgreSQL does not answer: %v: %s", err, said)
		}
	}
}

// kill ends the postmaster and its children at once, without a checkpoint.
func (n *node) kill() {
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Signal(syscall.SIGQUIT)
	_ = n.cmd.Wait()
	n.cmd = nil
}

// text runs a statement and returns the one value of its answer.
func (n *node) text(sql string) (value string) {
	n.tb.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, n.dsn())
	if err != nil {
		n.tb.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		n.tb.Fatalf("%s: %v", sql, err)
	}
	for rows.Next() {
		if err := rows.Scan(&value); err != nil {
			n.tb.Fatal(err)
		}
	}
	if rows.Err() != nil {
		n.tb.Fatalf("%s: %v", sql, rows.Err())
	}
	return value
}
