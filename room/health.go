package room

import (
	"cmp"
	"slices"
)

// The levels of health, worst first.
const (
	Late    = "late"     // go-live is heading past its day, or something blocked drives it
	AtRisk  = "at_risk"  // a milestone is late, short of time, or near and nobody's
	OnTrack = "on_track" // neither
)

const (
	// soonDays is how near an open milestone without an owner is a risk (rule 12).
	soonDays = 14
	// tightSlack is how few working days of slack are a risk (rule 12).
	tightSlack = 2
	// maxReasons is how many reasons are told: who has more needs no longer list.
	maxReasons = 10
)

// Health says how a plan stands, and why, in words: the worst first.
type Health struct {
	Level   string   `json:"level" enum:"late,at_risk,on_track"`
	Reasons []Reason `json:"reasons" nullable:"false" doc:"the worst first; at least one"`
}

// Reason is one reason for a plan's health.
type Reason struct {
	Code      string   `json:"code" enum:"forecast,blocked,late,slack,unowned,on_track"`
	Text      string   `json:"text"`
	Milestone RecordID `json:"milestone,omitempty" format:"uuid" doc:"the one it is about"`
}

// health judges the plan (rule 12) by what this audience sees of it.
func (s *scheduler) health() Health {
	h := Health{Level: OnTrack}
	s.addLate(&h)
	s.addRisks(&h)
	if len(h.Reasons) == 0 {
		h.Reasons = []Reason{{Code: OnTrack, Text: s.onTrackText()}}
	}
	return h
}

func (h *Health) add(level, code, text string, about RecordID) {
	if level == Late || h.Level == OnTrack {
		h.Level = level
	}
	h.Reasons = append(h.Reasons, Reason{Code: code, Text: text, Milestone: about})
}

func (s *scheduler) addLate(h *Health) {
	if s.goLive >= 0 && !s.items[s.goLive].open() {
		return
	}
	if slip, ok := s.slip(); ok && slip > 0 && s.unfinished() {
		about := RecordID("")
		if s.cause >= 0 {
			about = s.items[s.cause].id
		}
		h.add(Late, "forecast", s.slipText(slip), about)
	}
	for _, i := range s.driving {
		if s.items[i].status == "blocked" && len(h.Reasons) < maxReasons {
			h.add(Late, "blocked", s.items[i].named("is blocked and drives go-live"), s.items[i].id)
		}
	}
}

// unfinished reports whether anything is left to do.
func (s *scheduler) unfinished() bool {
	return slices.ContainsFunc(s.items, func(m item) bool { return m.open() })
}

// addRisks adds what is late, then what is short of time, then what is near and
// has no owner; each milestone once, the first due first.
func (s *scheduler) addRisks(h *Health) {
	open := make([]int, 0, len(s.items))
	for i := range s.items {
		if s.items[i].open() {
			open = append(open, i)
		}
	}
	slices.SortStableFunc(open, func(a, b int) int {
		x, y := &s.items[a], &s.items[b]
		return cmp.Or(b2i(y.dated)-b2i(x.dated), cmp.Compare(x.due, y.due))
	})
	for _, i := range open {
		if len(h.Reasons) == maxReasons {
			return // the level cannot become worse
		}
		if m := &s.items[i]; m.late(s.now) {
			h.add(AtRisk, "late", m.named("was due "+dayText(m.due, s.now)), m.id)
		}
	}
	for _, i := range open {
		if len(h.Reasons) == maxReasons {
			return
		}
		if m := &s.items[i]; s.short(i) && !m.late(s.now) {
			h.add(AtRisk, "slack", m.named(s.shortText(i)), m.id)
		}
	}
	for _, i := range open {
		m := &s.items[i]
		if len(h.Reasons) == maxReasons {
			return
		}
		if m.unowned && m.dated && m.due <= s.now+soonDays && !m.late(s.now) && !s.short(i) {
			h.add(AtRisk, "unowned", m.named("is due "+dayText(m.due, s.now)+" and has no owner"), m.id)
		}
	}
}

// short reports whether a milestone that go-live, or a pinned date, waits for
// has hardly any time left. Go-live itself has none by nature, nor has what is
// pinned.
func (s *scheduler) short(i int) bool {
	m, p := &s.items[i], &s.plans[i]
	return p.bounded && p.slack <= tightSlack && p.leads && !m.goLive && (!m.pinned || p.slack < 0)
}
