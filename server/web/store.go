package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"parley/room"
)

// Store is what the handlers read and write. Errors a caller may read are
// [*room.Error]; code gone stands for everything that is not there, not theirs,
// or no longer valid.
type Store interface {
	Follow

	PortalStore
	accountStore
	// Now is the time by the store's clock, by which everything ends that ends by
	// itself. The server's own may be wrong.
	Now(ctx context.Context) (time.Time, error)
	// Authenticate returns what a session token grants.
	Authenticate(ctx context.Context, token string) (room.Grant, error)
	// Proven says that the caller was found good for a workspace by what is no token
	// of the store, or is remembered: the store shows nothing to who has shown nothing.
	Proven(ctx context.Context, ws room.WorkspaceID)
	// RoomWorkspace returns the workspace a room belongs to.
	RoomWorkspace(ctx context.Context, id room.ID) (room.WorkspaceID, error)

	CreateRoom(ctx context.Context, r room.NewRoom) (room.ID, error)
	// FoundRoom makes a room for n's founder and returns their link into it, and
	// the link's token, which is kept nowhere else.
	FoundRoom(ctx context.Context, n room.NewRoom) (room.Link, string, error)
	// Standings returns where a workspace's rooms stand: those that people are at
	// work on, or the closed ones. Asker is the account that asks, "" for none.
	Standings(ctx context.Context, ws room.WorkspaceID, asker room.AccountID, closed bool) ([]room.Standing, error)
	// Summaries reads the lines of those of the rooms that are the workspace's.
	Summaries(ctx context.Context, ws room.WorkspaceID, ids []room.ID) ([]room.Summary, error)

	// Brand returns by what people know a workspace; SetBrand replaces it.
	Brand(ctx context.Context, ws room.WorkspaceID) (room.Brand, error)
	SetBrand(ctx context.Context, ws room.WorkspaceID, b room.Brand) error

	// Defaults returns what a workspace's new rooms begin with; SetDefaults replaces it.
	Defaults(ctx context.Context, ws room.WorkspaceID) (room.Defaults, error)
	SetDefaults(ctx context.Context, ws room.WorkspaceID, d room.Defaults) error
	// LastVisit returns when the buyer's side was last seen in a room.
	LastVisit(ctx context.Context, id room.ID) (time.Time, error)

	Heads(ctx context.Context, ids []room.ID) (map[room.ID]room.Head, error)
	Snapshot(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) ([]room.StreamSnapshot, error)
	After(ctx context.Context, id room.ID, stream room.Stream, after room.Rev, limit int) ([]room.Logged, error)
	At(ctx context.Context, id room.ID, stream room.Stream, rev room.Rev) (json.RawMessage, error)
	// RevAt returns the newest rev of a stream that was committed by a moment.
	RevAt(ctx context.Context, id room.ID, stream room.Stream, at time.Time) (room.Rev, error)
	Preview(ctx context.Context, id room.ID, req room.Request) (room.Outcome, error)

	// Templates are the workspace's own, beside the built-in ones.
	Templates(ctx context.Context, ws room.WorkspaceID) ([]room.OwnTemplate, error)
	Template(ctx context.Context, ws room.WorkspaceID, id room.TemplateID) (*room.Template, error)
	AddTemplate(ctx context.Context, ws room.WorkspaceID, t *room.Template, by room.RecordID) (room.TemplateID, error)
	DeleteTemplate(ctx context.Context, ws room.WorkspaceID, id room.TemplateID) error

	Doors

	// WorkspaceLinks lists the links of all rooms, without the revoked ones;
	// WorkspaceRequests who waits for an answer in any, the first first.
	WorkspaceLinks(ctx context.Context, ws room.WorkspaceID, after room.LinkID, limit int) ([]room.Link, room.LinkID, error)
	WorkspaceRequests(ctx context.Context, ws room.WorkspaceID, limit int) ([]room.AccessRequest, error)
}

// Hub is the live side of the server: the one way to write a plan.
type Hub interface {
	// ServeSocket upgrades the request and serves the room over it.
	ServeSocket(w http.ResponseWriter, r *http.Request, id room.ID, cookieToken string)
	// Submit hands an op to the room's writer and waits for its verdict.
	Submit(ctx context.Context, id room.ID, req room.Request) (room.Verdict, error)
	// SharedSnapshot returns a stream as a member who joins now gets it, shared with
	// others who come at the same time; false when the store is to be asked.
	SharedSnapshot(ctx context.Context, id room.ID, stream room.Stream, client room.ClientID, rev room.Rev) (room.StreamSnapshot, bool, error)
	// Recheck ends the sockets of a room whose sessions are no longer valid.
	Recheck(ctx context.Context, id room.ID)
}
