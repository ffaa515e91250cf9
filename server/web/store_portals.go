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
	ChangePortal(ctx context.Context, ws room.WorkspaceID, id room.PortalID, name string, origins []string) (room.Portal, error)
	AddPortalKey(ctx context.Context, ws room.WorkspaceID, id room.PortalID, kind room.KeyKind, material []byte) (room.PortalKey, error)
	// RevokePortalKey and RemovePortal return the rooms whose sockets are to be
	// looked at.
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
	CreateEmbedSession(ctx context.Context, v room.Voucher, id room.ID, participant room.RecordID) (string, room.Grant, error)
	// ExtendEmbedSession reports false when the session is over, or not that person's.
	ExtendEmbedSession(ctx context.Context, token string, v room.Voucher, id room.ID, participant room.RecordID) (bool, error)
}
