package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// smallDirEnv names a directory on a small file system of its own, for who can
// mount none.
const smallDirEnv = "PARLEY_TEST_SMALL_DIR"

// smallDisk is the size of the file system: a fresh database takes 10 MB of it.
const smallDisk = "32m"

// Small returns the connection string of a migrated database whose tables are
// on a file system of 32 MB, and which can therefore be filled: by the test
// itself, with a table. The log of PostgreSQL (WAL) is elsewhere.
//
// It mounts a tmpfs, as root or with a sudo that asks no password. Elsewhere
// set PARLEY_TEST_SMALL_DIR to an empty directory that PostgreSQL's user owns,
// on a file system of 24 to 64 MB, as a loop device gives. The test fails
// without either.
func Small(tb testing.TB) string {
	tb.Helper()
	New(tb) // starts the shared cluster and its template
	dir := os.Getenv(smallDirEnv)
	if dir == "" {
		dir = mountSmall(tb)
	}
	name := fmt.Sprintf("small_%d", cluster.count.Add(1))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, cluster.server.DSN())
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	cluster.clone.Lock()
	defer cluster.clone.Unlock()
	for _, sql := range []string{
		fmt.Sprintf(`create tablespace %s location '%s'`, name, dir),
		fmt.Sprintf(`create database %s template %s tablespace %s`, name, template, name),
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			tb.Fatalf("making a small database: %v", err)
		}
	}
	tb.Cleanup(func() { dropSmall(tb, name) })
	return database(name)
}

// URL is a connection string as DATABASE_URL has it.
func URL(tb testing.TB, dsn string) string {
	tb.Helper()
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	query := url.Values{"host": {c.Host}, "port": {fmt.Sprint(c.Port)}, "sslmode": {"disable"}}
	return "postgres://" + c.User + "@/" + c.Database + "?" + query.Encode()
}

func dropSmall(tb testing.TB, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, cluster.server.DSN())
	if err != nil {
		tb.Error(err)
		return
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, sql := range []string{`drop database ` + name + ` with (force)`, `drop tablespace ` + name} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			tb.Error(err)
		}
	}
}

// mountSmall mounts a tmpfs that PostgreSQL's user owns, until the test ends.
func mountSmall(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "parley-small-")
	if err != nil {
		tb.Fatal(err)
	}
	at := filepath.Join(dir, "disk")
	if err := os.Mkdir(at, 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	options := fmt.Sprintf("size=%s,mode=0700,uid=%s,gid=%s", smallDisk, ownerOf(tb).Uid, ownerOf(tb).Gid)
	if out, err := asRoot("mount", "-t", "tmpfs", "-o", options, "tmpfs", at); err != nil {
		tb.Fatalf("a small tmpfs cannot be mounted (%s): run the tests as root, with a sudo that asks no password, or set %s",
			strings.TrimSpace(string(out)), smallDirEnv)
	}
	tb.Cleanup(func() {
		if out, err := asRoot("umount", at); err != nil {
			tb.Errorf("unmounting %s: %v: %s", at, err, out)
		}
		_ = os.RemoveAll(dir)
	})
	return at
}

// ownerOf is the user that the cluster runs as: not root, see package embedded.
func ownerOf(tb testing.TB) *user.User {
	tb.Helper()
	if os.Geteuid() != 0 {
		me, err := user.Current()
		if err != nil {
			tb.Fatal(err)
		}
		return me
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return u
		}
	}
	tb.Fatal("there is no user that PostgreSQL could run as")
	return nil
}

func asRoot(command ...string) ([]byte, error) {
	if os.Geteuid() != 0 {
		command = append([]string{"sudo", "-n"}, command...)
	}
	return exec.Command(command[0], command[1:]...).CombinedOutput()
}
