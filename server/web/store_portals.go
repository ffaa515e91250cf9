package web

import (
	"context"
	"time"

	"parley/room"
)

// PortalStore keeps portals, and what they say about people.
type PortalStore interface {
	CreatePortal(ctx context.Context, ws room.WorkspaceID, name string, origins []string) (room.Portal, error)
	Portals(ctx context.Context, ws room.WorkspaceID) ([]room.Portal, error)
	AddPortalKey(ctx context.Context, ws room.WorkspaceID, id room.PortalID, kind room.KeyKind, material []byte) (room.PortalKey, error)
	// ChangePortal, RevokePortalKey and RemovePortal return the rooms whose sockets are to be
	// looked at.
	ChangePortal(ctx context.Context, ws room.WorkspaceID, id room.PortalID, c room.PortalChange) (room.Portal, []room.ID, error)
	RevokePortalKey(ctx context.Context, ws room.WorkspaceID, id room.PortalID, key room.PortalKeyID) ([]room.ID, error)
	RemovePortal(ctx context.Context, ws room.WorkspaceID, id room.PortalID) ([]room.ID, error)

	// FrameOrigins lists the origins whose pages may frame a room; none for a room
	// that is not there.
	FrameOrigins(ctx context.Context, id room.ID) ([]string, error)
	Voucher(ctx context.Context, portal room.PortalID, key room.PortalKeyID) (room.Voucher, error)
	// TakeToken notes that a token was used; false when it was before.
	TakeToken(ctx context.Context, v room.Voucher, jti string, expires time.Time) (bool, error)
	CreateEmbedToken(ctx context.Context, ws room.WorkspaceID, portal room.PortalID, v room.Vouched, life time.Duration) (string, time.Time, error)
	TakeEmbedToken(ctx context.Context, token string) (room.Voucher, room.Vouched, error)
	Known(ctx context.Context, v room.Voucher, who room.Vouched) (room.Known, error)
	SetKnownAccess(ctx context.Context, v room.Voucher, who room.Vouched) error
	CreateEmbedSession(ctx context.Context, v room.Voucher, f room.Framed) (string, room.Grant, error)
	// CreateHandover gives a session in a frame a token for a window of its own;
	// code gone: it is none, or over. TakeHandover uses it up.
	CreateHandover(ctx context.Context, id room.SessionID, watch bool, life time.Duration) (string, error)
	TakeHandover(ctx context.Context, token string) (string, room.Grant, error)
	// ExtendEmbedSession reports false when the session is over, or not that person's.
	ExtendEmbedSession(ctx context.Context, token string, v room.Voucher, f room.Framed) (bool, error)
}
