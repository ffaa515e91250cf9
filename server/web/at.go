package web

import (
	"context"
	"strconv"
	"time"

	"parley/room"
)

type getAtIn struct {
	Room   string      `path:"room"`
	Rev    string      `path:"rev" doc:"a rev, 0 for the plan before everything; or a moment, RFC 3339"`
	Stream room.Stream `query:"stream" enum:"shared,seller,buyer" default:"shared"`
}

// PastState is one stream as it was.
type PastState struct {
	Stream   room.Stream `json:"stream" enum:"shared,seller,buyer"`
	Rev      room.Rev    `json:"rev"`
	Snapshot Snapshot    `json:"snapshot"`
}

type getAtOut struct{ Body PastState }

func (s *server) getAt(ctx context.Context, in *getAtIn) (*getAtOut, error) {
	grant, err := s.enterStream(ctx, in.Room, in.Stream)
	if err != nil {
		return nil, err
	}
	if err := s.takeCostly(grant); err != nil {
		return nil, err
	}
	rev, err := s.moment(ctx, grant.Room, in.Stream, "rev", in.Rev)
	if err != nil {
		return nil, err
	}
	body, err := s.Store.At(ctx, grant.Room, in.Stream, rev)
	if err != nil {
		return nil, err
	}
	return &getAtOut{Body: PastState{Stream: in.Stream, Rev: rev, Snapshot: Snapshot(body)}}, nil
}

// moment reads a rev, or the newest rev by a moment.
func (s *server) moment(ctx context.Context, id room.ID, stream room.Stream, field, text string) (room.Rev, error) {
	if rev, err := strconv.ParseInt(text, 10, 64); err == nil && rev >= 0 {
		return room.Rev(rev), nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return 0, room.FieldErrorf(room.Invalid, field, "%s is a rev, or a moment like 2026-11-25T09:30:00Z", field)
	}
	return s.Store.RevAt(ctx, id, stream, at)
}
