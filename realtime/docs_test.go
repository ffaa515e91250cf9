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
	for document, least := range map[string]int{"../docs/reliability.md": 60, "../docs/security.md": 50, "../docs/page.md": 15} {
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
		checkTitles(t, document, string(page))
		for _, path := range regexp.MustCompile("`(\\w+/[\\w/-]+(?:_test\\.go|\\.(?:spec|test)\\.ts))`").FindAllStringSubmatch(string(page), -1) {
			if _, err := os.Stat(filepath.Join("..", path[1])); err != nil {
				t.Errorf("%s: %v", document, err)
			}
		}
	}
}

// checkTitles looks for the tests of the page that a document names: a file, and
// the titles of tests in it, each as it begins.
func checkTitles(t *testing.T, document, page string) {
	sources := map[string]string{}
	for _, root := range []string{"../client/e2e", "../client/src"} {
		err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".spec.ts") && !strings.HasSuffix(path, ".test.ts") {
				return err
			}
			text, err := os.ReadFile(path)
			sources[filepath.Base(path)] += string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, named := range regexp.MustCompile("`([\\w-]+\\.(?:spec|test)\\.ts)`((?:,? “[^”]+”)+)").FindAllStringSubmatch(page, -1) {
		for _, title := range regexp.MustCompile("“([^”]+)”").FindAllStringSubmatch(named[2], -1) {
			if !regexp.MustCompile(`\((?:\n\s*)?['` + "`" + `]` + regexp.QuoteMeta(title[1])).MatchString(sources[named[1]]) {
				t.Errorf("%s: %s has no test “%s”", document, named[1], title[1])
			}
		}
	}
}
