package postgres

import (
	"context"
	"time"

	"parley/room"
)

// signedIn is what signing in gives.
type signedIn struct {
	token string
	seat  room.Seat
}

// Seat is [Store.Seat].
func (s Steady) Seat(ctx context.Context, token string) (room.Seat, error) {
	return again(ctx, s, away, func() (room.Seat, error) { return s.Store.Seat(ctx, token) })
}

// SignIn is [Store.SignIn]. A session that was made in a lost attempt is
// nobody's: its token was not told.
func (s Steady) SignIn(ctx context.Context, n room.SignIn) (string, room.Seat, error) {
	m, err := again(ctx, s, away, func() (m signedIn, err error) {
		m.token, m.seat, err = s.Store.SignIn(ctx, n)
		return m, err
	})
	return m.token, m.seat, err
}

// NewTicket is [Store.NewTicket]. One of a lost attempt counts, and is nobody's.
func (s Steady) NewTicket(ctx context.Context, email, source string, signup bool) (room.Ticket, error) {
	return again(ctx, s, away, func() (room.Ticket, error) { return s.Store.NewTicket(ctx, email, source, signup) })
}

// NewSignInLink is [Store.NewSignInLink].
func (s Steady) NewSignInLink(ctx context.Context, email string, life time.Duration) (string, error) {
	return again(ctx, s, away, func() (string, error) { return s.Store.NewSignInLink(ctx, email, life) })
}

// SignInByCode is [Store.SignInByCode]: a try whose answer was lost is counted.
func (s Steady) SignInByCode(ctx context.Context, ticket, code, source string, n room.SignIn) (string, room.Seat, error) {
	m, err := again(ctx, s, unsent, func() (m signedIn, err error) {
		m.token, m.seat, err = s.Store.SignInByCode(ctx, ticket, code, source, n)
		return m, err
	})
	return m.token, m.seat, err
}

// SignInByLink is [Store.SignInByLink].
func (s Steady) SignInByLink(ctx context.Context, link string, n room.SignIn) (string, room.Seat, error) {
	m, err := again(ctx, s, unsent, func() (m signedIn, err error) {
		m.token, m.seat, err = s.Store.SignInByLink(ctx, link, n)
		return m, err
	})
	return m.token, m.seat, err
}

// AccountSessions is [Store.AccountSessions].
func (s Steady) AccountSessions(ctx context.Context, account room.AccountID) ([]room.AccountSession, error) {
	return again(ctx, s, away, func() ([]room.AccountSession, error) { return s.Store.AccountSessions(ctx, account) })
}

// EndAccountSession is [Store.EndAccountSession]: ending twice is ending once.
func (s Steady) EndAccountSession(ctx context.Context, account room.AccountID, id room.AccountSessionID) ([]room.ID, error) {
	return again(ctx, s, away, func() ([]room.ID, error) { return s.Store.EndAccountSession(ctx, account, id) })
}

// EndAccountSessions is [Store.EndAccountSessions].
func (s Steady) EndAccountSessions(ctx context.Context, account room.AccountID, but room.AccountSessionID) ([]room.ID, error) {
	return again(ctx, s, away, func() ([]room.ID, error) { return s.Store.EndAccountSessions(ctx, account, but) })
}

// Members is [Store.Members].
func (s Steady) Members(ctx context.Context, ws room.WorkspaceID) ([]room.WorkspaceMember, error) {
	return again(ctx, s, away, func() ([]room.WorkspaceMember, error) { return s.Store.Members(ctx, ws) })
}

// Member is [Store.Member].
func (s Steady) Member(ctx context.Context, ws room.WorkspaceID, account room.AccountID) (room.WorkspaceMember, error) {
	return again(ctx, s, away, func() (room.WorkspaceMember, error) { return s.Store.Member(ctx, ws, account) })
}

// AddMember is [Store.AddMember].
func (s Steady) AddMember(ctx context.Context, ws room.WorkspaceID, email, name string, role room.Role) (room.WorkspaceMember, error) {
	return again(ctx, s, unsent, func() (room.WorkspaceMember, error) { return s.Store.AddMember(ctx, ws, email, name, role) })
}

// SetRole is [Store.SetRole]: setting twice is setting once.
func (s Steady) SetRole(ctx context.Context, ws room.WorkspaceID, account room.AccountID, role room.Role) (room.WorkspaceMember, error) {
	return again(ctx, s, away, func() (room.WorkspaceMember, error) { return s.Store.SetRole(ctx, ws, account, role) })
}

// RemoveMember is [Store.RemoveMember].
func (s Steady) RemoveMember(ctx context.Context, ws room.WorkspaceID, account room.AccountID) ([]room.ID, error) {
	return again(ctx, s, unsent, func() ([]room.ID, error) { return s.Store.RemoveMember(ctx, ws, account) })
}

// EnsureOwner is [Store.EnsureOwner].
func (s Steady) EnsureOwner(ctx context.Context, ws room.WorkspaceID, email, name string) (room.WorkspaceMember, error) {
	return again(ctx, s, away, func() (room.WorkspaceMember, error) { return s.Store.EnsureOwner(ctx, ws, email, name) })
}

// Seated is [Store.Seated].
func (s Steady) Seated(ctx context.Context, seat room.Seat, id room.ID) (room.Seated, error) {
	return again(ctx, s, away, func() (room.Seated, error) { return s.Store.Seated(ctx, seat, id) })
}

// SeatedIn is [Store.SeatedIn].
func (s Steady) SeatedIn(ctx context.Context, ws room.WorkspaceID, account room.AccountID) ([]room.Seated, error) {
	return again(ctx, s, away, func() ([]room.Seated, error) { return s.Store.SeatedIn(ctx, ws, account) })
}

// SeatParticipant is [Store.SeatParticipant].
func (s Steady) SeatParticipant(ctx context.Context, ws room.WorkspaceID, account room.AccountID, in room.Seated) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.SeatParticipant(ctx, ws, account, in) })
	return err
}

// CreateMemberSession is [Store.CreateMemberSession], as [Steady.CreateSession].
func (s Steady) CreateMemberSession(ctx context.Context, seat room.Seat, in room.Seated) (string, room.Grant, error) {
	type made struct {
		token string
		grant room.Grant
	}
	m, err := again(ctx, s, away, func() (m made, err error) {
		m.token, m.grant, err = s.Store.CreateMemberSession(ctx, seat, in)
		return m, err
	})
	return m.token, m.grant, err
}

// CreateKey is [Store.CreateKey].
func (s Steady) CreateKey(ctx context.Context, k room.APIKey) (room.APIKey, string, error) {
	type made struct {
		key   room.APIKey
		token string
	}
	m, err := again(ctx, s, unsent, func() (m made, err error) {
		m.key, m.token, err = s.Store.CreateKey(ctx, k)
		return m, err
	})
	return m.key, m.token, err
}

// Keys is [Store.Keys].
func (s Steady) Keys(ctx context.Context, ws room.WorkspaceID) ([]room.APIKey, error) {
	return again(ctx, s, away, func() ([]room.APIKey, error) { return s.Store.Keys(ctx, ws) })
}

// KeyByToken is [Store.KeyByToken].
func (s Steady) KeyByToken(ctx context.Context, token string) (room.APIKey, error) {
	return again(ctx, s, away, func() (room.APIKey, error) { return s.Store.KeyByToken(ctx, token) })
}

// RevokeKey is [Store.RevokeKey]: revoking twice is revoking once.
func (s Steady) RevokeKey(ctx context.Context, ws room.WorkspaceID, id room.KeyID) (room.APIKey, error) {
	return again(ctx, s, away, func() (room.APIKey, error) { return s.Store.RevokeKey(ctx, ws, id) })
}

// Audit is [Store.Audit].
func (s Steady) Audit(ctx context.Context, e room.AuditEvent) error {
	_, err := again(ctx, s, unsent, func() (struct{}, error) { return struct{}{}, s.Store.Audit(ctx, e) })
	return err
}

// AuditEvents is [Store.AuditEvents].
func (s Steady) AuditEvents(ctx context.Context, ws room.WorkspaceID, before int64, limit int) ([]room.AuditEvent, error) {
	return again(ctx, s, away, func() ([]room.AuditEvent, error) { return s.Store.AuditEvents(ctx, ws, before, limit) })
}

// EndMemberSessions is [Store.EndMemberSessions].
func (s Steady) EndMemberSessions(ctx context.Context, account room.AccountID, id room.ID) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.EndMemberSessions(ctx, account, id) })
	return err
}

// WorkspacesOf is [Store.WorkspacesOf].
func (s Steady) WorkspacesOf(ctx context.Context, account room.AccountID) ([]room.Workspace, error) {
	return again(ctx, s, away, func() ([]room.Workspace, error) { return s.Store.WorkspacesOf(ctx, account) })
}

// SetName is [Store.SetName]: setting twice is setting once.
func (s Steady) SetName(ctx context.Context, account room.AccountID, name string) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.SetName(ctx, account, name) })
	return err
}
