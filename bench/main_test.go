//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serverBinary is built once for all tests.
var serverBinary string

// TestMain lets the test binary be a floor, as the generator starts itself.
func TestMain(m *testing.M) {
	if floorMain() {
		return
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "parley-bench-test-")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		serverBinary, err = buildServer(context.Background(), dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return m.Run()
}

// The whole generator against the real server, small: it asserts that every
// check holds and every figure exists, and nothing about speed.
func TestQuickRunMeasuresEverything(t *testing.T) {
	t.Parallel() // it mostly waits
	result := quickRun(t, options{quick: true})

	for _, want := range []string{"edit → others p50", "one hot room", "server CPU per delivery", "RSS per connection", "per 1,000 edits", "Watched by 50", "## Checks"} {
		if !strings.Contains(result, want) {
			t.Errorf("the result has no %q:\n%s", want, result)
		}
	}
}

// The same beside the real peers, which must all be there, speak as their drivers
// expect, and lose nothing while they live.
func TestQuickRunMeasuresPeers(t *testing.T) {
	t.Parallel() // it mostly waits
	result := quickRun(t, options{quick: true, peers: true})

	for _, want := range []string{"deliveries per CPU second", "one edit in flight", "edit → the others", "the member at the other server", "all in one room",
		"until all have caught up", "acknowledged edits lost", "RSS per connection", "SIGKILL: acknowledged edits lost | 0.00", "## Checks"} {
		if !strings.Contains(result, want) {
			t.Errorf("the result has no %q:\n%s", want, result)
		}
	}
	for _, never := range []string{"not measured", "gave up"} {
		if strings.Contains(result, never) {
			t.Errorf("the result has %q:\n%s", never, result)
		}
	}
}

// quickRun returns the result of a run with small sizes.
func quickRun(t *testing.T, o options) string {
	t.Helper()
	o.out, o.bin = t.TempDir(), serverBinary
	err := run(t.Context(), o)

	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(o.out, "*.md"))
	if err != nil || len(files) != 1 {
		t.Fatalf("results = %v, %v", files, err)
	}
	result, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(result), "| – ") || strings.Contains(string(result), "NaN") {
		t.Errorf("a figure is missing:\n%s", result)
	}
	return string(result)
}
