package postgres

import (
	"context"
	"time"

	"parley/room"
)

// CreatePortal is [Store.CreatePortal].
func (s Steady) CreatePortal(ctx context.Context, ws room.WorkspaceID, name string, origins []string) (room.Portal, error) {
	return again(ctx, s, unsent, func() (room.Portal, error) { return s.Store.CreatePortal(ctx, ws, name, origins) })
}

// Portals is [Store.Portals].
func (s Steady) Portals(ctx context.Context, ws room.WorkspaceID) ([]room.Portal, error) {
	return again(ctx, s, away, func() ([]room.Portal, error) { return s.Store.Portals(ctx, ws) })
}

// ChangePortal is [Store.ChangePortal]: changing twice is changing once.
func (s Steady) ChangePortal(ctx context.Context, ws room.WorkspaceID, id room.PortalID, c room.PortalChange) (room.Portal, []room.ID, error) {
	type changed struct {
		portal room.Portal
		rooms  []room.ID
	}
	d, err := again(ctx, s, away, func() (d changed, err error) {
		d.portal, d.rooms, err = s.Store.ChangePortal(ctx, ws, id, c)
		return d, err
	})
	return d.portal, d.rooms, err
}

// AddPortalKey is [Store.AddPortalKey].
func (s Steady) AddPortalKey(ctx context.Context, ws room.WorkspaceID, id room.PortalID, kind room.KeyKind, material []byte) (room.PortalKey, error) {
	return again(ctx, s, unsent, func() (room.PortalKey, error) { return s.Store.AddPortalKey(ctx, ws, id, kind, material) })
}

// RevokePortalKey is [Store.RevokePortalKey]: revoking twice is revoking once.
func (s Steady) RevokePortalKey(ctx context.Context, ws room.WorkspaceID, id room.PortalID, key room.PortalKeyID) ([]room.ID, error) {
	return again(ctx, s, away, func() ([]room.ID, error) { return s.Store.RevokePortalKey(ctx, ws, id, key) })
}

// RemovePortal is [Store.RemovePortal].
func (s Steady) RemovePortal(ctx context.Context, ws room.WorkspaceID, id room.PortalID) ([]room.ID, error) {
	return again(ctx, s, unsent, func() ([]room.ID, error) { return s.Store.RemovePortal(ctx, ws, id) })
}

// FrameOrigins is [Store.FrameOrigins].
func (s Steady) FrameOrigins(ctx context.Context, id room.ID) ([]string, error) {
	return again(ctx, s, away, func() ([]string, error) { return s.Store.FrameOrigins(ctx, id) })
}

// Voucher is [Store.Voucher].
func (s Steady) Voucher(ctx context.Context, portal room.PortalID, key room.PortalKeyID) (room.Voucher, error) {
	return again(ctx, s, away, func() (room.Voucher, error) { return s.Store.Voucher(ctx, portal, key) })
}

// TakeToken is [Store.TakeToken]. A second try could find the first one's note,
// and take the token for a used one: the portal makes another.
func (s Steady) TakeToken(ctx context.Context, v room.Voucher, jti string, expires time.Time) (bool, error) {
	return again(ctx, s, unsent, func() (bool, error) { return s.Store.TakeToken(ctx, v, jti, expires) })
}

// CreateEmbedToken is [Store.CreateEmbedToken]. One of a lost attempt is
// nobody's: it was not told.
func (s Steady) CreateEmbedToken(ctx context.Context, ws room.WorkspaceID, portal room.PortalID, v room.Vouched, life time.Duration) (string, time.Time, error) {
	type made struct {
		token   string
		expires time.Time
	}
	m, err := again(ctx, s, away, func() (m made, err error) {
		m.token, m.expires, err = s.Store.CreateEmbedToken(ctx, ws, portal, v, life)
		return m, err
	})
	return m.token, m.expires, err
}

// TakeEmbedToken is [Store.TakeEmbedToken].
func (s Steady) TakeEmbedToken(ctx context.Context, token string) (room.Voucher, room.Vouched, error) {
	type taken struct {
		by  room.Voucher
		who room.Vouched
	}
	t, err := again(ctx, s, unsent, func() (t taken, err error) {
		t.by, t.who, err = s.Store.TakeEmbedToken(ctx, token)
		return t, err
	})
	return t.by, t.who, err
}

// Known is [Store.Known].
func (s Steady) Known(ctx context.Context, v room.Voucher, who room.Vouched) (room.Known, error) {
	return again(ctx, s, away, func() (room.Known, error) { return s.Store.Known(ctx, v, who) })
}

// SetKnownAccess is [Store.SetKnownAccess].
func (s Steady) SetKnownAccess(ctx context.Context, v room.Voucher, who room.Vouched) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.SetKnownAccess(ctx, v, who) })
	return err
}

// CreateEmbedSession is [Store.CreateEmbedSession]. A session that was made in a
// lost attempt is nobody's: its token was not told.
func (s Steady) CreateEmbedSession(ctx context.Context, v room.Voucher, f room.Framed) (string, room.Grant, error) {
	type made struct {
		token string
		grant room.Grant
	}
	m, err := again(ctx, s, away, func() (m made, err error) {
		m.token, m.grant, err = s.Store.CreateEmbedSession(ctx, v, f)
		return m, err
	})
	return m.token, m.grant, err
}

// ExtendEmbedSession is [Store.ExtendEmbedSession].
func (s Steady) ExtendEmbedSession(ctx context.Context, token string, v room.Voucher, f room.Framed) (bool, error) {
	return again(ctx, s, away, func() (bool, error) { return s.Store.ExtendEmbedSession(ctx, token, v, f) })
}

// CreateHandover is [Store.CreateHandover]. A token of a lost attempt is nobody's:
// it was not told.
func (s Steady) CreateHandover(ctx context.Context, id room.SessionID, watch bool, life time.Duration) (string, error) {
	return again(ctx, s, away, func() (string, error) { return s.Store.CreateHandover(ctx, id, watch, life) })
}

// TakeHandover is [Store.TakeHandover].
func (s Steady) TakeHandover(ctx context.Context, token string) (string, room.Grant, error) {
	type taken struct {
		session string
		grant   room.Grant
	}
	t, err := again(ctx, s, unsent, func() (t taken, err error) {
		t.session, t.grant, err = s.Store.TakeHandover(ctx, token)
		return t, err
	})
	return t.session, t.grant, err
}
