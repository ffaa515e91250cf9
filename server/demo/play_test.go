package demo

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"parley/room"
)

// memory is a room in memory, judged by the real rules.
type memory struct {
	plan    *room.Plan
	cursors map[room.CursorKey]*room.Cursor
	at      time.Time
	left    int // ops until it breaks off; negative: never
	ops     int
}

const roomID = room.ID("10000000-0000-4000-8000-000000000001")

var errBroken = errors.New("killed")

func newMemory(t *testing.T, at time.Time) *memory {
	t.Helper()
	m := &memory{plan: room.NewPlan(roomID, "1"), cursors: map[room.CursorKey]*room.Cursor{}, at: at, left: -1}
	v, err := m.Submit(t.Context(), roomID, room.Request{
		Stream: room.Shared, Internal: true, Member: room.Member{Side: room.SideSeller, Access: room.Owner},
		Ops: []room.Op{{Kind: room.KindRoomAdd, ID: room.RecordID(roomID), Set: room.Fields{
			"name": Name, "seller_company": SellerCompany, "buyer_company": BuyerCompany, "time_zone": TimeZone, "go_live": GoLive(at),
		}}},
	})
	if err != nil || v.Err != nil {
		t.Fatal(err, v.Err)
	}
	return m
}

func (m *memory) Submit(_ context.Context, _ room.ID, req room.Request) (room.Verdict, error) {
	if m.left == 0 {
		return room.Verdict{}, errBroken
	}
	m.left--
	m.ops++
	verdicts, _ := room.Decide(m.plan, m.at, m.cursors, []room.Request{req})
	return verdicts[0], nil
}

func (m *memory) Snapshot(_ context.Context, _ room.ID, streams []room.Stream, _ room.ClientID) ([]room.StreamSnapshot, error) {
	var out []room.StreamSnapshot
	for _, s := range streams {
		out = append(out, room.StreamSnapshot{Stream: s, Rev: m.plan.Revs[s], Body: m.plan.Snapshot(s)})
	}
	return out, nil
}

func (m *memory) all() string {
	var out string
	for _, s := range room.Streams {
		out += string(m.plan.Snapshot(s)) + "\n"
	}
	return out
}

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// The demo shows what it promises, whatever day the server starts.
func TestTheDemoShowsAPlanInTheMiddle(t *testing.T) {
	for day := range 7 {
		now := monday.AddDate(0, 0, day)
		m := newMemory(t, now)

		if err := Play(t.Context(), m, m, roomID, now); err != nil {
			t.Fatalf("%s: %v", now.Weekday(), err)
		}

		var shared struct {
			Entities struct {
				Milestone []struct {
					Title, Status, Due string
					BlockedReason      string `json:"blocked_reason"`
				}
				Comment []struct{ Author string }
			}
		}
		if err := json.Unmarshal(m.plan.Snapshot(room.Shared), &shared); err != nil {
			t.Fatal(err)
		}
		count, late, blocked := map[string]int{}, 0, ""
		for _, ms := range shared.Entities.Milestone {
			count[ms.Status]++
			if ms.Status != "done" && ms.Due < now.Format(room.DateFormat) {
				late++
			}
			if ms.Status == "blocked" {
				blocked = ms.BlockedReason
			}
		}
		if count["done"] != 4 || count["in_progress"] != 2 || count["blocked"] != 1 || count["not_started"] != 5 || late != 1 || blocked == "" {
			t.Errorf("%s: statuses %v, %d late, blocked because %q", now.Weekday(), count, late, blocked)
		}
		if n := len(shared.Entities.Comment); n != 5 {
			t.Errorf("%d shared comments, want 5", n)
		}
		for _, s := range []room.Stream{room.Seller, room.Buyer} {
			if n := len(m.plan.Streams[s][room.Milestone]); n != 1 {
				t.Errorf("%d milestones of the %s alone, want 1", n, s)
			}
		}
	}
}

// A start that is killed anywhere is completed by the next, to the same plan.
func TestTheDemoIsPlayedOnce(t *testing.T) {
	whole := newMemory(t, monday)
	if err := Play(t.Context(), whole, whole, roomID, monday); err != nil {
		t.Fatal(err)
	}
	revs := whole.plan.Revs[room.Shared]
	before := whole.all()
	if err := Play(t.Context(), whole, whole, roomID, monday.AddDate(0, 0, 9)); err != nil {
		t.Fatalf("played again: %v", err)
	}
	if whole.plan.Revs[room.Shared] != revs || whole.all() != before {
		t.Errorf("playing again wrote %d commits", whole.plan.Revs[room.Shared]-revs)
	}

	for stop := range 100 {
		m := newMemory(t, monday)
		m.left = stop
		err := Play(t.Context(), m, m, roomID, monday)
		if err == nil {
			if stop < 60 {
				t.Fatalf("the demo has only %d ops", stop)
			}
			return
		}
		if !errors.Is(err, errBroken) {
			t.Fatalf("stopped after %d ops: %v", stop, err)
		}
		m.left = -1
		if err := Play(t.Context(), m, m, roomID, monday); err != nil {
			t.Fatalf("started again after %d ops: %v", stop, err)
		}
		if m.all() != whole.all() {
			t.Errorf("started again after %d ops the plan differs", stop)
		}
	}
	t.Error("the demo has 100 ops or more; raise the bound")
}
