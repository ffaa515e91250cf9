package web

import (
	"context"

	"parley/room"
)

// accountStore is the part of a [Store] that is about who signs in, and what keys do.
type accountStore interface {
	// Seat returns who is signed in with a token.
	Seat(ctx context.Context, token string) (room.Seat, error)
	// NewTicket makes what is mailed to an address, and what its asker keeps. The
	// error has code busy when the address had its share.
	NewTicket(ctx context.Context, email, source string, signup bool) (room.Ticket, error)
	// SignInByCode and SignInByLink use a ticket up and return the token of being
	// signed in, which is kept nowhere else.
	SignInByCode(ctx context.Context, ticket, code, source string, n room.SignIn) (string, room.Seat, error)
	SignInByLink(ctx context.Context, link string, n room.SignIn) (string, room.Seat, error)

	// NewTrip returns the secret of a browser that leaves for the provider; EndTrip
	// uses it up and returns where the browser wants to go.
	NewTrip(ctx context.Context, next string) (string, error)
	EndTrip(ctx context.Context, secret string) (string, error)
	// SignInAs signs in the person that the provider vouches for, with an address
	// that it has verified.
	SignInAs(ctx context.Context, who room.Identity, source string, n room.SignIn) (string, room.Seat, error)

	// SignIn signs in the owner of an address that was proven.
	SignIn(ctx context.Context, n room.SignIn) (string, room.Seat, error)
	WorkspacesOf(ctx context.Context, account room.AccountID) ([]room.Workspace, error)
	SetName(ctx context.Context, account room.AccountID, name string) error
	AccountSessions(ctx context.Context, account room.AccountID) ([]room.AccountSession, error)
	// EndAccountSession and EndAccountSessions return the rooms whose sockets are to
	// be looked at, also beside an error.
	EndAccountSession(ctx context.Context, account room.AccountID, id room.AccountSessionID) ([]room.ID, error)
	EndAccountSessions(ctx context.Context, account room.AccountID, but room.AccountSessionID) ([]room.ID, error)

	Members(ctx context.Context, ws room.WorkspaceID) ([]room.WorkspaceMember, error)
	Member(ctx context.Context, ws room.WorkspaceID, account room.AccountID) (room.WorkspaceMember, error)
	AddMember(ctx context.Context, ws room.WorkspaceID, email, name string, role room.Role) (room.WorkspaceMember, error)
	SetRole(ctx context.Context, ws room.WorkspaceID, account room.AccountID, role room.Role) (room.WorkspaceMember, error)
	// RemoveMember returns rooms as EndAccountSession does.
	RemoveMember(ctx context.Context, ws room.WorkspaceID, account room.AccountID) ([]room.ID, error)

	// Seated returns who somebody is in a room of their workspace; settled once.
	Seated(ctx context.Context, seat room.Seat, id room.ID) (room.Seated, error)
	SeatedIn(ctx context.Context, ws room.WorkspaceID, account room.AccountID) ([]room.Seated, error)
	// CreateMemberSession returns the token of a session of the room, which is kept
	// nowhere else.
	CreateMemberSession(ctx context.Context, seat room.Seat, in room.Seated) (string, room.Grant, error)
	EndMemberSessions(ctx context.Context, account room.AccountID, id room.ID) error

	// CreateKey returns the key and its token, which is kept nowhere else.
	CreateKey(ctx context.Context, k room.APIKey) (room.APIKey, string, error)
	Keys(ctx context.Context, ws room.WorkspaceID) ([]room.APIKey, error)
	KeyByToken(ctx context.Context, token string) (room.APIKey, error)
	RevokeKey(ctx context.Context, ws room.WorkspaceID, id room.KeyID) (room.APIKey, error)

	Audit(ctx context.Context, e room.AuditEvent) error
	AuditEvents(ctx context.Context, ws room.WorkspaceID, before int64, limit int) ([]room.AuditEvent, error)
}
