//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets the test binary be a floor, as the generator starts itself.
func TestMain(m *testing.M) {
	if floorMain() {
		return
	}
	os.Exit(m.Run())
}

// The whole generator against the real server, small: it asserts that every
// check holds and every figure exists, and nothing about speed.
func TestQuickRunMeasuresEverything(t *testing.T) {
	dir := t.TempDir()

	err := run(t.Context(), options{out: dir, quick: true})

	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil || len(files) != 1 {
		t.Fatalf("results = %v, %v", files, err)
	}
	result, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"edit → others p50", "one hot room", "server CPU per delivery", "RSS per connection", "per 1,000 edits", "## Checks"} {
		if !strings.Contains(string(result), want) {
			t.Errorf("the result has no %q:\n%s", want, result)
		}
	}
	if strings.Contains(string(result), "| – ") || strings.Contains(string(result), "NaN") {
		t.Errorf("a figure is missing:\n%s", result)
	}
}
