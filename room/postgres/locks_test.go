package postgres_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A row that somebody waits for is locked `for no key update`: `for update` would
// also hold up who writes a row that refers to it. Who takes what is free, and
// waits for nothing, may delete it.
func TestLocksLeaveForeignKeysAlone(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	lock := regexp.MustCompile(`for (no key )?update\b( of \w+)?( skip locked)?`)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range lock.FindAllStringSubmatch(string(text), -1) {
			found++
			if m[1] == "" && m[3] == "" {
				t.Errorf("%s: a row is locked %q", file, m[0])
			}
		}
	}
	if found < 5 {
		t.Errorf("%d locks were found", found)
	}
}
