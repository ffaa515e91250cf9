package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"parley/room/postgres/pgtest"
)

const adminKey = "the-admin-key-of-this-test"

var binary struct {
	once sync.Once
	path string
	err  error
}

func TestMain(m *testing.M) {
	code := pgtest.Run(m)
	if binary.path != "" {
		_ = os.RemoveAll(filepath.Dir(binary.path))
	}
	os.Exit(code)
}

// program returns the path of the built server.
func program(t testing.TB) string {
	t.Helper()
	binary.once.Do(func() {
		dir, err := os.MkdirTemp("", "parley-e2e-")
		if err != nil {
			binary.err = err
			return
		}
		binary.path = filepath.Join(dir, "server")
		if out, err := exec.Command("go", "build", "-o", binary.path, ".").CombinedOutput(); err != nil {
			binary.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if binary.err != nil {
		t.Fatalf("building the server: %v", binary.err)
	}
	return binary.path
}

// process is a server that runs as its users run it.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	url    string
	banner string
	log    *bytes.Buffer // read it after the process has ended
	ended  chan struct{}
}

// environ is the least environment, and what the test adds.
func environ(add ...string) []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "PARLEY_ADDR=127.0.0.1:0", "PARLEY_ADMIN_KEY=" + adminKey}
	return append(env, add...)
}

// start starts a server and waits until it is ready.
func start(t testing.TB, env ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(program(t)), log: &bytes.Buffer{}, ended: make(chan struct{})}
	p.cmd.Env, p.cmd.Stderr = environ(env...), p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan string)
	go func() {
		defer close(p.ended)
		p.read(out, ready)
		_ = p.cmd.Wait() // the exit code is in ProcessState
	}()
	t.Cleanup(p.kill)
	select {
	case p.banner = <-ready:
	case <-p.ended:
		t.Fatalf("the server ended at its start:\n%s", p.log)
	case <-time.After(60 * time.Second):
		t.Fatal("the server does not start")
	}
	p.url = regexp.MustCompile(`http://\S+`).FindString(p.banner)
	return p
}

// read collects the banner, whose last line is known, and then reads on.
func (p *process) read(out io.Reader, ready chan<- string) {
	var banner strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(&banner, lines.Text())
		if strings.HasPrefix(lines.Text(), "Ctrl-C") {
			ready <- banner.String()
			break
		}
	}
	for lines.Scan() {
	}
}

// kill ends the server as a power cut would, and waits.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// terminate asks the server to stop and returns its exit code.
func (p *process) terminate() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		p.t.Fatal("the server does not stop within 20 s")
	}
	return p.cmd.ProcessState.ExitCode()
}

// database returns DATABASE_URL for a new database. Its form is that of a URL,
// as a person would write it.
func databaseURL(t testing.TB) string {
	t.Helper()
	return "DATABASE_URL=" + pgtest.URL(t, pgtest.New(t))
}

// call sends a request with a bearer token and returns status and body.
func (p *process) call(method, path, token, body string) (int, []byte) {
	p.t.Helper()
	return p.callAs(method, path, token, "application/json", body)
}

// callAs is call with a body of another type.
func (p *process) callAs(method, path, token, mediaType, body string) (int, []byte) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, data
}

// must is call for one that has to succeed; it decodes the answer into out.
func (p *process) must(method, path, token, body string, out any) {
	p.t.Helper()
	status, data := p.call(method, path, token, body)
	if status/100 != 2 {
		p.t.Fatalf("%s %s = %d %s", method, path, status, data)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(data, out); err != nil {
		p.t.Fatalf("%s %s: %v\n%s", method, path, err, data)
	}
}

// exit runs the server where it must not start and returns code and output.
func exit(t *testing.T, args []string, env ...string) (code int, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program(t), args...)
	var errs bytes.Buffer
	cmd.Env, cmd.Stderr = environ(env...), &errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), errs.String()
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, errs.String()
}

// killEarly starts the server and kills it after a while, ready or not.
func killEarly(t *testing.T, after time.Duration, env ...string) {
	t.Helper()
	cmd := exec.Command(program(t))
	cmd.Env = environ(env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
}
