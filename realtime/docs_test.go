package realtime

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The table of faults others had names tests that are there.
func TestReliabilityNamesRealTests(t *testing.T) {
	page, err := os.ReadFile("../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, pattern := range []string{"*_test.go", "redis/*_test.go", "../room/postgres/*_test.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatal(pattern, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tests.Write(text)
		}
	}
	named := regexp.MustCompile(`Test[A-Z]\w+`).FindAllString(string(page), -1)
	for _, name := range named {
		if !strings.Contains(tests.String(), "func "+name+"(") {
			t.Errorf("%s is not there", name)
		}
	}
	if len(named) < 15 {
		t.Errorf("%d tests are named", len(named))
	}
}
