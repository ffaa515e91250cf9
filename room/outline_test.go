package room_test

import (
	"testing"
	"time"

	"parley/room"
)

// outlined is a plan of a room with people of both sides, and the milestones given.
func outlined(fields room.Fields, milestones ...room.Fields) *room.Plan {
	p := room.NewPlan("10000000-0000-4000-8000-000000000001", "")
	add := func(e room.Entity, id string, f room.Fields) {
		if p.Streams[room.Shared][e] == nil {
			p.Streams[room.Shared][e] = room.Records{}
		}
		p.Streams[room.Shared][e][room.RecordID(id)] = &room.Record{ID: room.RecordID(id), Fields: f}
	}
	about := room.Fields{"name": "Rollout", "seller_company": "Northwind", "buyer_company": "Acme", "time_zone": "UTC", "status": "active", "go_live": "2026-12-01"}
	for k, v := range fields {
		about[k] = v
	}
	add(room.RoomEntity, "r", about)
	add(room.Participant, "sam", room.Fields{"name": "Sam", "side": "seller", "access": "owner", "state": "active"})
	add(room.Participant, "priya", room.Fields{"name": "Priya", "side": "seller", "access": "owner", "state": "active"})
	add(room.Participant, "gone", room.Fields{"name": "Ada", "side": "seller", "access": "owner", "state": "revoked"})
	add(room.Participant, "marc", room.Fields{"name": "Marc", "side": "buyer", "access": "owner", "state": "active"})
	add(room.Phase, "f", room.Fields{"name": "Evaluate", "pos": "a0"})
	for i, m := range milestones {
		m["phase"], m["visibility"], m["pos"] = "f", "shared", "a"+string(rune('0'+i))
		add(room.Milestone, "m"+string(rune('0'+i)), m)
	}
	return p
}

var lineDay = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// The ball is with whoever owns the open milestone that is due first.
func TestTheBallIsWithTheOwnersOfTheNextStep(t *testing.T) {
	cases := map[string]struct {
		owners room.Fields
		with   string
	}{
		"the seller's": {room.Fields{"seller_owner": "priya"}, room.BallSeller},
		"the buyer's":  {room.Fields{"buyer_owner": "marc"}, room.BallBuyer},
		"of both":      {room.Fields{"seller_owner": "priya", "buyer_owner": "marc"}, room.BallBoth},
		"nobody's":     {room.Fields{}, room.BallNobody},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			next := room.Fields{"title": "Security review", "status": "in_progress", "due": "2026-11-01"}
			for k, v := range c.owners {
				next[k] = v
			}
			p := outlined(nil, room.Fields{"title": "Done", "status": "done", "due": "2026-10-01"},
				room.Fields{"title": "Later", "status": "not_started", "due": "2026-11-20"}, next)

			got := room.OutlineOf(p, "", lineDay).Next

			if got == nil || got.Title != "Security review" || got.With != c.with || !got.Late {
				t.Errorf("next = %+v, want with %s", got, c.with)
			}
		})
	}
	if got := room.OutlineOf(outlined(nil), "", lineDay).Next; got != nil {
		t.Errorf("of an empty plan: %+v", got)
	}
}

// The deal is the founder's while they own the room, else who agrees for the
// selling company, else the owner whose name comes first.
func TestWhoseDealItIs(t *testing.T) {
	cases := map[string]struct {
		founder room.RecordID
		fields  room.Fields
		want    string
	}{
		"the founder's":               {"sam", room.Fields{"seller_approver": "priya"}, "Sam"},
		"a founder who left":          {"gone", room.Fields{"seller_approver": "sam"}, "Sam"},
		"made by the workspace's key": {"", nil, "Priya"},
		"the buyer never owns it":     {"marc", nil, "Priya"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := room.OutlineOf(outlined(c.fields), c.founder, lineDay); got.OwnerName != c.want {
				t.Errorf("owner = %q, want %q", got.OwnerName, c.want)
			}
		})
	}
}

// The strip runs from the first day to the last that is known, the worst on top.
func TestAStripIsTheRunwayInSmall(t *testing.T) {
	p := outlined(nil,
		room.Fields{"title": "a", "status": "done", "due": "2026-10-01"},
		room.Fields{"title": "b", "status": "not_started", "due": "2026-10-01"},
		room.Fields{"title": "c", "status": "blocked", "due": "2026-11-12"},
		room.Fields{"title": "d", "status": "cancelled", "due": "2025-01-01"},
		room.Fields{"title": "e", "status": "not_started"},
		room.Fields{"title": "Go-live", "status": "not_started", "due": "2026-12-01", "is_go_live": true})

	got := room.OutlineOf(p, "", lineDay).Strip

	if len(got.Dots) != 3 || got.Dots[0] != (room.Dot{At: 0, Look: "late"}) || got.Dots[1].Look != "blocked" || got.Dots[2].Look != "open" {
		t.Errorf("dots = %+v", got.Dots)
	}
	if got.Today == nil || *got.Today <= got.Dots[0].At || *got.Today >= got.Dots[1].At || got.GoLive == nil || *got.GoLive != got.Dots[2].At {
		t.Errorf("today %v, go-live %v, dots %+v", got.Today, got.GoLive, got.Dots)
	}
	if empty := room.OutlineOf(outlined(room.Fields{"go_live": nil}), "", lineDay).Strip; len(empty.Dots) > 0 || empty.Today != nil {
		t.Errorf("of a plan without dates: %+v", empty)
	}
}
