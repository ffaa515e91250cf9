package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mostLines is how long a file may get; see CONTRIBUTING.md.
const mostLines = 500

// sources are the endings of files that people write and read.
var sources = map[string]bool{".go": true, ".ts": true, ".js": true, ".mjs": true, ".svelte": true, ".css": true, ".html": true, ".sql": true, ".sh": true}

// A file shows one idea: what has grown over the limit is several, and is taken apart.
func TestNoFileIsLong(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "-co", "--exclude-standard", "-z")
	cmd.Dir = ".."
	list, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing the files: %v", err)
	}
	looked := 0
	for _, name := range strings.Split(strings.TrimRight(string(list), "\x00"), "\x00") {
		if !sources[filepath.Ext(name)] || strings.HasPrefix(name, "client/dist/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", name))
		if os.IsNotExist(err) {
			continue // deleted, and git has not been told
		} else if err != nil {
			t.Fatal(err)
		}
		looked++
		if lines := bytes.Count(text, []byte("\n")); lines > mostLines {
			t.Errorf("%s has %d lines; no file has over %d: take it apart", name, lines, mostLines)
		}
	}
	if looked < 500 {
		t.Errorf("only %d files were looked at", looked)
	}
}
