package room

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SaveTemplate returns the shared plan as a template: dates become offsets from
// go-live in working days, people the roles they have, what was done is to be
// done again. It holds nothing that is private, no comment, no amount and no
// name: companies in its texts become {buyer} and {seller}, people their role,
// e-mail addresses are cut out. Cancelled milestones stay behind. The error is
// an [*Error].
func SaveTemplate(p *Plan, name, description string) (*Template, error) {
	d := newDraft(p, Stamp{}, Shared)
	_, room, _ := d.room()
	s := &saver{draft: d, calendar: calendarsOf(room)[boths], keys: map[string]string{}, ids: map[string]string{}, slots: map[string]string{}}
	s.goLive, s.dated = parseDay(d.anchor().due)
	if !s.dated {
		s.goLive, s.dated = parseDay(room["go_live"])
	}
	s.forget(room)
	t := &Template{Name: name, Description: description, RoleSlots: []TemplateSlot{}}
	s.phases(t)
	t.RoleSlots = append(t.RoleSlots, s.list...)
	if s.draft.anchor().milestone == "" {
		return nil, Errorf(Conflict, "the plan has no go-live to count from; make one of its milestones the go-live first")
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	return t, nil
}

// saver reads a plan into a template.
type saver struct {
	draft    *draft
	calendar *calendar
	goLive   day
	dated    bool              // the plan has a go-live date
	keys     map[string]string // of milestones, by id
	ids      map[string]string // the other way
	slots    map[string]string // keys of role slots, by side and label
	list     []TemplateSlot
	names    []forgotten
	byToken  map[string][]int // indices of names, by the first of their tokens
}

// forgotten is a name and what stands for it in a template.
type forgotten struct {
	word string
	name func() *regexp.Regexp // the word, where it stands alone; made when it is first looked for
	by   string
}

// address is anything that looks like an e-mail address.
var address = regexp.MustCompile(`[^\s<>()"',;:]+@[^\s<>()"',;:]+\.[\p{L}0-9]+`)

// forget learns the names that must not be in the template, the longest first.
// A first or last name alone counts from three letters on; shorter ones are
// words too often.
func (s *saver) forget(room Fields) {
	const least = 3
	words := map[string]string{}
	people := map[string]Fields{}
	for id := range s.draft.plan.Streams[Shared][Participant] {
		f, _ := s.draft.fields(Shared, Participant, id)
		name, _ := f["name"].(string)
		for _, part := range append(strings.Fields(name), strings.TrimSpace(name)) {
			if utf8.RuneCountInString(part) >= least {
				words[part], people[part] = "", f
			}
		}
		if company, _ := f["company"].(string); strings.TrimSpace(company) != "" {
			words[strings.TrimSpace(company)] = sideWord(f["side"])
		}
	}
	for _, side := range []string{"seller", "buyer"} {
		if company, _ := room[side+"_company"].(string); strings.TrimSpace(company) != "" {
			words[strings.TrimSpace(company)] = "{" + side + "}"
		}
	}
	for word, by := range words {
		// A letter or a digit before or after it makes it part of another word.
		pattern := `(?i)(^|[^\p{L}\p{N}])` + regexp.QuoteMeta(word) + `($|[^\p{L}\p{N}])`
		s.names = append(s.names, forgotten{word: word, name: whenNeeded(pattern), by: by})
	}
	slices.SortFunc(s.names, func(a, b forgotten) int {
		return cmp.Or(len(b.word)-len(a.word), strings.Compare(a.word, b.word))
	})
	s.byToken = map[string][]int{}
	for i := range s.names {
		first := ""
		if all := tokens(s.names[i].word); len(all) > 0 {
			first = all[0]
		}
		s.byToken[first] = append(s.byToken[first], i)
	}
	for i := range s.names {
		if f := people[s.names[i].word]; s.names[i].by == "" {
			s.names[i].by = s.role(f)
		}
	}
}

// whenNeeded compiles a pattern when it is first asked for: of hundreds, a text
// needs a few.
func whenNeeded(pattern string) func() *regexp.Regexp {
	var compiled *regexp.Regexp
	return func() *regexp.Regexp {
		if compiled == nil {
			compiled = regexp.MustCompile(pattern)
		}
		return compiled
	}
}

// named reports whether a text has one of the names in it.
func (s *saver) named(text string) bool {
	return slices.ContainsFunc(s.maybe(text), func(i int) bool { return s.names[i].name().MatchString(text) })
}

// maybe lists the names that a text may have in it, the longest first: to look
// for each of hundreds in each of thousands of texts would take minutes.
func (s *saver) maybe(text string) []int {
	out := slices.Clone(s.byToken[""]) // names without a letter
	all := tokens(text)
	slices.Sort(all)
	for _, token := range slices.Compact(all) {
		out = append(out, s.byToken[token]...)
	}
	slices.Sort(out)
	return out
}

// tokens are the runs of letters and digits in a text, in one case. A name
// stands alone where it is found, so its own are among those of the text.
func tokens(text string) []string {
	out := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	for i := range out {
		out[i] = strings.Map(func(r rune) rune {
			least := r
			for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
				least = min(least, next)
			}
			return least
		}, out[i])
	}
	return out
}

// sideWord stands for the company of a side.
func sideWord(side Value) string {
	if side == string(SideSeller) || side == string(SideBuyer) {
		return "{" + side.(string) + "}"
	}
	return "the partner"
}

// role is what a participant is called in a template: the role they say they
// have, unless that names somebody.
func (s *saver) role(f Fields) string {
	role, _ := f["role"].(string)
	if role = strings.TrimSpace(role); role != "" && !s.named(role) && !address.MatchString(role) {
		return role
	}
	if f["side"] == string(SideSeller) {
		return "Account team"
	}
	return "Project team"
}

// text is a text of the plan without names.
func (s *saver) text(v Value) string {
	out, _ := v.(string)
	out = address.ReplaceAllString(out, "…")
	for _, i := range s.maybe(out) {
		f := &s.names[i]
		for range 2 { // two names in a row share the space between them
			out = f.name().ReplaceAllString(out, "${1}"+strings.ReplaceAll(f.by, "$", "$$")+"${2}")
		}
	}
	return out
}

// line is a text of one line, cut to what its field holds.
func (s *saver) line(v Value, most int) string {
	r := []rune(s.text(v))
	return strings.TrimSpace(string(r[:min(most, len(r))]))
}

// inOrder lists the live shared records of a list.
func (s *saver) inOrder(e Entity, parent RecordID) []Fields {
	var out []Fields
	for _, sib := range s.draft.siblings(Shared, e, parent, "") {
		if f, ok := s.draft.live(sib.stream, e, sib.id); ok && sib.stream == Shared {
			out = append(out, withID(f, sib.id))
		}
	}
	return out
}

func withID(f Fields, id RecordID) Fields {
	out := Fields{"id": string(id)}
	for name, v := range f {
		out[name] = v
	}
	return out
}

func (s *saver) phases(t *Template) {
	for _, phase := range s.inOrder(Phase, "") {
		tp := TemplatePhase{Name: s.line(phase["name"], MaxTitle), Milestones: []TemplateMilestone{}}
		for _, f := range s.inOrder(Milestone, RecordID(phase["id"].(string))) {
			if f["status"] != "cancelled" {
				tp.Milestones = append(tp.Milestones, s.milestone(f))
			}
		}
		t.Phases = append(t.Phases, tp)
	}
	anchor := string(s.draft.anchor().milestone)
	for i := range t.Phases {
		for j := range t.Phases[i].Milestones {
			m := &t.Phases[i].Milestones[j]
			m.WaitsFor = s.waits(s.ids[m.Key])
			if m.GoLive = s.ids[m.Key] == anchor; m.GoLive {
				m.OffsetDays = new(0)
			}
		}
	}
}

func (s *saver) milestone(f Fields) TemplateMilestone {
	id := f["id"].(string)
	m := TemplateMilestone{
		Key: fmt.Sprintf("m%d", len(s.keys)+1), Title: s.line(f["title"], MaxTitle), Description: s.text(f["description"]),
		SellerOwner: s.owner(f["seller_owner"], string(SideSeller)), BuyerOwner: s.owner(f["buyer_owner"], string(SideBuyer)),
		OffsetDays: s.offset(f), DurationDays: s.calendar.duration(f),
	}
	s.keys[id], s.ids[m.Key] = m.Key, id
	for _, c := range s.inOrder(Criterion, RecordID(id)) {
		by, _ := c["confirm_by"].(string)
		m.Criteria = append(m.Criteria, TemplateCriterion{
			Text: s.line(c["text"], maxCriterion), Measure: s.line(c["measure"], MaxTitle), Target: s.line(c["target"], MaxTitle), ConfirmBy: by,
		})
	}
	for _, task := range s.inOrder(Task, RecordID(id)) {
		m.Tasks = append(m.Tasks, TemplateTask{Title: s.line(task["title"], MaxTitle), Owner: s.owner(task["owner"], "")})
	}
	return m
}

// offset counts the working days from go-live to a due date, as adding them
// would; what a template said before it had a date counts too.
func (s *saver) offset(f Fields) *int {
	due, dated := parseDay(f["due"])
	switch {
	case dated && s.dated && due < s.goLive:
		return new(min(s.calendar.between(s.goLive-1, due)-1, -1))
	case dated && s.dated:
		return new(s.calendar.between(s.goLive, due))
	}
	if n, ok := f["offset_days"].(int64); ok && !dated {
		return new(int(n))
	}
	return nil
}

// owner returns the key of the role slot that stands for an owner, made when it
// is not there. Side is "" for a task, whose owner may be of either.
func (s *saver) owner(ref Value, side string) string {
	id, _ := ref.(string)
	if id == "" {
		return ""
	}
	label := ""
	if f, ok := s.draft.live(Shared, RoleSlot, RecordID(id)); ok {
		label, side = s.line(f["label"], MaxTitle), cmp.Or(side, f["side"].(string))
	} else if f, ok := s.draft.live(Shared, Participant, RecordID(id)); ok {
		label, side = s.line(s.role(f), MaxTitle), cmp.Or(side, f["side"].(string))
	}
	if label == "" || side != string(SideSeller) && side != string(SideBuyer) {
		return ""
	}
	known := side + "\n" + label
	if s.slots[known] == "" {
		s.slots[known] = fmt.Sprintf("r%d", len(s.slots)+1)
		s.list = append(s.list, TemplateSlot{Key: s.slots[known], Side: side, Label: label})
	}
	return s.slots[known]
}

// waits lists what a milestone waits for, in the order of the plan.
func (s *saver) waits(id string) []TemplateWait {
	var out []TemplateWait
	for other := range s.draft.plan.Streams[Shared][Dependency] {
		f, ok := s.draft.live(Shared, Dependency, other)
		from, _ := f["from"].(string)
		if !ok || f["to"] != id || s.keys[from] == "" {
			continue
		}
		lag, _ := f["lag_days"].(int64)
		out = append(out, TemplateWait{For: s.keys[from], LagDays: int(lag), Optional: f["required"] == false})
	}
	slices.SortFunc(out, func(a, b TemplateWait) int {
		return cmp.Or(len(a.For)-len(b.For), strings.Compare(a.For, b.For))
	})
	return slices.CompactFunc(out, func(a, b TemplateWait) bool { return a.For == b.For })
}
