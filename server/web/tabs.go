package web

import (
	"regexp"
	"slices"

	"parley/room"
)

// tabPattern matches the tabs a room's page has an address for.
const tabPattern = "{tab:overview|plan|timeline|people|activity}"

// part is a script that a tab needs for its first screen: asked for together
// with the page's own, not after them.
type part struct {
	File  string
	Media string // the screens it is for, "" for all
}

const (
	wideScreen   = "(min-width: 720px)"
	narrowScreen = "(max-width: 719.98px)"
)

// entry is the page's own script, which the shell runs.
const entry = "app.js"

var tabParts = map[string][]part{
	"overview": {{File: "overview.js"}},
	"plan":     {{File: "plan.js"}, {File: "tree-grid.js", Media: wideScreen}, {File: "cards.js", Media: narrowScreen}},
	"timeline": {{File: "timeline.js", Media: wideScreen}, {File: "agenda.js", Media: narrowScreen}},
	"people":   {{File: "people-page.js"}},
	"activity": {{File: "activity-page.js"}},
}

// partsOf returns what the visitor's first screen is made of. Who works on the
// plan lands on it, who watches on the overview, unless the address says more.
func (s *server) partsOf(v visit, b boot) []part {
	tab := v.tab
	switch {
	case b.Notice != nil:
		return s.withImports(nil)
	case tab != "":
	case v.member != "" || v.link != nil && v.link.Side != room.NoSide:
		tab = "plan"
	default:
		tab = "overview"
	}
	return s.withImports(tabParts[tab])
}

// withImports adds what the entry and the parts import, and what that imports:
// a browser would find each level of it only when the one before has come.
func (s *server) withImports(parts []part) []part {
	all := []part{{File: entry}}
	var add func(p part)
	add = func(p part) {
		if slices.Contains(all, p) || slices.Contains(all, part{File: p.File}) {
			return
		}
		all = append(all, p)
		s.addImports(p, add)
	}
	s.addImports(all[0], add)
	for _, p := range parts {
		add(p)
	}
	return all[1:]
}

func (s *server) addImports(p part, add func(part)) {
	file, ok := s.assets.files[p.File]
	if !ok {
		return
	}
	for _, name := range file.imports {
		add(part{File: name, Media: p.Media})
	}
}

// staticImport is how the build writes one: from"./core.js", import"./core.js".
var staticImport = regexp.MustCompile(`(?:from|import)\s*["'` + "`" + `]\./([\w.-]+\.js)["'` + "`" + `]`)

// importsOf returns the files that a script imports at once.
func importsOf(script []byte) []string {
	var names []string
	for _, found := range staticImport.FindAllSubmatch(script, -1) {
		names = append(names, string(found[1]))
	}
	return names
}
