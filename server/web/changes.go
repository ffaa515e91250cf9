package web

import (
	"context"
	"time"

	"parley/room"
)

type listChangesIn struct {
	Room   string      `path:"room"`
	Stream room.Stream `query:"stream" enum:"shared,seller,buyer" default:"shared"`
	From   string      `query:"from" required:"true" doc:"a rev, or a moment (RFC 3339): since our last call"`
	To     string      `query:"to" doc:"a rev or a moment; absent: now"`
}

// Changes is what became different in one stream, in words.
type Changes struct {
	Stream room.Stream   `json:"stream" enum:"shared,seller,buyer"`
	From   room.Rev      `json:"from"`
	To     room.Rev      `json:"to"`
	Groups []ChangeGroup `json:"groups" nullable:"false" doc:"the weightiest first; none when nothing is different"`
}

// ChangeGroup holds the differences of one kind.
type ChangeGroup struct {
	Group       room.DiffGroup `json:"group" enum:"go_live,agreement,dates,done,steps,criteria,owners,tasks,people,room"`
	Differences []Difference   `json:"differences" nullable:"false"`
}

// Difference is one thing that is not as it was.
type Difference struct {
	Text      string        `json:"text" doc:"a sentence without a full stop: Security review moved from 19 Oct to 22 Oct, 3 days later"`
	Entity    room.Entity   `json:"entity" enum:"room,participant,role_slot,phase,milestone,criterion,task,dependency,comment,date_proposal,baseline,acceptance"`
	ID        room.RecordID `json:"id" format:"uuid"`
	Milestone room.RecordID `json:"milestone,omitempty" format:"uuid" doc:"the milestone it is about"`
}

type listChangesOut struct{ Body Changes }

func (s *server) listChanges(ctx context.Context, in *listChangesIn) (*listChangesOut, error) {
	grant, err := s.enterStream(ctx, in.Room, in.Stream)
	if err != nil {
		return nil, err
	}
	if err := s.takeCostly(grant); err != nil {
		return nil, err
	}
	from, err := s.moment(ctx, grant.Room, in.Stream, "from", in.From)
	if err != nil {
		return nil, err
	}
	to, err := s.until(ctx, grant.Room, in)
	if err != nil {
		return nil, err
	}
	if from > to {
		return nil, room.FieldErrorf(room.Invalid, "from", "from is after to")
	}
	before, err := s.planAt(ctx, grant.Room, in.Stream, from)
	if err != nil {
		return nil, err
	}
	after, err := s.planAt(ctx, grant.Room, in.Stream, to)
	if err != nil {
		return nil, err
	}
	out := Changes{Stream: in.Stream, From: from, To: to, Groups: []ChangeGroup{}}
	for _, d := range room.Diff(before, after, in.Stream, today(after)) {
		if n := len(out.Groups); n == 0 || out.Groups[n-1].Group != d.Group {
			out.Groups = append(out.Groups, ChangeGroup{Group: d.Group, Differences: []Difference{}})
		}
		group := &out.Groups[len(out.Groups)-1]
		group.Differences = append(group.Differences, Difference{Text: d.Text, Entity: d.Entity, ID: d.ID, Milestone: d.Milestone})
	}
	return &listChangesOut{Body: out}, nil
}

// until returns the rev that the changes end at: the newest when none is named.
func (s *server) until(ctx context.Context, id room.ID, in *listChangesIn) (room.Rev, error) {
	if in.To != "" {
		return s.moment(ctx, id, in.Stream, "to", in.To)
	}
	heads, err := s.Store.Heads(ctx, []room.ID{id})
	return heads[id].Revs[in.Stream], err
}

// planAt is a stream as it was. A private one has the shared one beside it, as
// that is now: the names in it.
func (s *server) planAt(ctx context.Context, id room.ID, stream room.Stream, rev room.Rev) (*room.Plan, error) {
	plan := room.NewPlan(id, "")
	if stream != room.Shared {
		var err error
		if plan, err = s.planOf(ctx, id, room.Shared); err != nil {
			return nil, err
		}
	}
	body, err := s.Store.At(ctx, id, stream, rev)
	if err != nil {
		return nil, err
	}
	return plan, plan.LoadSnapshot(stream, rev, body)
}

// today is the plan's own.
func today(plan *room.Plan) string {
	zone := ""
	for _, rec := range plan.Streams[room.Shared][room.RoomEntity] {
		zone, _ = rec.Fields["time_zone"].(string)
	}
	return room.Today(time.Now(), zone)
}
