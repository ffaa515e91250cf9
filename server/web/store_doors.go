package web

import (
	"context"

	"parley/room"
)

// Doors is the part of [Store] about links and who comes in by them.
type Doors interface {
	// CreateLink returns the link and its token, which is kept nowhere else.
	CreateLink(ctx context.Context, l room.NewLink) (room.Link, string, error)
	Link(ctx context.Context, ws room.WorkspaceID, id room.LinkID) (room.Link, error)
	Links(ctx context.Context, ws room.WorkspaceID, id room.ID) ([]room.Link, error)
	// ChangeLink ends the sessions that the link as it is then would not let in.
	ChangeLink(ctx context.Context, ws room.WorkspaceID, id room.LinkID, c room.LinkChange) (room.Link, error)
	RevokeLink(ctx context.Context, ws room.WorkspaceID, id room.LinkID) (room.Link, error)
	// LinkByToken returns the link while it is valid.
	LinkByToken(ctx context.Context, token string) (room.Link, error)
	// LinkPeople returns who came in by the link with a name.
	LinkPeople(ctx context.Context, id room.LinkID) ([]room.RecordID, error)
	// CreateSession signs somebody in and returns the session's token, which is
	// kept nowhere else.
	CreateSession(ctx context.Context, l room.Link, v room.Visitor) (string, room.Grant, error)
	// Visitor returns what the door knows of who has a session.
	Visitor(ctx context.Context, id room.SessionID) (room.Visitor, error)
	// KnownVisitor returns who proved an address on the link's side before.
	KnownVisitor(ctx context.Context, l room.Link, email string) (room.RecordID, error)
	// Verify notes that a session's visitor proved an address.
	Verify(ctx context.Context, id room.SessionID, email string) error
	// CountView notes that a person looked at the room.
	CountView(ctx context.Context, id room.SessionID) error

	// Spend uses up one of what may be done by a link, or refuses with busy.
	Spend(ctx context.Context, id room.LinkID, budgets ...room.Budget) error
	Refund(ctx context.Context, id room.LinkID, b room.Budget) error
	// NewCode keeps a code that can be told by who has the link's token; UseCode
	// tells it, five times at most. Session is "" at the door.
	NewCode(ctx context.Context, l room.Link, token string, session room.SessionID, email, code string) (room.CodeID, error)
	UseCode(ctx context.Context, l room.Link, token string, session room.SessionID, id room.CodeID, email, code string, b room.Budget) (bool, error)

	// AskAccess reports whether the request is a new one.
	AskAccess(ctx context.Context, l room.Link, v room.Visitor, message string) (bool, error)
	AccessRequests(ctx context.Context, ws room.WorkspaceID, id room.ID) ([]room.AccessRequest, error)
	AccessRequest(ctx context.Context, ws room.WorkspaceID, id room.ID, request room.RequestID) (room.AccessRequest, error)
	DecideAccess(ctx context.Context, ws room.WorkspaceID, id room.ID, request room.RequestID, by room.RecordID, granted bool) (room.AccessRequest, error)
}
