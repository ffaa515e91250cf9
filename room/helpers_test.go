package room

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

var testNow = time.Date(2026, 5, 4, 9, 30, 0, 123456000, time.UTC)

// uid returns the n-th test id.
func uid(n int) RecordID {
	return RecordID(fmt.Sprintf("%08x-0000-4000-8000-000000000000", n))
}

const testRoom = ID("00000001-0000-4000-8000-000000000000")

// The people of every test room.
var (
	priya     = Member{uid(0x10), "Priya Nair", SideSeller, Owner}
	sam       = Member{uid(0x11), "Sam Ode", SideSeller, Editor}
	marc      = Member{uid(0x12), "Marc Olsen", SideBuyer, Owner}
	dana      = Member{uid(0x13), "Dana Wu", SideBuyer, Editor}
	chris     = Member{uid(0x14), "Chris Berg", SideBuyer, Contributor}
	kim       = Member{uid(0x15), "Kim Lee", SideBuyer, Commenter}
	vera      = Member{uid(0x16), "Vera Roth", SideBuyer, Viewer}
	pat       = Member{uid(0x17), "Pat Diaz", SidePartner, Editor}
	tomas     = Member{uid(0x18), "Tomás Gil", SideSeller, Contributor}
	workspace = Member{Side: SideSeller, Access: Owner}
	people    = []Member{priya, sam, marc, dana, chris, kim, vera, pat, tomas}
)

// world is a room with its log, as its writer would keep it.
type world struct {
	testing.TB
	plan    *Plan
	cursors map[CursorKey]*Cursor
	log     []Encoded
	now     time.Time
}

// newWorld returns a room with people, two phases and nothing else.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, plan: NewPlan(testRoom, "e1"), cursors: map[CursorKey]*Cursor{}, now: testNow}
	ops := []Op{{Kind: KindRoomAdd, ID: RecordID(testRoom), Set: Fields{
		"name": "Northwind × Acme", "seller_company": "Northwind", "buyer_company": "Acme", "time_zone": "Europe/Oslo",
	}}}
	for _, m := range people {
		ops = append(ops, Op{Kind: KindJoin, ID: m.ID, Set: Fields{
			"name": m.Name, "side": string(m.Side), "access": string(m.Access),
		}})
	}
	for i, name := range []string{"Evaluate", "Launch"} {
		ops = append(ops, Op{Kind: "phase.add", ID: uid(0x20 + i), Set: Fields{"name": name}})
	}
	w.send(Request{Internal: true, Group: true, Stream: Shared, Ops: ops}).ok(t)
	return w
}

// phase1 and phase2 are the phases of a new world.
var phase1, phase2 = uid(0x20), uid(0x21)

// answer is a verdict, with the commits that came with it.
type answer struct {
	Verdict
	commits []Encoded
}

func (a answer) ok(t testing.TB) answer {
	t.Helper()
	if a.Err != nil {
		t.Fatalf("refused: %v", a.Err)
	}
	return a
}

// refused fails the test unless the answer has this code and field.
func (a answer) refused(t testing.TB, code Code, field string) answer {
	t.Helper()
	if a.Err == nil {
		t.Fatalf("accepted at rev %d, want %s on %q", a.Rev, code, field)
	}
	if a.Err.Code != code || a.Err.Field != field {
		t.Fatalf("refused with %s on %q (%s), want %s on %q", a.Err.Code, a.Err.Field, a.Err.Message, code, field)
	}
	if len(a.commits) > 0 {
		t.Fatalf("refused, but %d commits", len(a.commits))
	}
	return a
}

// changes returns what the answer's commit changed in a stream.
func (a answer) changes(s Stream) []Change {
	for _, e := range a.commits {
		if e.Stream == s {
			return e.Commit.Changes
		}
	}
	return nil
}

func (w *world) send(req Request) answer {
	w.Helper()
	w.now = w.now.Add(time.Second)
	verdicts, out := Decide(w.plan, w.now, w.cursors, []Request{req})
	w.log = append(w.log, out...)
	return answer{verdicts[0], out}
}

// clientOf is the client that a member uses in these tests.
func clientOf(m Member) ClientID {
	if m.ID == "" {
		return "00000002-0000-4000-8000-000000000000"
	}
	return ClientID("c" + string(m.ID)[1:])
}

// request returns the next request of m with ops.
func (w *world) request(m Member, s Stream, ops ...Op) Request {
	req := Request{Member: m, Client: clientOf(m), Stream: s, Base: w.plan.Revs[s], Ops: ops, Group: len(ops) > 1, Seq: 1}
	if m.ID != "" {
		req.Session = SessionID(m.ID)
	}
	if c := w.cursors[CursorKey{req.Client, s}]; c != nil {
		req.Seq = c.Seq + 1
	}
	if len(ops) == 1 && ops[0].Kind == KindUndo {
		req.Undone = w.commit(s, ops[0].Rev)
	}
	return req
}

// as sends ops as m.
func (w *world) as(m Member, s Stream, ops ...Op) answer {
	w.Helper()
	return w.send(w.request(m, s, ops...))
}

// json sends an op, or a group, as a client writes it.
func (w *world) json(m Member, s Stream, op string) answer {
	w.Helper()
	tree, err := ParseJSON([]byte(`{"op":` + op + `}`))
	if op[0] == '[' {
		tree, err = ParseJSON([]byte(`{"ops":` + op + `}`))
	}
	if err != nil {
		w.Fatalf("%s: %v", op, err)
	}
	ops, group, err := DecodeOps(tree.(map[string]any))
	if err != nil {
		w.Fatalf("%s: %v", op, err)
	}
	req := w.request(m, s, ops...)
	req.Group = group
	return w.send(req)
}

// commit returns a commit as it is read back from the log, with its twin.
func (w *world) commit(s Stream, rev Rev) *Commit {
	var found *Commit
	for _, e := range w.log {
		c, err := DecodeCommit(e.Body)
		if err != nil {
			w.Fatal(err)
		}
		switch {
		case e.Stream == s && c.Rev == rev:
			found = &c
		case found != nil && c.Of != nil && *c.Of == Origin{s, rev}:
			found.Twin = &Twin{e.Stream, c}
		}
	}
	return found
}

// fields returns the fields of a record, nil when there is none.
func (w *world) fields(s Stream, e Entity, id RecordID) Fields {
	if rec := w.plan.Streams[s][e][id]; rec != nil {
		return rec.Fields
	}
	return nil
}

// milestone adds a milestone to a phase and returns its id.
func (w *world) milestone(s Stream, n int, set Fields) RecordID {
	w.Helper()
	all := Fields{"phase": string(phase1), "title": fmt.Sprintf("Milestone %d", n)}
	maps.Copy(all, set)
	by := sam
	if s == Buyer {
		by = dana
	}
	w.as(by, s, Op{Kind: "milestone.add", ID: uid(n), Set: all}).ok(w)
	return uid(n)
}

// order returns the ids of a list as its stream shows it.
func (w *world) order(s Stream, e Entity, parent RecordID) []RecordID {
	d := newDraft(w.plan, Stamp{}, s)
	var ids []RecordID
	for _, sib := range d.siblings(s, e, parent, "") {
		if f, _ := d.fields(sib.stream, e, sib.id); f["removed"] != true {
			ids = append(ids, sib.id)
		}
	}
	return ids
}

// same fails unless the log, folded from nothing, gives the plan.
func (w *world) checkLog() {
	w.Helper()
	again := NewPlan(w.plan.Room, w.plan.Epoch)
	for _, e := range w.log {
		c, err := DecodeCommit(e.Body)
		if err != nil {
			w.Fatal(err)
		}
		if string(EncodeCommit(c)) != string(e.Body) {
			w.Fatalf("commit changed in decoding:\n%s\n%s", e.Body, EncodeCommit(c))
		}
		if want := again.Revs[e.Stream] + 1; c.Rev != want {
			w.Fatalf("%s: rev %d, want %d", e.Stream, c.Rev, want)
		}
		again.Fold(e.Stream, c)
	}
	for _, s := range Streams {
		if got, want := string(again.Snapshot(s)), string(w.plan.Snapshot(s)); got != want {
			w.Fatalf("%s folded from the log:\n%s\nwant\n%s", s, got, want)
		}
	}
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// fill replaces words in an op by ids.
func fill(op string, ids map[string]RecordID) string {
	for _, word := range slices.Sorted(maps.Keys(ids)) {
		op = strings.ReplaceAll(op, `"`+word+`"`, `"`+string(ids[word])+`"`)
	}
	return op
}
