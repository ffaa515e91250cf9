package web

import (
	"context"

	"parley/room"
)

// maxCommits is the most commits one answer holds: at 2 KB for a busy commit
// that is 1 MB, which a phone still takes.
const maxCommits = 500

type listActivityIn struct {
	Room   string      `path:"room"`
	Stream room.Stream `query:"stream" required:"true" enum:"shared,seller,buyer"`
	After  int64       `query:"after" minimum:"0" doc:"commits after this rev, oldest first"`
	Before int64       `query:"before" minimum:"0" doc:"the newest commits before this rev, oldest first; not with after"`
	Limit  int         `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// ActivityPage is a run of commits, ascending and without a hole.
type ActivityPage struct {
	Stream  room.Stream    `json:"stream" enum:"shared,seller,buyer"`
	Epoch   room.Epoch     `json:"epoch"`
	Commits []LoggedCommit `json:"commits" nullable:"false" doc:"each in the bytes it had on the socket"`
}

type listActivityOut struct{ Body ActivityPage }

func (s *server) listActivity(ctx context.Context, in *listActivityIn) (*listActivityOut, error) {
	grant, err := s.enterStream(ctx, in.Room, in.Stream)
	if err != nil {
		return nil, err
	}
	if in.After > 0 && in.Before > 0 {
		return nil, room.FieldErrorf(room.Invalid, "before", "give after or before, not both")
	}
	heads, err := s.Store.Heads(ctx, []room.ID{grant.Room})
	if err != nil {
		return nil, err
	}
	after, limit := span(in.After, in.Before, min(in.Limit, maxCommits))
	page := ActivityPage{Stream: in.Stream, Epoch: heads[grant.Room].Epoch, Commits: []LoggedCommit{}}
	if limit == 0 {
		return &listActivityOut{Body: page}, nil
	}
	logged, err := s.Store.After(ctx, grant.Room, in.Stream, room.Rev(after), limit)
	if err != nil {
		return nil, hidden(err)
	}
	for _, l := range logged {
		page.Commits = append(page.Commits, LoggedCommit(l.Body))
	}
	return &listActivityOut{Body: page}, nil
}

// span turns a place in the log and a direction into where to start reading
// and how much. Revs have no hole, so the commits before one can be counted.
func span(after, before int64, limit int) (int64, int) {
	if before == 0 {
		return after, limit
	}
	after = max(0, before-1-int64(limit))
	return after, int(before - 1 - after)
}
