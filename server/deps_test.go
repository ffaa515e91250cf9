package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayImport says which packages of ours each package may import. One that is
// not listed has to be added here, and to ARCHITECTURE.md, before it is written.
var mayImport = map[string][]string{
	"client":                   {},
	"migrations":               {},
	"room":                     {},
	"room/postgres":            {"room"},
	"room/postgres/pgtest":     {"migrations", "server/embedded"},
	"realtime":                 {"room"},
	"realtime/brokertest":      {"realtime", "room"},
	"realtime/redis":           {"realtime", "room"},
	"realtime/redis/redistest": {},
	"server/brand":             {},
	"server/card":              {},
	"server/watch":             {"room", "server/brand", "server/card"},
	"server/updates":           {"room", "server/mail", "server/watch"},
	"server/web":               {"realtime", "room", "client", "server/brand", "server/card", "server/holidays", "server/mail", "server/oidc", "server/sheet", "server/portal", "server/watch"},
	"server/holidays":          {"room"},
	"server/embedded":          {},
	"server/mail":              {"server/brand"},
	"server/oidc":              {"room"},
	"server/oidc/oidctest":     {},
	"server/demo":              {"room"},
	"server/portal":            {"room"},
	"examples/portal":          {},
	"server/sheet":             {"room"},
	"e2e/faults":               {"room", "server/embedded"},
	"e2e/faults/check":         {"e2e/faults"},
	"bench/simulate":           {},
	"e2e/faults/soak":          {"e2e/faults"},
}

// mayImportAll are the programs: they wire everything.
var mayImportAll = []string{"server", "bench"}

// pure is what the rules may use: nothing that reads a clock, does I/O or waits.
var pure = []string{
	"bytes", "cmp", "crypto/sha256", "embed", "encoding/hex", "encoding/json", "errors", "fmt", "iter", "maps", "math",
	"math/big", "math/bits", "regexp", "slices", "sort", "strconv", "strings", "time", "unicode", "unicode/utf16", "unicode/utf8",
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// The house has one natural way through it; this keeps side doors shut.
func TestWhoImportsWhom(t *testing.T) {
	all := packages(t)
	if len(all) < 8 {
		t.Fatalf("go list found only %d packages", len(all))
	}
	for _, p := range all {
		name := strings.TrimPrefix(p.ImportPath, "parley/")
		if slices.Contains(mayImportAll, name) {
			continue
		}
		allowed, known := mayImport[name]
		if !known {
			t.Errorf("%s is a new package: say in deps_test.go and ARCHITECTURE.md what it may import", name)
			continue
		}
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, "parley/")
			switch {
			case isOurs && !slices.Contains(allowed, ours):
				t.Errorf("%s imports %s, but may import of ours only %s: move what it needs there, or declare an interface where it is used",
					name, ours, orNothing(allowed))
			case name == "room" && !isOurs && !slices.Contains(pure, imported):
				t.Errorf("room imports %s, but the rules are pure: pass what it gives as a value", imported)
			}
		}
	}
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// impure are the functions of package time that look at the world.
var impure = []string{
	"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "LoadLocation",
}

// zones reports whether a call looks up a time zone in the one file that does:
// its tables are constant while a process lives, as the list of names is.
func zones(file, call string) bool { return filepath.Base(file) == "zone.go" && call == "LoadLocation" }

// Importing time is fine for its arithmetic; asking it for the time is not.
func TestTheRulesReadNoClock(t *testing.T) {
	files, err := filepath.Glob("../room/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of package room: %v", err)
	}
	fset := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: room starts a goroutine, but the rules only compute: let the caller do it", fset.Position(n.Pos()))
			case *ast.SelectorExpr:
				if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "time" && slices.Contains(impure, n.Sel.Name) && !zones(name, n.Sel.Name) {
					t.Errorf("%s: room calls time.%s, but the rules read no clock: take the time as a value", fset.Position(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}
