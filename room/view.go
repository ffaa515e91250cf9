package room

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// View is what one audience sees of a plan, as far as dates are concerned. It
// does not follow the plan.
type View struct {
	room   Fields
	zone   *time.Location
	items  []item // in the order of the plan
	edges  []edge
	slots  []Unfilled
	goLive int // the item that is go-live, -1 for none
}

// item is one milestone.
type item struct {
	id          RecordID
	title       string
	status      string
	whose       whose
	own         *calendar
	due         day
	dated       bool
	agreed      day
	wasAgreed   bool
	completed   day
	isCompleted bool
	days        int // working days that it takes
	pinned      bool
	goLive      bool
	unowned     bool
	in, out     []int // edges
}

func (m *item) done() bool      { return m.status == "done" }
func (m *item) cancelled() bool { return m.status == "cancelled" }
func (m *item) open() bool      { return !m.done() && !m.cancelled() }
func (m *item) started() bool   { return m.status == "in_progress" }

// edge is a required dependency: item to waits for item from.
type edge struct {
	id       RecordID
	from, to int
	lag      int
	counted  *calendar
	private  bool
	ignored  bool // it closes a loop, see order
}

// NewView returns what readers of the streams see of the plan.
func NewView(p *Plan, streams []Stream) *View {
	v := &View{room: Fields{}, goLive: -1}
	for _, rec := range p.Streams[Shared][RoomEntity] {
		v.room = rec.Fields
	}
	zone, _ := v.room["time_zone"].(string)
	v.zone = LoadZone(zone)
	cals := calendarsOf(v.room)
	found := v.addMilestones(p, streams, cals)
	v.addDependencies(p, streams, found, cals)
	v.join()
	v.addSlots(p)
	return v
}

// Today returns the day that it is in the room at an instant.
func (v *View) Today(at time.Time) string { return at.In(v.zone).Format(DateFormat) }

// Active reports whether people are at work on the plan: the room is not
// archived, and the deal neither won nor lost.
func (v *View) Active() bool { return v.room["status"] == "active" || v.room["status"] == "draft" }

// Company returns the name of a side's company, "" for the partner's.
func (v *View) Company(side Side) string {
	name, _ := v.room[string(side)+"_company"].(string)
	return name
}

// placed is a milestone with its place in the plan.
type placed struct {
	stream Stream
	rec    *Record
	phase  int // its place
	pos    string
}

// phases returns the places of the phases that are in the plan.
func phases(p *Plan) map[string]int {
	var all []*Record
	for _, rec := range p.Streams[Shared][Phase] {
		if rec.Fields["removed"] != true {
			all = append(all, rec)
		}
	}
	slices.SortFunc(all, func(a, b *Record) int { return cmp.Or(cmp.Compare(posOf(a), posOf(b)), cmp.Compare(a.ID, b.ID)) })
	out := make(map[string]int, len(all))
	for i, rec := range all {
		out[string(rec.ID)] = i
	}
	return out
}

func posOf(rec *Record) string {
	pos, _ := rec.Fields["pos"].(string)
	return pos
}

// addMilestones adds the milestones that are in the plan, in its order, and
// returns where each is found.
func (v *View) addMilestones(p *Plan, streams []Stream, cals calendars) map[RecordID]int {
	var all []placed
	order := phases(p)
	for _, s := range streams {
		all = slices.Grow(all, len(p.Streams[s][Milestone]))
		for _, rec := range p.Streams[s][Milestone] {
			id, _ := rec.Fields["phase"].(string)
			if phase, ok := order[id]; ok && rec.Fields["removed"] != true {
				all = append(all, placed{s, rec, phase, posOf(rec)})
			}
		}
	}
	slices.SortFunc(all, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.phase, b.phase), cmp.Compare(a.pos, b.pos), cmp.Compare(a.rec.ID, b.rec.ID))
	})
	found := make(map[RecordID]int, len(all))
	v.items = make([]item, len(all))
	for i, at := range all {
		found[at.rec.ID] = i
		v.items[i] = v.itemOf(at.stream, at.rec, cals)
		if v.items[i].goLive {
			v.goLive = i
		}
	}
	return found
}

func (v *View) itemOf(s Stream, rec *Record, cals calendars) item {
	f := rec.Fields
	m := item{id: rec.ID, whose: whoseIs(s, f), pinned: f["pinned"] == true, goLive: f["is_go_live"] == true}
	m.title, _ = f["title"].(string)
	m.status, _ = f["status"].(string)
	m.own = cals[m.whose]
	m.due, m.dated = parseDay(f["due"])
	m.agreed, m.wasAgreed = parseDay(f["agreed_due"])
	m.days = m.own.duration(f)
	m.unowned = f["seller_owner"] == nil && f["buyer_owner"] == nil
	if at, ok := f["completed_at"].(string); ok {
		if instant, err := time.Parse(InstantFormat, at); err == nil {
			year, month, dom := instant.In(v.zone).Date()
			m.completed, m.isCompleted = dayOf(year, int(month), dom), true
		}
	}
	return m
}

// addDependencies adds the required dependencies between milestones that count.
func (v *View) addDependencies(p *Plan, streams []Stream, found map[RecordID]int, cals calendars) {
	for _, s := range streams {
		v.edges = slices.Grow(v.edges, len(p.Streams[s][Dependency]))
		for id, rec := range p.Streams[s][Dependency] {
			f := rec.Fields
			a, _ := f["from"].(string)
			b, _ := f["to"].(string)
			from, ok1 := found[RecordID(a)]
			to, ok2 := found[RecordID(b)]
			if !ok1 || !ok2 || f["removed"] == true || f["required"] == false || v.items[from].cancelled() || v.items[to].cancelled() {
				continue
			}
			lag, _ := f["lag_days"].(int64)
			v.edges = append(v.edges, edge{
				id: id, from: from, to: to, lag: int(lag), private: s != Shared,
				counted: cals[handOff(v.items[from].whose, v.items[to].whose)],
			})
		}
	}
}

// join gives each item its edges, all of them in one piece of memory.
func (v *View) join() {
	ends := make([]int, 2*len(v.items)) // of each item: how many come in, how many go out
	for i := range v.edges {
		ends[2*v.edges[i].to]++
		ends[2*v.edges[i].from+1]++
	}
	all, next := make([]int, 2*len(v.edges)), 0
	take := func(n int) []int {
		next += n
		return all[next-n : next-n : next]
	}
	for i := range v.items {
		v.items[i].in, v.items[i].out = take(ends[2*i]), take(ends[2*i+1])
	}
	for n := range v.edges {
		from, to := &v.items[v.edges[n].from], &v.items[v.edges[n].to]
		from.out, to.in = append(from.out, n), append(to.in, n)
	}
}

// addSlots adds the roles that have no person.
func (v *View) addSlots(p *Plan) {
	for _, id := range slices.Sorted(maps.Keys(p.Streams[Shared][RoleSlot])) {
		f := p.Streams[Shared][RoleSlot][id].Fields
		by, _ := f["filled_by"].(string)
		if _, filled := p.present(RecordID(by)); filled || f["removed"] == true {
			continue
		}
		label, _ := f["label"].(string)
		side, _ := f["side"].(string)
		v.slots = append(v.slots, Unfilled{ID: id, Text: unfilledText(v.Company(Side(side)), label)})
	}
}

// present returns a participant who is neither removed nor revoked.
func (p *Plan) present(id RecordID) (Fields, bool) {
	rec := p.Streams[Shared][Participant][id]
	if rec == nil || rec.Fields["removed"] == true || rec.Fields["state"] == "revoked" {
		return nil, false
	}
	return rec.Fields, true
}

// order returns the items so that each comes after what it waits for. Edges of
// a private stream may close a loop with shared ones that came later: those
// are ignored.
func (v *View) order() []int {
	waits := make([]int, len(v.items))
	for i := range v.edges {
		waits[v.edges[i].to]++
	}
	out := make([]int, 0, len(v.items))
	for i := range v.items {
		if waits[i] == 0 {
			out = append(out, i)
		}
	}
	out = v.follow(out, 0, waits)
	if len(out) == len(v.items) {
		return out
	}
	before := len(out)
	for _, e := range v.private() {
		if waits[e.from] == 0 || waits[e.to] == 0 {
			continue
		}
		e.ignored = true
		if waits[e.to]--; waits[e.to] == 0 {
			out = append(out, e.to)
		}
	}
	return v.follow(out, before, waits)
}

// private returns the edges of private streams by id.
func (v *View) private() []*edge {
	var out []*edge
	for i := range v.edges {
		if v.edges[i].private {
			out = append(out, &v.edges[i])
		}
	}
	slices.SortFunc(out, func(a, b *edge) int { return cmp.Compare(a.id, b.id) })
	return out
}

// follow adds to the order what waits for nothing that is not in it.
func (v *View) follow(out []int, next int, waits []int) []int {
	for ; next < len(out); next++ {
		for _, i := range v.items[out[next]].out {
			e := &v.edges[i]
			if e.ignored {
				continue
			}
			if waits[e.to]--; waits[e.to] == 0 {
				out = append(out, e.to)
			}
		}
	}
	return out
}
