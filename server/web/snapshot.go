package web

import (
	"context"

	"parley/room"
)

type getSnapshotIn struct {
	Room   string      `path:"room"`
	Stream room.Stream `query:"stream" required:"true" enum:"shared,seller,buyer"`
	Client string      `query:"client" doc:"the client whose last processed seq is wanted"`
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
	snapshots, err := s.Store.Snapshot(ctx, grant.Room, []room.Stream{in.Stream}, room.ClientID(in.Client))
	if err != nil {
		return nil, hidden(err)
	}
	if len(snapshots) != 1 {
		return nil, errNotHere
	}
	return &getSnapshotOut{Body: stateOf(snapshots[0])}, nil
}
