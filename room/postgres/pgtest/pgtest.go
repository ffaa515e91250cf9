// Package pgtest gives every test a migrated PostgreSQL database of its own.
//
// The cluster is private to the test binary: started by the first test that asks,
// stopped by [Run]. A database is cloned from a migrated template, which takes
// some 30 ms. A machine without PostgreSQL fails the test.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/migrations"
	"parley/server/embedded"
)

var cluster struct {
	once   sync.Once
	err    error
	dir    string
	server *embedded.Server
	count  atomic.Int64
	clone  sync.Mutex // a template can be cloned by one connection at a time
}

const template = "parley_template"

// Run runs the tests of a package and then stops its cluster: the body of a
// TestMain. It returns the exit code.
func Run(m *testing.M) int {
	code := m.Run()
	if cluster.server != nil {
		if err := cluster.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
			code = 1
		}
	}
	if cluster.dir != "" {
		_ = os.RemoveAll(cluster.dir)
	}
	return code
}

// New returns the connection string of a new, migrated database. It is dropped
// with the cluster.
func New(tb testing.TB) string {
	tb.Helper()
	cluster.once.Do(func() { cluster.err = start() })
	if cluster.err != nil {
		tb.Fatalf("no PostgreSQL to test on: %v", cluster.err)
	}
	name := fmt.Sprintf("test_%d", cluster.count.Add(1))
	if err := createDatabase(name, template); err != nil {
		tb.Fatalf("making a database: %v", err)
	}
	return database(name)
}

// Empty returns the connection string of a new database without a schema.
func Empty(tb testing.TB) string {
	tb.Helper()
	cluster.once.Do(func() { cluster.err = start() })
	if cluster.err != nil {
		tb.Fatalf("no PostgreSQL to test on: %v", cluster.err)
	}
	name := fmt.Sprintf("test_%d", cluster.count.Add(1))
	if err := createDatabase(name, "template0"); err != nil {
		tb.Fatalf("making a database: %v", err)
	}
	return database(name)
}

func start() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "parley-pgtest-")
	if err != nil {
		return err
	}
	cluster.dir = dir
	if cluster.server, err = embedded.Start(ctx, embedded.Options{Dir: dir}); err != nil {
		return err
	}
	if err := createDatabase(template, "template0"); err != nil {
		return err
	}
	pool, err := pgxpool.New(ctx, database(template))
	if err != nil {
		return err
	}
	defer pool.Close()
	return migrations.Up(ctx, pool)
}

func createDatabase(name, from string) error {
	cluster.clone.Lock()
	defer cluster.clone.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, cluster.server.DSN())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, fmt.Sprintf(`create database %s template %s`, name, from))
	return err
}

// database is the connection string of a database of the cluster.
func database(name string) string {
	return strings.Replace(cluster.server.DSN(), "dbname=postgres", "dbname="+name, 1)
}

// CopyOf returns the connection string of a copy of a database made by [New], as
// restoring a dump of it makes. The pool to it is emptied: a database that is
// copied has no connections.
func CopyOf(tb testing.TB, dsn string, pool *pgxpool.Pool) string {
	tb.Helper()
	pool.Reset()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	name := fmt.Sprintf("test_%d", cluster.count.Add(1))
	if err := createDatabase(name, config.Database); err != nil {
		tb.Fatalf("copying a database: %v", err)
	}
	return database(name)
}
