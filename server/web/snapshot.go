package web

import (
	"context"

	"parley/room"
)

type getSnapshotIn struct {
	Room   string      `path:"room"`
	Stream room.Stream `query:"stream" required:"true" enum:"shared,seller,buyer"`
	Client string      `query:"client" doc:"the client whose last processed seq is wanted"`
	Rev    int64       `query:"rev" minimum:"0" doc:"as a socket's snapshot_url has it: this rev or a newer one, which may be shared with others who ask at the same time"`
}

type getSnapshotOut struct{ Body StreamState }

// getSnapshot answers the snapshot_url of a socket's welcome.
func (s *server) getSnapshot(ctx context.Context, in *getSnapshotIn) (*getSnapshotOut, error) {
	grant, err := s.enterStream(ctx, in.Room, in.Stream)
	if err != nil {
		return nil, err
	}
	if in.Client != "" && !room.ValidUUID(in.Client) {
		return nil, room.FieldErrorf(room.Invalid, "client", "client is a UUID in lower case")
	}
	if in.Rev > 0 {
		shared, ok, err := s.Hub.SharedSnapshot(ctx, grant.Room, in.Stream, room.ClientID(in.Client), room.Rev(in.Rev))
		if err != nil {
			return nil, err
		}
		if ok {
			return &getSnapshotOut{Body: stateOf(shared)}, nil
		}
	}
	snapshots, err := s.Store.Snapshot(ctx, grant.Room, []room.Stream{in.Stream}, room.ClientID(in.Client))
	if err != nil {
		return nil, hidden(err)
	}
	if len(snapshots) != 1 {
		return nil, errNotHere
	}
	return &getSnapshotOut{Body: stateOf(snapshots[0])}, nil
}
