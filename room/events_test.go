package room_test

import (
	"testing"

	"parley/room"
)

const (
	eventPhase = room.RecordID("20000000-0000-4000-8000-0000000000f0")
	eventOne   = room.RecordID("20000000-0000-4000-8000-0000000000f1")
)

// A calendar's sequence is 0 at first and one more with every change that is
// shown, whatever happens beside it.
func TestEventsCountWhatIsShown(t *testing.T) {
	e := room.NewEvents()
	rev := room.Rev(0)
	commit := func(entity room.Entity, id room.RecordID, set room.Fields) {
		rev++
		e.Add(room.Commit{Rev: rev, At: "2026-11-01T10:00:0" + string('0'+byte(rev%10)) + ".000000Z", Kind: "milestone.update",
			Changes: []room.Change{{Entity: entity, ID: id, Set: set}}})
	}
	check := func(what, due string, sequence int, off bool) {
		t.Helper()
		list := e.List("")
		if len(list) != 1 || list[0].Due != due || list[0].Sequence != sequence || list[0].Off != off {
			t.Errorf("%s: %+v, want due %s, sequence %d, off %t", what, list, due, sequence, off)
		}
	}

	commit(room.Phase, eventPhase, room.Fields{"name": "Evaluate", "pos": "a0"})
	commit(room.Milestone, eventOne, room.Fields{"phase": string(eventPhase), "title": "Security review", "status": "not_started", "pos": "a0"})
	if got := e.List(""); len(got) != 0 {
		t.Errorf("without a date there is an event: %+v", got)
	}
	commit(room.Milestone, eventOne, room.Fields{"due": "2026-11-20"})
	check("dated", "2026-11-20", 0, false)
	commit(room.Milestone, eventOne, room.Fields{"description": "nothing that a calendar shows"})
	check("described", "2026-11-20", 0, false)
	commit(room.Milestone, eventOne, room.Fields{"due": "2026-11-23"})
	check("moved", "2026-11-23", 1, false)
	commit(room.Milestone, eventOne, room.Fields{"removed": true})
	check("removed", "2026-11-23", 2, true)
	commit(room.Milestone, eventOne, room.Fields{"title": "Nobody sees this"})
	check("changed while it is off", "2026-11-23", 2, true)
	if got := e.List("2026-11-02T00:00:00.000000Z"); len(got) != 0 {
		t.Errorf("what is off for long is still told: %+v", got)
	}
	commit(room.Milestone, eventOne, room.Fields{"removed": nil})
	check("restored", "2026-11-23", 3, false)
	commit(room.Phase, eventPhase, room.Fields{"removed": true})
	check("its phase is removed", "2026-11-23", 4, true)
	commit(room.Phase, eventPhase, room.Fields{"removed": nil})
	commit(room.Milestone, eventOne, room.Fields{"status": "cancelled"})
	check("cancelled", "2026-11-23", 6, true)
	if e.Rev() != rev {
		t.Errorf("rev = %d, want %d", e.Rev(), rev)
	}
}
