package realtime

import (
	"context"

	"parley/room"
)

// Store keeps rooms. Every method is safe for concurrent use, and an error that
// is a [*room.Error] is the answer to the caller; any other one is a fault.
type Store interface {
	// Commit judges the requests in one transaction and returns one verdict for
	// each. Plan is what an earlier Commit of this room returned, or nil; the
	// returned plan replaces it. After an error the plan is not to be used again.
	Commit(ctx context.Context, plan *room.Plan, id room.ID, reqs []room.Request) (*room.Plan, room.Result, error)
	// Snapshot reads the streams, and how far client has come in each, as of one instant.
	Snapshot(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) ([]room.StreamSnapshot, error)
	// After reads at most limit commits of a stream above rev after, ascending.
	After(ctx context.Context, id room.ID, stream room.Stream, after room.Rev, limit int) ([]room.Logged, error)
	// Heads reads where the rooms stand; a room that is not there is left out.
	Heads(ctx context.Context, ids []room.ID) (map[room.ID]room.Head, error)
	// NewEpoch begins another epoch of a room whose log went back in epoch old, and
	// returns where the room stands then. It only reads where that has happened.
	NewEpoch(ctx context.Context, id room.ID, old room.Epoch) (room.Head, error)
	// Seqs reads the last processed seq of a client in each stream.
	Seqs(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) (map[room.Stream]int64, error)
	// Authenticate returns what the bearer of a session token may do. The error
	// has code gone when the token is unknown, ended or revoked.
	Authenticate(ctx context.Context, token string) (room.Grant, error)
	// Live returns the present grants of those sessions that are still valid.
	Live(ctx context.Context, sessions []room.SessionID) (map[room.SessionID]room.Grant, error)
}
