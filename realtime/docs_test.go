package realtime

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The tables of faults others had, and of what is promised to who must not get in,
// name tests that are there.
func TestDocumentsNameRealTests(t *testing.T) {
	var tests strings.Builder
	for _, pattern := range []string{
		"*_test.go", "redis/*_test.go", "../room/*_test.go", "../room/postgres/*_test.go", "../migrations/*_test.go", "../server/*_test.go", "../server/*/*_test.go",
	} {
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
	for document, least := range map[string]int{"../docs/reliability.md": 60, "../docs/security.md": 50} {
		page, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		named := regexp.MustCompile(`Test[A-Z]\w+`).FindAllString(string(page), -1)
		for _, name := range named {
			if !strings.Contains(tests.String(), "func "+name+"(") {
				t.Errorf("%s: %s is not there", document, name)
			}
		}
		if len(named) < least {
			t.Errorf("%s names %d tests", document, len(named))
		}
		for _, path := range regexp.MustCompile("`([\\w/-]+(?:_test\\.go|\\.(?:spec|test)\\.ts))`").FindAllStringSubmatch(string(page), -1) {
			if _, err := os.Stat(filepath.Join("..", path[1])); err != nil {
				t.Errorf("%s: %v", document, err)
			}
		}
	}
}
