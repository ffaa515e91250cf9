package web

// tabPattern matches the tabs a room's page has an address for.
const tabPattern = "{tab:plan|timeline|activity}"

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

var tabParts = map[string][]part{
	"plan":     {{File: "tree-grid.js", Media: wideScreen}, {File: "cards.js", Media: narrowScreen}},
	"timeline": {{File: "timeline.js", Media: wideScreen}, {File: "agenda.js", Media: narrowScreen}},
	"activity": {{File: "activity-page.js"}, {File: "activity.js"}, {File: "words.js"}},
}

// partsOf returns what the visitor's first screen is made of.
func partsOf(v visit, b boot) []part {
	switch {
	case b.Notice != nil:
		return nil
	case v.tab != "":
		return tabParts[v.tab]
	default:
		return tabParts["plan"]
	}
}
