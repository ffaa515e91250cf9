package room

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// oracle works a schedule out by its definition alone: a step a day, and round
// and round until nothing changes.
type oracle struct {
	today, goLive day
	off           [3]map[day]bool // by whose
	items         []oracleItem
	links         []oracleLink
	live          int // the item that is go-live
}

type oracleItem struct {
	status   string
	whose    whose
	due      day
	dated    bool
	days     int
	pinned   bool
	done     day
	forecast day
	latest   day
	bounded  bool
}

type oracleLink struct{ from, to, lag int }

func (o *oracle) works(w whose, d day) bool {
	name := weekdays[d.weekday()]
	return name != "sat" && name != "sun" && !o.off[w][d]
}

func (o *oracle) add(w whose, d day, n int) day {
	step := day(1)
	if n < 0 {
		step = -1
	}
	for n != 0 {
		d += step
		if o.works(w, d) {
			n -= int(step)
		}
	}
	return d
}

func (o *oracle) onOrAfter(w whose, d day) day {
	for !o.works(w, d) {
		d++
	}
	return d
}

func (o *oracle) counted(l oracleLink) whose {
	if a, b := o.items[l.from].whose, o.items[l.to].whose; a != b {
		return boths
	}
	return o.items[l.to].whose
}

func (m *oracleItem) open() bool { return m.status != "done" && m.status != "cancelled" }

// relax finds the forecasts: each as early as it may be, later until every
// link is kept. // rule 7
func (o *oracle) relax() {
	for i := range o.items {
		m := &o.items[i]
		switch {
		case m.status == "done":
			m.forecast = m.done
		case m.status == "in_progress", m.days == 0:
			m.forecast = o.today
		default:
			m.forecast = o.add(m.whose, o.today-1, m.days)
		}
		if m.open() {
			m.settle(o)
		}
	}
	for again := true; again; {
		again = false
		for _, l := range o.links {
			from, to := &o.items[l.from], &o.items[l.to]
			if from.status == "cancelled" || !to.open() || to.status == "in_progress" {
				continue
			}
			if need := o.add(o.counted(l), from.forecast, l.lag+to.days); to.forecast < need {
				to.forecast, again = need, true
				to.settle(o)
			}
		}
	}
}

// settle moves a forecast to the due date, or to a day that is worked.
func (m *oracleItem) settle(o *oracle) {
	if m.dated && m.forecast <= m.due {
		m.forecast = m.due
	} else {
		m.forecast = o.onOrAfter(m.whose, m.forecast)
	}
}

// bound finds the latest finishes: from go-live down, the first day that leaves
// all that comes after on time. // rule 6
func (o *oracle) bound() {
	for i := range o.items {
		if m := &o.items[i]; m.open() {
			m.latest, m.bounded = o.last(i)
		}
	}
}

func (o *oracle) last(i int) (day, bool) {
	const far = 200
	if o.fits(i, o.goLive+far) {
		return 0, false
	}
	for d := o.goLive + far; ; d-- {
		if o.fits(i, d) {
			return d, true
		}
	}
}

// fits reports whether item i may end on d: what waits for it ends as early as
// it may after it, and neither go-live nor a pinned date is missed.
func (o *oracle) fits(i int, d day) bool {
	ends := map[int]day{i: d}
	for again := true; again; {
		again = false
		for _, l := range o.links {
			from, reached := ends[l.from]
			to := &o.items[l.to]
			if !reached || !to.open() || !o.items[l.from].open() {
				continue
			}
			days := to.days
			if to.status == "in_progress" {
				days = 0
			}
			need := o.add(o.counted(l), from, l.lag+days)
			if now, ok := ends[l.to]; !ok || now < need {
				ends[l.to], again = need, true
			}
		}
	}
	for n, end := range ends {
		m := &o.items[n]
		if m.pinned && m.dated && end > m.due || o.needed(n) && end > o.goLive {
			return false
		}
	}
	return true
}

// needed reports whether an item has to end by go-live: neither does it wait
// for go-live, nor is it due after it.
func (o *oracle) needed(n int) bool {
	return !o.reaches(o.live, n) && (!o.items[n].dated || o.items[n].due <= o.goLive)
}

func (o *oracle) reaches(from, to int) bool {
	for _, l := range o.links {
		if l.from == from && o.items[l.to].status != "cancelled" && (l.to == to || o.reaches(l.to, to)) {
			return true
		}
	}
	return false
}

// randomPlan returns a plan and the same for the oracle.
func randomPlan(r *rand.Rand) (*Plan, *oracle) {
	o := &oracle{today: mustDay("2026-12-14"), off: [3]map[day]bool{{}, {}, {}}}
	o.goLive = o.today + day(r.IntN(50)-10)
	p := NewPlan(testRoom, "")
	p.record(Shared, Phase, phase1).Fields = Fields{"name": "One", "pos": "a0"}
	room := Fields{"time_zone": "UTC", "go_live": o.goLive.String(), "seller_company": "Northwind", "buyer_company": "Acme"}
	for w, side := range []string{sellers: "seller", buyers: "buyer"} {
		days := []string{}
		for range r.IntN(8) {
			d := o.today + day(r.IntN(70)-20)
			o.off[w][d], o.off[boths][d] = true, true
			days = append(days, d.String())
		}
		room[side+"_holidays"] = days
	}
	p.record(Shared, RoomEntity, RecordID(testRoom)).Fields = room
	n := 1 + r.IntN(8)
	o.live = n - 1
	for i := range n {
		o.items = append(o.items, randomItem(r, o, i == o.live))
		p.record(Shared, Milestone, uid(0x100+i)).Fields = o.fields(r, i)
	}
	for i := range n {
		for j := i + 1; j < n; j++ {
			if r.IntN(3) > 0 {
				continue
			}
			l := oracleLink{i, j, r.IntN(5) - 1}
			o.links = append(o.links, l)
			p.record(Shared, Dependency, uid(0x200+len(o.links))).Fields = Fields{
				"from": string(uid(0x100 + i)), "to": string(uid(0x100 + j)), "lag_days": int64(l.lag),
			}
		}
	}
	return p, o
}

func randomItem(r *rand.Rand, o *oracle, live bool) oracleItem {
	m := oracleItem{
		status: []string{"not_started", "not_started", "not_started", "in_progress", "blocked", "done", "cancelled"}[r.IntN(7)],
		whose:  whose(r.IntN(3)), days: r.IntN(5), dated: r.IntN(5) > 0, pinned: r.IntN(6) == 0,
		due: o.today + day(r.IntN(50)-12), done: o.today - day(r.IntN(20)),
	}
	if live {
		m.status, m.due, m.dated = "not_started", o.goLive, true
	}
	return m
}

func (o *oracle) fields(r *rand.Rand, i int) Fields {
	m := &o.items[i]
	f := Fields{
		"phase": string(phase1), "title": fmt.Sprintf("Milestone %d", i), "status": m.status, "duration_days": int64(m.days),
		"pos": fmt.Sprintf("a%d", i), "visibility": "shared",
	}
	if m.whose != buyers {
		f["seller_owner"] = string(sam.ID)
	}
	if m.whose != sellers {
		f["buyer_owner"] = string(dana.ID)
	}
	if m.dated {
		f["due"] = m.due.String()
	}
	if m.pinned {
		f["pinned"] = true
	}
	if m.status == "done" {
		f["completed_at"] = m.done.String() + "T12:00:00.000000Z"
	}
	if i == o.live {
		f["is_go_live"] = true
	}
	if m.days > 0 && m.dated && r.IntN(3) == 0 { // the same duration, said by the start
		d := m.due + 1
		for n := m.days; n > 0; {
			if d--; o.works(m.whose, d) {
				n--
			}
		}
		f["start"], f["duration_days"] = d.String(), int64(99)
	}
	return f
}

// Forecasts, latest finishes and what drives go-live are what the definitions
// say, in ten thousand plans. // rules 6 and 7
func TestScheduleIsWhatItsDefinitionSays(t *testing.T) {
	t.Parallel() // a core of its own
	const plans = 10_000
	base := rand.Uint64()
	t.Logf("seeds %d and 0 to %d", base, plans-1)
	for n := range uint64(plans) {
		seed := n
		if n%2 == 1 {
			seed += base
		}
		p, o := randomPlan(rand.New(rand.NewPCG(seed, 1)))
		o.relax()
		o.bound()

		v := NewView(p, []Stream{Shared})
		got := v.Schedule(o.today.String())

		s := &scheduler{View: v, now: o.today, plans: make([]planned, len(v.items)), sorted: v.order(), goLiveDay: o.goLive, hasGoLive: true}
		s.forward()
		s.backward()
		for i := range o.items {
			want, is, raw := &o.items[i], got.Milestones[i], s.plans[i]
			if want.status != "cancelled" && is.Forecast != want.forecast.String() {
				t.Fatalf("seed %d: milestone %d is heading for %s, want %s\n%+v", seed, i, is.Forecast, want.forecast, o)
			}
			if raw.bounded != want.bounded || raw.bounded && raw.finish != want.latest {
				t.Fatalf("seed %d: milestone %d has to end on %v %s, want %v %s\n%+v", seed, i, raw.bounded, raw.finish, want.bounded, want.latest, o)
			}
			if is.Drives && i != o.live && !o.delays(i, s) {
				t.Fatalf("seed %d: milestone %d is said to drive go-live, and does not\n%+v", seed, i, o)
			}
		}
		if got.ForecastGoLive != o.items[o.live].forecast.String() || *got.SlipDays != int(o.items[o.live].forecast-o.goLive) {
			t.Fatalf("seed %d: go-live is heading for %s, %d days late; want %s", seed, got.ForecastGoLive, *got.SlipDays, o.items[o.live].forecast)
		}
		checkSlip(t, seed, got, o)
	}
}

// delays reports whether one working day more of item i delays go-live.
func (o *oracle) delays(i int, s *scheduler) bool {
	later := *o
	later.items = slices.Clone(o.items)
	m := &later.items[i]
	m.status, m.done = "done", s.items[i].own.add(m.forecast, 1)
	later.relax()
	return later.items[o.live].forecast > o.items[o.live].forecast
}

// checkSlip: a plan that is late names one milestone, which drives go-live.
func checkSlip(t *testing.T, seed uint64, got Schedule, o *oracle) {
	t.Helper()
	late := *got.SlipDays > 0
	if late != (got.Cause != "") || late && (got.Health.Level != Late || !slices.Contains(got.Driving, got.Cause)) {
		t.Fatalf("seed %d: slip of %d days, cause %q of %v, health %+v\n%+v", seed, *got.SlipDays, got.Cause, got.Driving, got.Health, o)
	}
	if len(got.Health.Reasons) == 0 || got.Driving[len(got.Driving)-1] != uid(0x100+o.live) {
		t.Fatalf("seed %d: health %+v, driving %v", seed, got.Health, got.Driving)
	}
}
