package room

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// machine plays random people who send random ops to a room. Its shadow is the
// same room in which the seller's private stream never gets an op.
type machine struct {
	t      *rapid.T
	w      *world
	shadow *world // nil when this run publishes what the seller hides
	ids    map[Entity][]RecordID
	stream Stream // of the op that is drawn
	sent   []sent
	next   int
}

type sent struct {
	req  Request
	want Verdict
}

// TestRandomOps holds I2, I6, I7, I10, I11 and the rules of the plan against
// random ops. A seed that failed is kept by rapid under testdata.
func TestRandomOps(t *testing.T) {
	steps, accepted := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		m := &machine{t: r, w: newWorld(t), ids: map[Entity][]RecordID{Phase: {phase1, phase2}}, next: 0x1000}
		if rapid.Bool().Draw(r, "shadowed") {
			m.shadow = newWorld(t)
		}
		for _, p := range people {
			m.ids[Participant] = append(m.ids[Participant], p.ID)
		}
		m.furnish()
		if rapid.Bool().Draw(r, "agreed") {
			m.send(sam, Shared, []Op{{Kind: KindPlanAccept, Rev: m.w.plan.Revs[Shared]}})
			m.send(dana, Shared, []Op{{Kind: KindPlanAccept, Rev: m.w.plan.Revs[Shared]}})
		}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			steps++
			accepted += m.step()
		}
		m.w.checkLog()
		m.checkIndex()
	})
	if accepted < steps/4 {
		t.Errorf("only %d of %d requests were accepted: the test tests little", accepted, steps)
	}
}

// furnish begins with a plan that has something of everything.
func (m *machine) furnish() {
	for _, at := range []struct {
		by     Member
		stream Stream
		ops    []string
	}{
		{sam, Shared, []string{
			`{"kind":"milestone.add","id":"00000100-0000-4000-8000-000000000000","set":{"phase":"P1","title":"A","is_go_live":true,"due":"2026-09-01"}}`,
			`{"kind":"milestone.add","id":"00000101-0000-4000-8000-000000000000","set":{"phase":"P1","title":"B","due":"2026-03-15"}}`,
			`{"kind":"milestone.add","id":"00000102-0000-4000-8000-000000000000","set":{"phase":"P2","title":"C"}}`,
			`{"kind":"criterion.add","id":"00000103-0000-4000-8000-000000000000","set":{"milestone":"00000101-0000-4000-8000-000000000000","text":"x"}}`,
			`{"kind":"task.add","id":"00000104-0000-4000-8000-000000000000","set":{"milestone":"00000101-0000-4000-8000-000000000000","title":"x"}}`,
			`{"kind":"dependency.add","id":"00000105-0000-4000-8000-000000000000","set":{"from":"00000101-0000-4000-8000-000000000000","to":"00000102-0000-4000-8000-000000000000"}}`,
			`{"kind":"role_slot.add","id":"00000106-0000-4000-8000-000000000000","set":{"side":"buyer","label":"Legal"}}`,
		}},
		{sam, Seller, []string{
			`{"kind":"milestone.add","id":"00000110-0000-4000-8000-000000000000","set":{"phase":"P1","title":"S"},"after":"00000100-0000-4000-8000-000000000000"}`,
			`{"kind":"criterion.add","id":"00000111-0000-4000-8000-000000000000","set":{"milestone":"00000110-0000-4000-8000-000000000000","text":"x"}}`,
			`{"kind":"task.add","id":"00000112-0000-4000-8000-000000000000","set":{"milestone":"00000110-0000-4000-8000-000000000000","title":"x"}}`,
		}},
		{dana, Buyer, []string{
			`{"kind":"milestone.add","id":"00000120-0000-4000-8000-000000000000","set":{"phase":"P1","title":"D"},"after":"00000100-0000-4000-8000-000000000000"}`,
			`{"kind":"task.add","id":"00000121-0000-4000-8000-000000000000","set":{"milestone":"00000100-0000-4000-8000-000000000000","title":"x"}}`,
		}},
	} {
		for _, op := range at.ops {
			op = fill(op, map[string]RecordID{"P1": phase1, "P2": phase2})
			m.w.json(at.by, at.stream, op).ok(m.w)
			if m.shadow != nil && at.stream != Seller {
				m.shadow.now = m.w.now.Add(-time.Second)
				m.shadow.json(at.by, at.stream, op).ok(m.w)
			}
		}
	}
}

// step sends one request and checks what came of it.
func (m *machine) step() int {
	if len(m.sent) > 0 && rapid.IntRange(0, 9).Draw(m.t, "resend") == 0 {
		m.resend()
		return 0
	}
	by := rapid.SampledFrom(append(slices.Clone(people[:5]), pat, workspace)).Draw(m.t, "by")
	stream := Shared
	if own := m.private(by.Side); own != "" && rapid.IntRange(0, 2).Draw(m.t, "private") == 0 {
		stream = own
	}
	ops := []Op{m.op(by, stream)}
	for !rules[ops[0].Kind].alone && len(ops) < 4 && rapid.IntRange(0, 4).Draw(m.t, "grouped") == 0 {
		if op := m.op(by, stream); !rules[op.Kind].alone {
			ops = append(ops, op)
		}
	}
	before := m.state()
	a := m.send(by, stream, ops)
	m.check()
	if a.Err != nil {
		return 0
	}
	if rapid.IntRange(0, 2).Draw(m.t, "undo") == 0 {
		m.undo(by, stream, a, before)
	}
	return 1
}

func (m *machine) private(side Side) Stream {
	switch side {
	case SideSeller:
		return Seller
	case SideBuyer:
		return Buyer
	default:
		return ""
	}
}

// send lets both rooms judge the request; what the buyer sees of it is equal.
func (m *machine) send(by Member, stream Stream, ops []Op) answer {
	req := m.w.request(by, stream, ops...)
	req.Base = Rev(rapid.IntRange(0, int(m.w.plan.Revs[stream])).Draw(m.t, "base"))
	a := m.w.send(req)
	m.sent = append(m.sent, sent{req, a.Verdict})
	if a.Err != nil && a.Err.Message == "" {
		m.t.Fatalf("a refusal without words: %+v", a.Err)
	}
	if m.shadow == nil {
		return a
	}
	if stream == Seller {
		return a
	}
	m.shadow.now = m.w.now.Add(-time.Second) // one clock
	b := m.shadow.send(req)
	if !reflect.DeepEqual(a.Verdict, b.Verdict) {
		m.t.Fatalf("%+v\nverdict %+v, without the seller's private ops %+v", ops, a.Verdict, b.Verdict)
	}
	for _, s := range []Stream{Shared, Buyer} {
		if x, y := bodies(a, s), bodies(b, s); x != y {
			m.t.Fatalf("%s: commits\n%s\nwithout the seller's private ops\n%s", s, x, y)
		}
		if x, y := string(m.w.plan.Snapshot(s)), string(m.shadow.plan.Snapshot(s)); x != y {
			m.t.Fatalf("%s: %s\nwithout the seller's private ops\n%s", s, x, y)
		}
	}
	return a
}

func bodies(a answer, s Stream) (out string) {
	for _, c := range a.commits {
		if c.Stream == s {
			out += string(c.Body) + "\n"
		}
	}
	return out
}

func (m *machine) resend() {
	old := rapid.SampledFrom(m.sent).Draw(m.t, "again")
	if a := m.w.send(old.req); a.Verdict != old.want || len(a.commits) > 0 {
		m.t.Fatalf("sent again, %+v got %+v, not %+v", old.req.Ops, a.Verdict, old.want)
	}
}

// undo takes the op back at once: either it is refused, or all is as before.
func (m *machine) undo(by Member, stream Stream, a answer, before map[string]string) {
	back := m.send(by, stream, []Op{{Kind: KindUndo, Rev: a.Rev}})
	m.check()
	if back.Err != nil {
		if back.Err.Code == Forbidden && by.Access.AtLeast(Editor) && !handedOver(by, a.changes(stream)) {
			m.t.Fatalf("undo of one's own op: %v", back.Err)
		}
		return
	}
	after := m.state()
	for key, want := range before {
		if stream == streamOf(key) && after[key] != want {
			m.t.Fatalf("%s after undo: %s\nwant %s", key, after[key], want)
		}
	}
}

// handedOver reports whether the changes made a criterion the other side's.
func handedOver(by Member, changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool {
		_, bound := boundTo(c.Set, by)
		return c.Entity == Criterion && c.Was != nil && bound
	})
}

func streamOf(key string) Stream {
	for _, s := range Streams {
		if len(key) > len(s) && key[:len(s)] == string(s) {
			return s
		}
	}
	return ""
}

// state is what people see: live records without their keys, and lists in order.
func (m *machine) state() map[string]string {
	out := map[string]string{}
	for _, s := range Streams {
		for e, records := range m.w.plan.Streams[s] {
			for id, rec := range records {
				if rec.Fields["removed"] == true {
					continue
				}
				f := maps.Clone(rec.Fields)
				delete(f, "pos")
				if e == Acceptance { // an undo of an undo makes it stale anew, later
					f["stale_at"] = f["stale_at"] != nil
					maps.DeleteFunc(f, func(name string, _ Value) bool { return strings.HasPrefix(name, "stale_") && name != "stale_at" })
				}
				out[fmt.Sprintf("%s/%s/%s", s, e, id)] = fmt.Sprint(f)
				if l := listOf(s, e, rec.Fields); SchemaOf(e).Ordered && s == Shared {
					out[fmt.Sprintf("%s/%s in %s", s, e, l.parent)] = fmt.Sprint(m.w.order(s, e, l.parent))
				}
			}
		}
	}
	return out
}

// check holds the rules of the plan against the plan.
func (m *machine) check() {
	p := m.w.plan
	for _, s := range Streams {
		for e, records := range p.Streams[s] {
			keys := map[string]RecordID{}
			for id, rec := range records {
				key := recordKey{s, e, id}
				if key.satellite() {
					m.checkSatellite(key, rec.Fields)
					continue
				}
				m.checkRecord(key, rec.Fields)
				if pos, ok := rec.Fields["pos"].(string); ok && !m.twin(key) {
					k := string(listOf(s, e, rec.Fields).parent) + "/" + pos
					if other, taken := keys[k]; taken {
						m.t.Fatalf("%s %s and %s have the key %s", e, id, other, pos)
					}
					keys[k] = id
				}
			}
		}
	}
	m.checkGoLive()
	m.checkLoops()
	m.checkPeople()
	m.checkAgreement()
}

// checkPeople: who came in stays on that side, and somebody owns the room.
func (m *machine) checkPeople() {
	owned := false
	for _, was := range people {
		now, _ := m.w.plan.Member(was.ID)
		if now.Side != was.Side {
			m.t.Fatalf("%s speaks for %s, not %s", was.Name, now.Side, was.Side)
		}
	}
	for _, rec := range m.w.plan.Streams[Shared][Participant] {
		owned = owned || owns(rec.Fields)
	}
	if !owned {
		m.t.Fatal("nobody owns the room")
	}
}

// checkAgreement: one open proposal per milestone, one acceptance that holds per
// side, and a mark wherever an agreed date was moved by one side alone.
func (m *machine) checkAgreement() {
	shared := m.w.plan.Streams[Shared]
	open := map[Value]bool{}
	for id, rec := range shared[DateProposal] {
		if rec.Fields["removed"] == true || rec.Fields["state"] != proposalOpen {
			continue
		}
		if open[rec.Fields["milestone"]] {
			m.t.Fatalf("proposal %s is not the only open one", id)
		}
		open[rec.Fields["milestone"]] = true
	}
	holds := map[Value]bool{}
	for id, rec := range shared[Acceptance] {
		if rec.Fields["removed"] == true || rec.Fields["stale_at"] != nil {
			continue
		}
		if holds[rec.Fields["side"]] {
			m.t.Fatalf("acceptance %s is not the only one that holds", id)
		}
		holds[rec.Fields["side"]] = true
	}
	for id, rec := range shared[Milestone] {
		if f := rec.Fields; f["moved_by"] != nil && (f["agreed_due"] == nil || f["agreed_due"] == f["due"]) {
			m.t.Fatalf("milestone %s is marked as moved: %v", id, f)
		}
	}
	for _, s := range []Stream{Seller, Buyer} {
		for id, rec := range m.w.plan.Streams[s][Milestone] {
			if rec.Fields["agreed_due"] != nil || rec.Fields["moved_by"] != nil {
				m.t.Fatalf("private milestone %s is agreed: %v", id, rec.Fields)
			}
		}
	}
}

// twin reports whether the record is what a move to another stream left behind.
func (m *machine) twin(key recordKey) bool {
	for _, s := range Streams {
		if s != key.stream && m.w.fields(s, key.entity, key.id) != nil {
			return m.w.fields(key.stream, key.entity, key.id)["removed"] == true
		}
	}
	return false
}

func (m *machine) checkSatellite(key recordKey, f Fields) {
	for name := range f {
		if field := SchemaOf(key.entity).Field(name); field == nil || field.Private != key.stream {
			m.t.Fatalf("%v has %s", key, name)
		}
	}
}

func (m *machine) checkRecord(key recordKey, f Fields) {
	k := SchemaOf(key.entity)
	for name, v := range f {
		field := k.Field(name)
		if field == nil || field.Private != "" {
			m.t.Fatalf("%v has the field %s", key, name)
		}
		checkStored(m.w, field, v)
		switch v := v.(type) {
		case Target:
			m.checkRef(key, []Entity{v.Entity}, v.ID)
		case []string:
			for _, id := range v {
				if field.Type != RefList {
					break
				}
				m.checkRef(key, field.To, RecordID(id))
			}
		case string:
			if field.Type == Ref {
				m.checkRef(key, field.To, RecordID(v))
			}
		}
	}
	live := f["removed"] != true
	for _, field := range k.Fields {
		if live && field.Required && f[field.Name] == nil {
			m.t.Fatalf("%v has no %s: %v", key, field.Name, f)
		}
	}
	if key.entity == Criterion && f["met_by"] != nil && f["met_at"] == nil {
		m.t.Fatalf("%v: %v", key, f)
	}
	if live && f["visibility"] != nil && f["visibility"] != key.stream.Visibility() {
		m.t.Fatalf("%v: %v", key, f)
	}
	if key.entity == Milestone && (f["status"] == "done") != (f["completed_at"] != nil) || f["status"] != "blocked" && f["blocked_reason"] != nil {
		m.t.Fatalf("%v: %v", key, f)
	}
	for _, s := range Streams {
		if other := m.w.fields(s, key.entity, key.id); live && s != key.stream && !k.SharedOnly && other != nil && other["removed"] != true {
			m.t.Fatalf("%v lives in %s too", key, s)
		}
	}
}

// checkRef: I11, a shared record never refers to a private one.
func (m *machine) checkRef(from recordKey, to []Entity, id RecordID) {
	for _, e := range to {
		if m.w.fields(Shared, e, id) != nil || m.w.fields(from.stream, e, id) != nil {
			return
		}
	}
	m.t.Fatalf("%v refers to %v %s, which it cannot see", from, to, id)
}

func (m *machine) checkGoLive() {
	room := m.w.fields(Shared, RoomEntity, RecordID(testRoom))
	anchors := 0
	for id, rec := range m.w.plan.Streams[Shared][Milestone] {
		if rec.Fields["is_go_live"] != true || rec.Fields["removed"] == true {
			continue
		}
		anchors++
		if rec.Fields["due"] != room["go_live"] {
			m.t.Fatalf("go-live %s is due %v, the room's is %v", id, rec.Fields["due"], room["go_live"])
		}
		if phase := m.w.fields(Shared, Phase, RecordID(rec.Fields["phase"].(string))); phase["removed"] == true {
			m.t.Fatalf("go-live %s is in a removed phase", id)
		}
	}
	if anchors > 1 {
		m.t.Fatalf("%d go-lives", anchors)
	}
}

func (m *machine) checkLoops() {
	d := newDraft(m.w.plan, Stamp{}, Shared)
	for id := range m.w.plan.Streams[Shared][Milestone] {
		if d.visible(Shared, id) && d.path(Shared, id, id, map[RecordID]bool{id: true}) != nil {
			m.t.Fatalf("milestone %s waits for itself", id)
		}
	}
}

// checkIndex: an index that followed every commit is one made anew.
func (m *machine) checkIndex() {
	got := m.w.plan.indexed()
	m.w.plan.index = nil
	want := m.w.plan.indexed()
	for k, n := range want.live {
		if got.live[k] != n || got.total[k] != want.total[k] {
			m.t.Fatalf("%v: %d live of %d, want %d of %d", k, got.live[k], got.total[k], n, want.total[k])
		}
	}
	if len(got.lists) != len(want.lists) || !reflect.DeepEqual(got.anchor, want.anchor) {
		m.t.Fatalf("%d lists and anchors %v, want %d and %v", len(got.lists), got.anchor, len(want.lists), want.anchor)
	}
	for l, records := range want.lists {
		if !reflect.DeepEqual(got.lists[l], records) {
			m.t.Fatalf("list %v has %d records, want %d", l, len(got.lists[l]), len(records))
		}
	}
}
