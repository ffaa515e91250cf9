package embedded_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/server/embedded"
)

// dirEnv makes the test binary a server on that directory instead, see owner.
const dirEnv = "PARLEY_TEST_EMBEDDED_DIR"

// TestOwner is not a test: it is the process that TestRecoversAfterKill kills.
func TestOwner(t *testing.T) {
	dir := os.Getenv(dirEnv)
	if dir == "" {
		return
	}
	s, err := embedded.Start(context.Background(), embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, s)
	if _, err := conn.Exec(context.Background(), `create table if not exists kept (n serial)`); err != nil {
		t.Fatal(err)
	}
	for n := 1; ; n++ {
		if _, err := conn.Exec(context.Background(), `insert into kept default values`); err != nil {
			t.Fatal(err)
		}
		fmt.Println("kept", n)
	}
}

// kill -9 of the server in the middle of writes: the next start finds everything
// that was committed, however soon it comes.
func TestRecoversAfterKill(t *testing.T) {
	dir := directory(t)
	kept := 0
	for round := range 3 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestOwner$")
		cmd.Env = append(os.Environ(), dirEnv+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines, seen := bufio.NewScanner(out), 0
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "kept ") {
				seen++
			}
			if seen == 10*(round+1) {
				_ = cmd.Process.Kill()
			}
		}
		_ = cmd.Wait()
		if seen == 0 {
			t.Fatal("the server did not come up")
		}
		kept += seen
	}

	s, err := embedded.Start(context.Background(), embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, s)
	var found int
	if err := connect(t, s).QueryRow(context.Background(), `select count(*) from kept`).Scan(&found); err != nil {
		t.Fatal(err)
	}
	if found < kept {
		t.Errorf("%d rows are there, %d were acknowledged", found, kept)
	}
}

// A directory belongs to one server at a time, and can be taken after it.
func TestRefusesADirectoryInUse(t *testing.T) {
	dir := directory(t)
	first, err := embedded.Start(context.Background(), embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}

	if _, err := embedded.Start(context.Background(), embedded.Options{Dir: dir}); !errors.Is(err, embedded.ErrInUse) {
		t.Errorf("the second start: %v, want ErrInUse", err)
	}

	stop(t, first)
	again, err := embedded.Start(context.Background(), embedded.Options{Dir: dir})
	if err != nil {
		t.Fatalf("after the first stopped: %v", err)
	}
	stop(t, again)
}

// There is no way in but the socket, and only for the owner.
func TestListensOnItsSocketOnly(t *testing.T) {
	s, err := embedded.Start(context.Background(), embedded.Options{Dir: directory(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, s)
	var addresses, sockets string
	row := connect(t, s).QueryRow(context.Background(), `select current_setting('listen_addresses'), current_setting('unix_socket_directories')`)
	if err := row.Scan(&addresses, &sockets); err != nil {
		t.Fatal(err)
	}
	if addresses != "" {
		t.Errorf("listen_addresses = %q, want none", addresses)
	}
	info, err := os.Stat(sockets)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's directory is %v, want 0700", info.Mode().Perm())
	}
}

// Somebody else's directory in the place of the socket's is not used, and one
// that is open to all is closed first.
func TestSocketDirectoryIsClosedToOthers(t *testing.T) {
	dir := directory(t)
	s, err := embedded.Start(context.Background(), embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	socket := s.Socket()
	stop(t, s)
	if err := os.Mkdir(socket, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(socket, 0o777); err != nil {
		t.Fatal(err)
	}

	s, err = embedded.Start(context.Background(), embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(socket)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the directory is %v, want 0700", info.Mode().Perm())
	}
	stop(t, s)

	if err := os.Symlink(t.TempDir(), socket); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Remove(socket) }()
	if _, err := embedded.Start(context.Background(), embedded.Options{Dir: dir}); err == nil {
		t.Error("a link in the place of the directory was followed")
	}
}

// Without PostgreSQL the error says what to do about it.
func TestSaysWhatToInstall(t *testing.T) {
	_, err := embedded.FindIn(context.Background(), nil)
	if !errors.Is(err, embedded.ErrMissing) {
		t.Fatalf("err = %v, want ErrMissing", err)
	}
	for _, word := range []string{"apt install postgresql", "brew install", "DATABASE_URL"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not name %q", err, word)
		}
	}
}

func directory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "parley-embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func connect(t *testing.T, s *embedded.Server) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), s.DSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func stop(t *testing.T, s *embedded.Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}
