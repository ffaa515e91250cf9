package watch

import (
	"fmt"
	"slices"
	"strings"

	"parley/room"
)

// Runway is the plan as one strip of time whose right edge is go-live. Places
// are percentages, as client/src/page/runway/layout.ts finds them.
type Runway struct {
	Sentence                     string
	Dots                         []Dot
	Bands                        []Band
	Today, End, Agreed, Forecast Place
	AgreedDay, GoLive            string // in words
	first, last                  string // the days at its ends
}

// place is where a day is, at the nearest end when it is beyond.
func (r *Runway) place(day string) float64 {
	at := edge + float64(between(r.first, day))/float64(between(r.first, r.last))*(100-2*edge)
	return min(max(at, 0), 100)
}

// Place is where something is on the strip; Shown false: nowhere.
type Place struct {
	X     float64
	Shown bool
}

// pct writes a place as SVG takes it.
func pct(x float64) string { return fmt.Sprintf("%.2f%%", x) }

// Dot is one milestone on the strip.
type Dot struct {
	X    float64
	Look string // done, open, late or blocked
}

// Band is the stretch of time that one phase takes.
type Band struct {
	Name, Count string
	From, To    float64
}

// Width is the band's, with a gap to the next.
func (b Band) Width() float64 { return max(0, b.To-b.From-0.3) }

// Labelled reports whether there is room for its name.
func (b Band) Labelled() bool { return b.To-b.From > 9 }

// edge keeps dots out of the very corner.
const edge = 1.2

// Runway places the milestones that have a date; nil when fewer than two days
// are known. A go-live that is heading for a later day has that day at the edge.
func (p *Plan) Runway() *Runway {
	var days []string
	for _, m := range p.All {
		if m.Due != "" && m.Status != "cancelled" {
			days = append(days, m.Due)
		}
	}
	s := p.Schedule
	for _, day := range []string{s.GoLive, s.AgreedGoLive, s.ForecastGoLive} {
		if day != "" {
			days = append(days, day)
		}
	}
	if len(days) == 0 {
		return nil
	}
	first, last := plus(slices.Min(days), -1), slices.Max(days)
	if between(first, last) < 2 {
		return nil
	}
	r := &Runway{first: first, last: last, GoLive: shortDay(s.GoLive, p.Today)}
	end := s.GoLive
	if end == "" {
		end = last
	}
	r.Bands, r.End, r.Sentence = p.bands(r.place), Place{r.place(end), true}, p.runwaySentence(slices.Min(days), end)
	if p.Today >= first && p.Today <= last {
		r.Today = Place{r.place(p.Today), true}
	}
	if s.AgreedGoLive != "" && s.AgreedGoLive != s.GoLive {
		r.Agreed, r.AgreedDay = Place{r.place(s.AgreedGoLive), true}, shortDay(s.AgreedGoLive, p.Today)
	}
	if s.ForecastGoLive != "" && s.ForecastGoLive != s.GoLive {
		r.Forecast = Place{r.place(s.ForecastGoLive), true}
	}
	for _, m := range p.All {
		if m.Due != "" && m.Status != "cancelled" && !m.GoLive {
			r.Dots = append(r.Dots, Dot{r.place(m.Due), lookOf(m)})
		}
	}
	return r
}

func lookOf(m *Milestone) string {
	switch {
	case m.Status == "done", m.Status == "blocked":
		return m.Status
	case m.Late:
		return "late"
	default:
		return "open"
	}
}

// bands places the phases: each from where the one before it ends to its own
// last date.
func (p *Plan) bands(place func(string) float64) []Band {
	var out []Band
	from := 0.0
	for _, phase := range p.Phases {
		last := ""
		for _, m := range phase.Milestones {
			last = max(last, m.Due)
		}
		if last == "" {
			continue
		}
		to := min(100, max(from, place(last)+edge))
		out = append(out, Band{phase.Name, fmt.Sprintf("%d/%d", phase.Done, phase.Total), from, to})
		from = to
	}
	if len(out) > 0 {
		out[len(out)-1].To = 100
	}
	return slices.DeleteFunc(out, func(b Band) bool { return b.To <= b.From })
}

// TodayAnchor is the end that the word over the today line hangs by, so that it
// stays on the strip.
func (r *Runway) TodayAnchor() string {
	switch {
	case r.Today.X < 8:
		return "start"
	case r.Today.X > 80:
		return "end"
	default:
		return "middle"
	}
}

// ShowsAgreed and ShowsGoLive say which words have room over the strip.
func (r *Runway) ShowsAgreed() bool {
	return r.Agreed.Shown && r.End.X-r.Agreed.X > 16 && (!r.Today.Shown || max(r.Today.X-r.Agreed.X, r.Agreed.X-r.Today.X) > 12)
}

// ShowsGoLive reports whether the day of go-live has room over the strip.
func (r *Runway) ShowsGoLive() bool {
	return r.GoLive != "" && (!r.Today.Shown || r.End.X-r.Today.X > 18)
}

// Tight reports whether that is so on a wide screen only.
func (r *Runway) Tight() bool { return r.Today.Shown && r.End.X-r.Today.X < 50 }

// runwaySentence says in words what the strip shows.
func (p *Plan) runwaySentence(first, end string) string {
	live := ""
	if p.Schedule.GoLive != "" {
		live = "go-live on "
	}
	late, blocked := p.counts()
	text := fmt.Sprintf("Plan from %s to %s%s. Today is %s. %s milestones done, %d late, %d blocked.",
		shortDay(first, p.Today), live, shortDay(end, p.Today), shortDay(p.Today, p.Today), of(p.Schedule.Progress.Done, p.Schedule.Progress.Total), late, blocked)
	if slip, against := slipWords(p.Schedule); slip != "" {
		text += " " + strings.TrimSpace(slip+" "+against) + "."
	}
	return text
}

func (p *Plan) counts() (late, blocked int) {
	for _, m := range p.All {
		if m.Late {
			late++
		}
		if m.Status == "blocked" {
			blocked++
		}
	}
	return late, blocked
}

// Figures are what stands over the strip.
type Figures struct {
	Days, DaysOf  string // "42 days", "to go-live"
	Past          bool
	Done          string // "8 of 16"
	Slip, Against string
	Slipped       bool
	Late, Blocked string // "" for none
	Next          *Milestone
	NextBy        string
	Level, Word   string // of the health: its class and its word
	Why           string
	More          int
}

// Figures returns them: countdown, progress, slip, the next step and health.
func (p *Plan) Figures() Figures {
	s := p.Schedule
	f := Figures{
		Done: of(s.Progress.Done, s.Progress.Total), Next: p.byID[s.Next],
		Level: levelClasses[s.Health.Level], Word: levelWords[s.Health.Level], Why: s.Health.Reasons[0].Text, More: len(s.Health.Reasons) - 1,
	}
	f.Slip, f.Against = slipWords(s)
	f.Slipped = s.SlipDays != nil && *s.SlipDays > 0
	f.Days, f.DaysOf, f.Past = p.countdown()
	if late, blocked := p.counts(); late+blocked > 0 {
		if late > 0 {
			f.Late = fmt.Sprintf("%d late", late)
		}
		if blocked > 0 {
			f.Blocked = fmt.Sprintf("%d blocked", blocked)
		}
	}
	if f.Next != nil {
		f.NextBy = english.NoOwner
		var by []string
		for _, o := range f.Next.Owners() {
			by = append(by, o.Company)
		}
		if len(by) > 0 {
			f.NextBy = strings.Join(by, " and ")
		}
	}
	return f
}

func (p *Plan) countdown() (days, of string, past bool) {
	if p.Schedule.GoLive == "" {
		return english.NoGoLive, "", false
	}
	switch n := between(p.Today, p.Schedule.GoLive); {
	case n == 0:
		return english.GoLiveToday, "", false
	case n < 0:
		return count(-n, "day"), english.PastGoLive, true
	default:
		return count(n, "day"), english.ToGoLive, false
	}
}

// Outlook says in one sentence or two where the plan is heading.
func (p *Plan) Outlook() string {
	return p.Schedule.Health.Reasons[0].Text + ". " + of(p.Schedule.Progress.Done, p.Schedule.Progress.Total) + " milestones are done."
}

// Level is the plan's health: its class and its word.
func (p *Plan) Level() string { return levelClasses[p.Schedule.Health.Level] }

// LevelWord is the plan's health in a word.
func (p *Plan) LevelWord() string { return levelWords[p.Schedule.Health.Level] }

// Reasons are why, the worst first, with why something is blocked.
func (p *Plan) Reasons() []Reason {
	var out []Reason
	told := map[room.RecordID]bool{}
	for _, r := range p.Schedule.Health.Reasons {
		reason := Reason{Text: r.Text}
		if m := p.byID[r.Milestone]; m != nil && r.Code == "blocked" {
			reason.Quote, told[m.ID] = m.Blocked, true
		}
		out = append(out, reason)
	}
	for _, m := range p.All {
		if m.Blocked != "" && !told[m.ID] {
			out = append(out, Reason{Text: "“" + m.Title + "” is blocked", Quote: m.Blocked})
		}
	}
	return out
}

// Reason is one reason for the plan's health, and what somebody wrote about it.
type Reason struct{ Text, Quote string }
