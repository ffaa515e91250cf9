package web

import (
	"context"
	"fmt"
	"time"

	"parley/room"
)

type getScheduleIn struct {
	Room string `path:"room"`
}

// RoomSchedule is what follows from a room's dates today, as its caller sees
// the plan.
type RoomSchedule struct {
	room.Schedule
	Quiet *Quiet `json:"quiet,omitempty" doc:"the other company has not been here for a while; for the seller's side only"`
}

// Quiet tells the seller's side that the buyer's has not been seen.
type Quiet struct {
	Days int    `json:"days"`
	Text string `json:"text"`
}

type getScheduleOut struct{ Body RoomSchedule }

func (s *server) getSchedule(ctx context.Context, in *getScheduleIn) (*getScheduleOut, error) {
	grant, err := s.enter(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	snapshots, err := s.Store.Snapshot(ctx, grant.Room, grant.Streams(), "")
	if err != nil {
		return nil, hidden(err)
	}
	plan := room.NewPlan(grant.Room, "")
	for _, snap := range snapshots {
		if err := plan.LoadSnapshot(snap.Stream, snap.Rev, snap.Body); err != nil {
			return nil, fmt.Errorf("reading the plan of room %s: %w", grant.Room, err)
		}
	}
	view, now := room.NewView(plan, grant.Streams()), time.Now()
	out := &getScheduleOut{Body: RoomSchedule{Schedule: view.Schedule(view.Today(now))}}
	if grant.Member.Side.Sees(room.Seller) {
		out.Body.Quiet, err = s.quiet(ctx, grant.Room, view, now)
	}
	return out, err
}

// quietDays is how long the buyer's side is away before the seller's is told.
const quietDays = 10

// quiet returns how long the buyer's side has been away, nil when it has not.
func (s *server) quiet(ctx context.Context, id room.ID, view *room.View, now time.Time) (*Quiet, error) {
	last, err := s.Store.LastVisit(ctx, id)
	if err != nil {
		return nil, hidden(err)
	}
	days := int(now.Sub(last).Hours() / 24)
	if days < quietDays || !view.Active() {
		return nil, nil
	}
	return quietOf(view.Company(room.SideBuyer), days), nil
}

func quietOf(company string, days int) *Quiet {
	return &Quiet{Days: days, Text: fmt.Sprintf("Nobody from %s has been here for %d days", company, days)}
}
