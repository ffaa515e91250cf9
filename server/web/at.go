package web

import (
	"context"
	"time"

	"parley/room"
)

type getAtIn struct {
	Room   string      `path:"room"`
	Rev    int64       `path:"rev" minimum:"0" doc:"0 is the plan before everything"`
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
	if err := s.costly.take(string(grant.Session), time.Now()); err != nil {
		return nil, err
	}
	body, err := s.Store.At(ctx, grant.Room, in.Stream, room.Rev(in.Rev))
	if err != nil {
		return nil, err
	}
	return &getAtOut{Body: PastState{Stream: in.Stream, Rev: room.Rev(in.Rev), Snapshot: Snapshot(body)}}, nil
}
