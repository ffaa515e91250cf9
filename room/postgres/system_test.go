package postgres_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unwalled are the functions that see every workspace, also within a request, and
// the sealed tables that their statements name. Each looks for what a token, an
// account or an id names, of whose workspace nothing is known yet.
var unwalled = map[string]string{
	"Authenticate": "account_sessions links members participants portal_keys portals sessions",
	"Live":         "account_sessions links members participants portal_keys portals sessions",
	"LinkByToken":  "links",
	"Seat":         "account_sessions members",
	"KeyByToken":   "api_keys",
	"FeedByToken":  "feeds links members participants sessions",
	"RevokeFeed":   "feeds",
	"subscription": "heads links subscription_tokens subscriptions",
	"Voucher":      "portal_keys portals",

	"TakeEmbedToken": "embed_tokens portal_keys portals",
	"TakeHandover":   "account_sessions handovers links members portal_keys portals sessions",
	"FrameOrigins":   "portals rooms",

	// What somebody does as the owner of an address, who may have several workspaces.
	"keepTicket":         "audit_events members",
	"SignInAs":           "account_sessions audit_events members workspaces",
	"forgetIdentities":   "members",
	"SignIn":             "account_sessions members workspaces",
	"SignInByCode":       "account_sessions audit_events members workspaces",
	"SignInByLink":       "account_sessions members workspaces",
	"WorkspacesOf":       "members workspaces",
	"AccountSessions":    "account_sessions members",
	"EndAccountSession":  "account_sessions heads sessions",
	"EndAccountSessions": "account_sessions heads sessions",
}

// The server's own setting is a hole in the second wall: who makes one more, or
// lets one see more, says so here. // S06
func TestWhatSeesEveryWorkspace(t *testing.T) {
	tables := sealed(t, asOwner(t, newWorld(t).dsn))
	src := readSource(t)
	system, found := src.calls("system"), map[string]string{}
	for name := range system {
		var sql strings.Builder
		seen := map[string]bool{}
		for other := range system {
			seen[other] = true // has a line of its own
		}
		src.texts(src.functions[name].Body, seen, &sql)
		for _, calls := range src.calls(name) { // of what is given a statement to run
			for _, call := range calls {
				src.texts(call, seen, &sql)
			}
		}
		var list []string
		for _, match := range named.FindAllStringSubmatch(sql.String(), -1) {
			if tables[match[1]] != "" {
				list = append(list, match[1])
			}
		}
		slices.Sort(list)
		found[name] = strings.Join(slices.Compact(list), " ")
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		want, known := unwalled[name]
		if !known || want != found[name] {
			t.Errorf("%s sees every workspace of %q; the list says %q", name, found[name], want)
		}
	}
	for name := range unwalled {
		if _, ok := found[name]; !ok {
			t.Errorf("%s is in the list and sees no other workspace", name)
		}
	}
}

// source is the package: its functions by name, and its constants.
type source struct {
	functions map[string]*ast.FuncDecl
	constants map[string]ast.Expr
}

func readSource(t *testing.T) source {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	src := source{map[string]*ast.FuncDecl{}, map[string]ast.Expr{}}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "steady") { // its methods call those of the same name
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				src.functions[d.Name.Name] = d
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if v, ok := spec.(*ast.ValueSpec); ok && len(v.Values) == len(v.Names) {
						for i, name := range v.Names {
							src.constants[name.Name] = v.Values[i]
						}
					}
				}
			}
		}
	}
	return src
}

// called is the name of the function of the package that a call is of, "" for others.
func (src source) called(call *ast.CallExpr) string {
	name := ""
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		if x, ok := fun.X.(*ast.Ident); ok && x.Name == "s" {
			name = fun.Sel.Name
		}
	}
	if src.functions[name] == nil {
		return ""
	}
	return name
}

// calls lists the calls of a function of the package, by who makes them.
func (src source) calls(of string) map[string][]*ast.CallExpr {
	out := map[string][]*ast.CallExpr{}
	for name, f := range src.functions {
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && src.called(call) == of {
				out[name] = append(out[name], call)
			}
			return true
		})
	}
	return out
}

// texts adds what node says in quotes, with the constants that it names and the
// functions that it calls, but for those that are seen.
func (src source) texts(node ast.Node, seen map[string]bool, out *strings.Builder) {
	ast.Inspect(node, func(n ast.Node) bool {
		var more ast.Node
		name := ""
		switch n := n.(type) {
		case *ast.BasicLit:
			out.WriteString(n.Value + "\n")
		case *ast.Ident:
			if c := src.constants[n.Name]; c != nil {
				name, more = n.Name, c
			}
		case *ast.CallExpr:
			if name = src.called(n); name != "" {
				more = src.functions[name].Body
			}
		}
		if more != nil && !seen[name] {
			seen[name] = true
			src.texts(more, seen, out)
		}
		return true
	})
}

// named are the words where a table is named: behind a word of SQL that a table
// follows, in a list of them, and at the beginning, as a text may be put together.
var named = regexp.MustCompile("(?:(?:^|[\"`])(?:update\\s+)?|\\b(?:from|join|into|update|table)\\s+|, )([a-z_]+)\\b")
