package room

import (
	"testing"
)

func TestSoftwarePurchase(t *testing.T) {
	w := newWorld(t)
	a := w.json(sam, Shared, `{"kind":"template.apply","template":"software-purchase","go_live":"2026-09-01"}`).ok(t)

	d := newDraft(w.plan, Stamp{}, Shared)
	if n := d.count(Shared, Milestone); n != 12 {
		t.Errorf("%d milestones", n)
	}
	if n := d.count(Shared, RoleSlot); n != 11 {
		t.Errorf("%d role slots", n)
	}
	if n := d.count(Shared, Phase); n != 2+4 {
		t.Errorf("%d phases", n)
	}
	before := ""
	for _, phase := range w.order(Shared, Phase, "") {
		for _, id := range w.order(Shared, Milestone, phase) {
			f := w.fields(Shared, Milestone, id)
			due := f["due"].(string)
			if due < before || worked("2026-09-01", int(f["offset_days"].(int64))) != due {
				t.Errorf("%v is due %s with offset %v, after %s", f["title"], due, f["offset_days"], before)
			}
			before = due
			if n := len(w.order(Shared, Criterion, id)); n < 1 || n > 3 {
				t.Errorf("%v has %d criteria", f["title"], n)
			}
			if f["seller_owner"] == nil || f["buyer_owner"] == nil {
				t.Errorf("%v has no owner on a side", f["title"])
			}
		}
	}
	if f := w.fields(Shared, RoomEntity, RecordID(testRoom)); f["go_live"] != "2026-09-01" || before != "2026-09-01" {
		t.Errorf("room = %v, last due %s", f, before)
	}
	if len(a.commits[0].Commit.Changes) < 12*3 {
		t.Errorf("%d changes", len(a.commits[0].Commit.Changes))
	}
	w.checkLog()
}

// Judging the op again, after a lost answer, makes the same records.
func TestTemplatesAreDeterministic(t *testing.T) {
	apply := func() string {
		w := newWorld(t)
		w.json(sam, Shared, `{"kind":"template.apply","template":"software-purchase","go_live":null}`).ok(t)
		for id, rec := range w.plan.Streams[Shared][Milestone] {
			if !ValidUUID(string(id)) || rec.Fields["due"] != nil || rec.Fields["offset_days"] == nil {
				t.Errorf("milestone %s = %v", id, rec.Fields)
			}
		}
		return string(w.plan.Snapshot(Shared))
	}
	if one, two := apply(), apply(); one != two {
		t.Errorf("%s\ndiffers from\n%s", one, two)
	}
}

// A template uses the go-live that the room has, and the roles.
func TestTemplateUsesWhatTheRoomHas(t *testing.T) {
	w := newWorld(t)
	w.json(sam, Shared, `{"kind":"room.update","set":{"go_live":"2026-10-01"}}`).ok(t)
	w.as(sam, Shared, Op{Kind: "role_slot.add", ID: uid(0x50), Set: Fields{"side": "buyer", "label": "Legal"}}).ok(t)
	w.json(sam, Shared, `{"kind":"template.apply","template":"software-purchase"}`).ok(t)

	if got := newDraft(w.plan, Stamp{}, Shared).anchor(); got.due != "2026-10-01" || got.goLive != "2026-10-01" {
		t.Errorf("go-live = %+v", got)
	}
	if n := len(w.plan.Streams[Shared][RoleSlot]); n != 11 {
		t.Errorf("%d role slots", n)
	}
	owned := false
	for _, rec := range w.plan.Streams[Shared][Milestone] {
		owned = owned || rec.Fields["buyer_owner"] == string(uid(0x50))
	}
	if !owned {
		t.Error("the role that was there is not used")
	}
}

// checkStored fails unless a value of a record passes the check that an op's has to.
func checkStored(t testing.TB, f *Field, v Value) {
	t.Helper()
	if f.Type == Key {
		if !validKey(v.(string)) {
			t.Errorf("key %q", v)
		}
		return
	}
	tree, err := ParseJSON(appendValue(nil, v))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.CheckValue(tree); err != nil || !same(got, v) {
		t.Errorf("%s holds %v: %v, %v", f.Name, v, got, err)
	}
}
