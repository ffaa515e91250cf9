package watch

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"parley/room"
)

//go:embed templates/*.html
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"weekDay": weekDay, "longDay": longDay, "shortDay": shortDay, "shifted": shifted, "of": of, "pct": pct, "lower": strings.ToLower,
	"min": func(a, b float64) float64 { return min(a, b) },
	"max": func(a, b float64) float64 { return max(a, b) },
	"met": func(list []Criterion) string {
		n := 0
		for _, c := range list {
			if c.Met {
				n++
			}
		}
		return of(n, len(list))
	},
	"mark": func(m *Milestone) string {
		if m.Status == "blocked" {
			return m.Status
		}
		return "late"
	},
	"args":     func(w words, m *Milestone, today string) row { return row{w, m, today} },
	"measured": func(w words, c Measured) measured { return measured{w, c} },
	"first":    func(list []Measured) []Measured { return list[:min(fewCriteria, len(list))] },
	"rest":     func(list []Measured) []Measured { return list[min(fewCriteria, len(list)):] },
}).ParseFS(files, "templates/*.html"))

// row is what a template needs to write one milestone.
type row struct {
	W     words
	M     *Milestone
	Today string
}

// measured is what a template needs to write one criterion.
type measured struct {
	W words
	C Measured
}

// fewCriteria is how many criteria stand open; the rest is folded.
const fewCriteria = 6

// Tabs are the tabs of the page, in their order; each has an address.
var Tabs = []string{"overview", "plan", "timeline", "people", "activity"}

var tabNames = map[string]string{"overview": "Overview", "plan": "Plan", "timeline": "Timeline", "people": "People", "activity": "Activity"}

// Badge is the tab of frames with little room: how the plan stands, in a line.
const Badge = "badge"

// Body is the part of a page that is the same for everybody who may see it.
type Body struct {
	tab  string
	plan *Plan
	html template.HTML
}

// NewBody renders a tab of the plan. Changes are what the activity tab tells,
// one sentence each, see [Changes].
func NewBody(p *Plan, tab string, changes []string) *Body {
	return &Body{tab, p, template.HTML(execute("body", struct {
		W       words
		Plan    *Plan
		Tab     string
		Changes []string
	}{english, p, tab, changes}))}
}

// Changes says what became different between two states of a plan.
func Changes(before, after *room.Plan, today string) []string {
	var out []string
	for _, d := range room.Diff(before, after, room.Shared, today) {
		out = append(out, d.Text)
	}
	return out
}

// Frame is what is around a body: for one link, at one moment.
type Frame struct {
	Base    string // where its tabs are: "/s/{token}/"
	Version string // of the assets
	Tag     string // changes when the page does
	Now     time.Time
	Live    *Live   // nil for a page that stays as it is
	Card    *Card   // nil for none
	Follow  bool    // updates, calendar and print are offered
	Stop    string  // where mails like the one that led here are stopped, "" for none did
	Accent  string  // where the style of the company's colour is, "" for Parley's own
	OEmbed  string  // where a site learns how to show the page, "" for nowhere
	Framed  *Framed // nil for a page in a window of its own
}

// Framed is a page on another site.
type Framed struct {
	Origins string // whose pages may frame it, with spaces between
	Whole   string // its address in a window of its own
}

// Live is what the page's script starts with.
type Live struct {
	Room  room.ID
	Epoch room.Epoch
	Rev   room.Rev
}

// Page writes a whole page.
func (b *Body) Page(f Frame) []byte {
	type tab struct {
		Path, Name string
		Here       bool
	}
	var tabs []tab
	for _, name := range Tabs {
		tabs = append(tabs, tab{name, tabNames[name], name == b.tab})
	}
	at := f.Now.In(b.plan.Zone)
	return execute("page", struct {
		Frame
		W             words
		Plan          *Plan
		Title         string
		Tabs          []tab
		Body          template.HTML
		View          string
		AsOf, Instant string
	}{f, english, b.plan, b.plan.Title, tabs, b.html, b.tab, at.Format("15:04") + ", " + at.Format("Mon 2 Jan"), f.Now.UTC().Format(time.RFC3339)})
}

// Notice is a page with a few sentences and at most one thing to do.
type Notice struct {
	Version string
	Title   string
	Texts   []string
	Fault   string // what was wrong, "" for nothing
	Follow  string // the page whose updates and calendar are offered, "" for none
	Address string // shown to be copied
	Links   []NoticeLink
	Button  *NoticeButton
}

// NoticeLink is a way on from a notice. Its address is made here, of a token
// that was found to be one: webcal is no scheme that html/template lets pass.
type NoticeLink struct {
	Name string
	Href template.URL
}

// NoticeButton sends a form without fields.
type NoticeButton struct{ Name, Action string }

// Bytes writes the page.
func (n Notice) Bytes() []byte {
	return execute("notice", struct {
		Notice
		W words
	}{n, english})
}

func execute(name string, data any) []byte {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, data); err != nil {
		panic(fmt.Sprintf("watch: template %s: %v", name, err)) // the templates are constants, writing to memory
	}
	return out.Bytes()
}
