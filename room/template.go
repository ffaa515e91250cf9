package room

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// templateFiles holds one file per template, named by its slug.
//
//go:embed templates/*.json
var templateFiles embed.FS

// Template is a plan with offsets and role slots instead of dates and people.
// Its texts may say {buyer} and {seller} for the companies of the room.
type Template struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"` // what it is for, in a sentence or two
	RoleSlots   []TemplateSlot  `json:"role_slots"`
	Phases      []TemplatePhase `json:"phases"`
}

// TemplateSlot is an owner known only by role.
type TemplateSlot struct {
	Key   string `json:"key"` // names the slot within the template
	Side  string `json:"side"`
	Label string `json:"label"`
}

// TemplatePhase is an ordered group of milestones.
type TemplatePhase struct {
	Name       string              `json:"name"`
	Milestones []TemplateMilestone `json:"milestones"`
}

// TemplateMilestone is a milestone without a date.
type TemplateMilestone struct {
	Key         string `json:"key"` // names the milestone within the template
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	SellerOwner string `json:"seller_owner,omitempty"` // key of a role slot, "" for none
	BuyerOwner  string `json:"buyer_owner,omitempty"`
	// OffsetDays counts working days from go-live, days that both sides work: -5
	// is a week before. Nil for a milestone that had no date.
	OffsetDays   *int                `json:"offset_days,omitempty"`
	DurationDays int                 `json:"duration_days,omitempty"`
	GoLive       bool                `json:"go_live,omitempty"`
	WaitsFor     []TemplateWait      `json:"waits_for,omitempty"`
	Criteria     []TemplateCriterion `json:"criteria,omitempty"`
	Tasks        []TemplateTask      `json:"tasks,omitempty"`
}

// TemplateWait is a dependency. In JSON it is the key alone where nothing else
// is to be said.
type TemplateWait struct {
	For      string `json:"for"` // key of a milestone
	LagDays  int    `json:"lag_days,omitempty"`
	Optional bool   `json:"optional,omitempty"` // it is shown and pushes nothing
}

// TemplateCriterion is a checkable statement that makes a milestone done.
type TemplateCriterion struct {
	Text      string `json:"text"`
	Measure   string `json:"measure,omitempty"`
	Target    string `json:"target,omitempty"`
	ConfirmBy string `json:"confirm_by,omitempty"`
}

// TemplateTask is one piece of work toward a milestone.
type TemplateTask struct {
	Title string `json:"title"`
	Owner string `json:"owner,omitempty"` // key of a role slot
}

// UnmarshalJSON reads a dependency, or the key of the milestone alone.
func (w *TemplateWait) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &w.For)
	}
	type whole TemplateWait
	return json.Unmarshal(data, (*whole)(w))
}

// MarshalJSON writes the key alone where nothing else is to be said.
func (w TemplateWait) MarshalJSON() ([]byte, error) {
	if w.LagDays == 0 && !w.Optional {
		return json.Marshal(w.For)
	}
	type whole TemplateWait
	return json.Marshal(whole(w))
}

// templates maps every template to its slug.
var templates = func() map[string]*Template {
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		panic(err) // "templates" is a constant, embedded path
	}
	out := map[string]*Template{}
	for _, file := range files {
		body, err := templateFiles.ReadFile("templates/" + file.Name())
		if err != nil {
			panic(err) // the path was just listed
		}
		t, err := ParseTemplate(body)
		if err != nil {
			panic(fmt.Sprintf("room: template %s: %v", file.Name(), err)) // a constant of this build
		}
		out[strings.TrimSuffix(file.Name(), ".json")] = t
	}
	return out
}()

// TemplateSlugs returns the names of the built-in templates, sorted.
func TemplateSlugs() []string { return slices.Sorted(maps.Keys(templates)) }

// BuiltInTemplate returns the template with that slug, nil when there is none.
// It is shared and not to be changed.
func BuiltInTemplate(slug string) *Template { return templates[slug] }

// Steps counts the milestones.
func (t *Template) Steps() (n int) {
	for _, p := range t.Phases {
		n += len(p.Milestones)
	}
	return n
}

// WorkingDays is how long the plan takes: from the first day of the step that
// begins first, to go-live.
func (t *Template) WorkingDays() (n int) {
	for _, p := range t.Phases {
		for _, m := range p.Milestones {
			if m.OffsetDays != nil {
				n = max(n, max(m.DurationDays-1, 0)-*m.OffsetDays)
			}
		}
	}
	return n
}

// Days is [Template.WorkingDays] in days of the calendar, for weeks of five
// working days.
func (t *Template) Days() int { return (t.WorkingDays()*7 + 4) / 5 }

// errNoTemplate is the one answer to a template that is not there, or not theirs.
func errNoTemplate() *Error {
	return FieldErrorf(Invalid, "template", "there is no such template; use %s", anyOf(TemplateSlugs()))
}

// templateOf returns the template that an op names.
func templateOf(op *Op) (*Template, *Error) {
	if t := templates[op.Template]; t != nil {
		return t, nil
	}
	if op.Body == nil {
		return nil, errNoTemplate()
	}
	return op.Body, nil
}

// guardTemplate keeps the selling company's own templates to its side.
func guardTemplate(d *draft, m Member, op *Op) error {
	if templates[op.Template] == nil && m.Side != SideSeller {
		return errNoTemplate()
	}
	return nil
}
