package room

import (
	"cmp"
	"slices"
)

// Schedule is what follows from a plan's dates on one day, for one audience.
// What is not known is absent: without a go-live nothing has a latest date.
type Schedule struct {
	Today          string      `json:"today" format:"date" doc:"the day it is in the room's time zone"`
	GoLive         string      `json:"go_live,omitempty" format:"date" doc:"the day that go-live is due"`
	AgreedGoLive   string      `json:"agreed_go_live,omitempty" format:"date" doc:"the day of the newest baseline"`
	ForecastGoLive string      `json:"forecast_go_live,omitempty" format:"date" doc:"where it is heading, working forward from today"`
	SlipDays       *int        `json:"slip_days,omitempty" doc:"calendar days from the agreed go-live, or from the planned one while none is agreed, to the forecast"`
	Health         Health      `json:"health"`
	Progress       Progress    `json:"progress"`
	Next           RecordID    `json:"next,omitempty" format:"uuid" doc:"the open milestone that is due first"`
	Driving        []RecordID  `json:"driving" nullable:"false" doc:"the open milestones that a delay of delays go-live, in order, go-live last"`
	Cause          RecordID    `json:"cause,omitempty" format:"uuid" doc:"the milestone that the slip begins with"`
	Unfilled       []Unfilled  `json:"unfilled" nullable:"false" doc:"the roles that nobody has"`
	Unowned        []RecordID  `json:"unowned" nullable:"false" doc:"the open milestones without an owner"`
	Milestones     []Scheduled `json:"milestones" nullable:"false" doc:"in the order of the plan"`
}

// Progress counts the milestones that are done, of those not cancelled.
type Progress struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}

// Unfilled is a role slot without a person.
type Unfilled struct {
	ID   RecordID `json:"id" format:"uuid"`
	Text string   `json:"text"`
}

// Scheduled is what follows for one milestone.
type Scheduled struct {
	ID           RecordID `json:"id" format:"uuid"`
	Due          string   `json:"due,omitempty" format:"date"`
	AgreedDue    string   `json:"agreed_due,omitempty" format:"date"`
	SlipDays     *int     `json:"slip_days,omitempty" doc:"calendar days from the agreed date to the due date"`
	Forecast     string   `json:"forecast,omitempty" format:"date" doc:"the day it ends, working forward from today; the day it was done"`
	LatestStart  string   `json:"latest_start,omitempty" format:"date" doc:"working back from go-live: the last day to begin"`
	LatestFinish string   `json:"latest_finish,omitempty" format:"date" doc:"working back from go-live: the last day to end"`
	SlackDays    *int     `json:"slack_days,omitempty" doc:"working days from the forecast to the latest finish; negative when it is too late"`
	Drives       bool     `json:"drives" doc:"a delay of it delays go-live"`
	Late         bool     `json:"late" doc:"due before today, and open"`
	Text         string   `json:"sentence,omitempty" doc:"what matters most about it, in words"`
}

// Schedule works the dates out as of today, the room's ([Today]): forward from
// what is done and from today (rule 7), back from go-live (rule 6). Its cost is
// linear in milestones and dependencies.
func (v *View) Schedule(today string) Schedule {
	now, _ := parseDay(today)
	s := &scheduler{View: v, now: now, plans: make([]planned, len(v.items))}
	s.goLiveDay, s.hasGoLive = parseDay(v.room["go_live"])
	s.sorted = v.order()
	s.forward()
	s.backward()
	s.drive()
	s.cause = s.findCause()
	return s.schedule(today)
}

// scheduler is one working out of a view.
type scheduler struct {
	*View
	now       day
	goLiveDay day
	hasGoLive bool
	sorted    []int // each after what it waits for
	plans     []planned
	driving   []int // in the order of their forecasts
	cause     int   // see findCause
}

// planned is what is found for an item.
type planned struct {
	forecast day
	finish   day // the latest
	bounded  bool
	after    bool // it waits for go-live
	leads    bool // go-live, or a pinned date, waits for it
	drives   bool
	slack    int // working days from the forecast to the latest finish, when bounded
	latest   day // the last working day to end on, or the day it is due
	start    day // the last day to begin
	slip     int // calendar days from the agreed date to the due date
}

// forward finds where each milestone is heading. What is done ended when it
// ended; what is in progress ends when it is due, but not before today; of the
// rest nothing ends before it is due, nor before it can.
func (s *scheduler) forward() {
	for _, i := range s.sorted {
		m, p := &s.items[i], &s.plans[i]
		p.after = s.follows(m)
		switch {
		case m.cancelled():
		case m.done():
			p.forecast = s.ended(m)
		case m.started():
			p.forecast = m.notBefore(s.now)
		default:
			p.forecast = m.notBefore(s.earliest(m))
		}
	}
}

// ended is the day that a milestone was done.
func (s *scheduler) ended(m *item) day {
	switch {
	case m.isCompleted:
		return m.completed
	case m.dated:
		return m.due
	default:
		return s.now
	}
}

// notBefore is the milestone's due date, or the first day from d on that it can
// end on when that is later.
func (m *item) notBefore(d day) day {
	if m.dated && m.due >= d {
		return m.due
	}
	return m.own.onOrAfter(d)
}

// earliest is the first day that a milestone which has not begun can end on:
// all its days are ahead, and all that it waits for comes first.
func (s *scheduler) earliest(m *item) day {
	d := s.now
	if m.days > 0 {
		d = m.own.add(s.now-1, m.days)
	}
	for _, n := range m.in {
		if e := &s.edges[n]; !e.ignored {
			d = max(d, e.counted.add(s.plans[e.from].forecast, e.lag+m.days))
		}
	}
	return d
}

// follows reports whether a milestone comes after go-live.
func (s *scheduler) follows(m *item) bool {
	return slices.ContainsFunc(m.in, func(n int) bool {
		e := &s.edges[n]
		return !e.ignored && (e.from == s.goLive || s.plans[e.from].after)
	})
}

// backward finds when each open milestone has to end, so that go-live, and what
// somebody pinned, can be when they are due.
func (s *scheduler) backward() {
	if !s.hasGoLive || s.goLive >= 0 && !s.items[s.goLive].open() {
		return
	}
	for _, i := range slices.Backward(s.sorted) {
		m, p := &s.items[i], &s.plans[i]
		if !m.open() {
			continue
		}
		if !p.after && (!m.dated || m.due <= s.goLiveDay) {
			p.bound(s.goLiveDay)
		}
		for _, n := range m.out {
			e := &s.edges[n]
			to, next := &s.items[e.to], &s.plans[e.to]
			if e.ignored || !to.open() {
				continue
			}
			p.leads = p.leads || next.leads || e.to == s.goLive || to.pinned
			if next.bounded {
				p.bound(e.counted.before(next.finish, e.lag+to.ahead()))
			}
		}
		if m.pinned && m.dated {
			p.bound(m.due)
		}
		p.measure(m)
	}
}

// measure finds what a latest finish leaves, in working days, unless the
// milestone is due on that very day.
func (p *planned) measure(m *item) {
	if !p.bounded {
		return
	}
	p.slack, p.latest = m.own.between(p.forecast, p.finish), p.finish
	if !m.dated || m.due != p.finish {
		p.latest = m.own.onOrBefore(p.finish)
	}
	p.start = m.own.start(p.latest, m.days)
}

// ahead is how many working days of a milestone have to come after what it
// waits for: none once it is in progress.
func (m *item) ahead() int {
	if m.started() {
		return 0
	}
	return m.days
}

func (p *planned) bound(d day) {
	if !p.bounded || d < p.finish {
		p.finish, p.bounded = d, true
	}
}

// drive finds the milestones that a delay of delays go-live: from go-live back
// over the dependencies that leave no day.
func (s *scheduler) drive() {
	if s.goLive < 0 || !s.hasGoLive || !s.items[s.goLive].open() {
		return
	}
	s.plans[s.goLive].drives = true
	s.driving = []int{s.goLive}
	for next := 0; next < len(s.driving); next++ {
		for _, n := range s.items[s.driving[next]].in {
			from := s.edges[n].from
			if !s.plans[from].drives && s.items[from].open() && s.tight(&s.edges[n]) {
				s.plans[from].drives = true
				s.driving = append(s.driving, from)
			}
		}
	}
	slices.SortFunc(s.driving, func(a, b int) int {
		return cmp.Or(b2i(a == s.goLive)-b2i(b == s.goLive), cmp.Compare(s.plans[a].forecast, s.plans[b].forecast), cmp.Compare(a, b))
	})
}

// tight reports whether one more working day of what is waited for delays what
// waits.
func (s *scheduler) tight(e *edge) bool {
	from, to := &s.items[e.from], &s.items[e.to]
	if e.ignored || to.started() {
		return false
	}
	last := e.counted.before(s.plans[e.to].forecast, e.lag+to.days)
	return from.own.between(s.plans[e.from].forecast, last) <= 0
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// goLiveForecast is the day that go-live is heading for.
func (s *scheduler) goLiveForecast() (day, bool) {
	switch {
	case !s.hasGoLive:
		return 0, false
	case s.goLive >= 0:
		return s.plans[s.goLive].forecast, !s.items[s.goLive].cancelled()
	default:
		return max(s.goLiveDay, s.now), true
	}
}

// reference is the day that the slip of go-live is measured against: the agreed
// one, whichever milestone was go-live then.
func (s *scheduler) reference() (d day, agreed bool) {
	if d, agreed := parseDay(s.room["agreed_go_live"]); agreed {
		return d, true
	}
	if s.goLive >= 0 && s.items[s.goLive].wasAgreed {
		return s.items[s.goLive].agreed, true
	}
	return s.goLiveDay, false
}

// slip is by how many calendar days go-live is heading past its day.
func (s *scheduler) slip() (int, bool) {
	forecast, ok := s.goLiveForecast()
	ref, _ := s.reference()
	return int(forecast - ref), ok
}

// findCause returns the item that the slip begins with, -1 when there is none: of
// those that drive go-live and are past their own day, one that waits for no
// other such; of several the one that is furthest past.
func (s *scheduler) findCause() int {
	if slip, ok := s.slip(); !ok || slip <= 0 {
		return -1
	}
	best, most := -1, day(0)
	for _, i := range s.driving {
		past := s.past(i)
		if past > most && !slices.ContainsFunc(s.items[i].in, func(n int) bool {
			e := &s.edges[n]
			return s.plans[e.from].drives && s.tight(e) && s.past(e.from) > 0
		}) {
			best, most = i, past
		}
	}
	if best < 0 && len(s.driving) > 0 {
		best = s.driving[0] // every date is kept, but they do not fit together
	}
	return best
}

// past is by how many days an item is heading past its agreed date, or its due
// date while none is agreed.
func (s *scheduler) past(i int) day {
	m := &s.items[i]
	switch {
	case m.wasAgreed:
		return s.plans[i].forecast - m.agreed
	case m.dated:
		return s.plans[i].forecast - m.due
	default:
		return 0
	}
}

func (m *item) late(today day) bool { return m.open() && m.dated && m.due < today }

func (s *scheduler) schedule(today string) Schedule {
	out := Schedule{
		Today: today, Driving: s.ids(s.driving), Unfilled: append([]Unfilled{}, s.slots...),
		Unowned: []RecordID{}, Milestones: make([]Scheduled, len(s.items)),
	}
	if s.hasGoLive {
		out.GoLive = s.goLiveDay.String()
	}
	if ref, agreed := s.reference(); agreed {
		out.AgreedGoLive = ref.String()
	}
	if forecast, ok := s.goLiveForecast(); ok {
		out.ForecastGoLive = forecast.String()
		slip, _ := s.slip()
		out.SlipDays = &slip
	}
	if s.cause >= 0 {
		out.Cause = s.items[s.cause].id
	}
	next := -1
	for i := range s.items {
		m := &s.items[i]
		out.Milestones[i] = s.scheduled(i)
		if !m.cancelled() {
			out.Progress.Total++
		}
		if m.done() {
			out.Progress.Done++
		}
		if !m.open() {
			continue
		}
		if m.unowned {
			out.Unowned = append(out.Unowned, m.id)
		}
		if next < 0 || m.dated && (!s.items[next].dated || m.due < s.items[next].due) {
			next = i
		}
	}
	if next >= 0 {
		out.Next = s.items[next].id
	}
	out.Health = s.health()
	return out
}

func (s *scheduler) ids(items []int) []RecordID {
	out := make([]RecordID, len(items))
	for n, i := range items {
		out[n] = s.items[i].id
	}
	return out
}

func (s *scheduler) scheduled(i int) Scheduled {
	m, p := &s.items[i], &s.plans[i]
	out := Scheduled{ID: m.id, Drives: p.drives, Late: m.late(s.now)}
	if m.dated {
		out.Due = m.due.String()
	}
	if m.wasAgreed {
		out.AgreedDue = m.agreed.String()
		if m.dated {
			p.slip = int(m.due - m.agreed)
			out.SlipDays = &p.slip
		}
	}
	if !m.cancelled() {
		out.Forecast = p.forecast.String()
	}
	if p.bounded {
		out.LatestStart, out.LatestFinish, out.SlackDays = p.start.String(), p.latest.String(), &p.slack
	}
	out.Text = s.sentence(i)
	return out
}
