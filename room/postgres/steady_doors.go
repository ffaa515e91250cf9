package postgres

import (
	"context"

	"parley/room"
)

// ChangeLink is [Store.ChangeLink]: changing twice is changing once.
func (s Steady) ChangeLink(ctx context.Context, ws room.WorkspaceID, id room.LinkID, c room.LinkChange) (room.Link, error) {
	return again(ctx, s, away, func() (room.Link, error) { return s.Store.ChangeLink(ctx, ws, id, c) })
}

// LinkPeople is [Store.LinkPeople].
func (s Steady) LinkPeople(ctx context.Context, id room.LinkID) ([]room.RecordID, error) {
	return again(ctx, s, away, func() ([]room.RecordID, error) { return s.Store.LinkPeople(ctx, id) })
}

// Spend is [Store.Spend].
func (s Steady) Spend(ctx context.Context, id room.LinkID, budgets ...room.Budget) error {
	return s.once(ctx, func() error { return s.Store.Spend(ctx, id, budgets...) })
}

// Refund is [Store.Refund].
func (s Steady) Refund(ctx context.Context, id room.LinkID, b room.Budget) error {
	return s.once(ctx, func() error { return s.Store.Refund(ctx, id, b) })
}

// NewCode is [Store.NewCode]. One that was kept in a lost attempt is nobody's.
func (s Steady) NewCode(ctx context.Context, l room.Link, token string, session room.SessionID, email, code string) (room.CodeID, error) {
	return again(ctx, s, away, func() (room.CodeID, error) { return s.Store.NewCode(ctx, l, token, session, email, code) })
}

// UseCode is [Store.UseCode].
func (s Steady) UseCode(ctx context.Context, l room.Link, token string, session room.SessionID, id room.CodeID, email, code string, b room.Budget) (bool, error) {
	return again(ctx, s, unsent, func() (bool, error) { return s.Store.UseCode(ctx, l, token, session, id, email, code, b) })
}

// Visitor is [Store.Visitor].
func (s Steady) Visitor(ctx context.Context, id room.SessionID) (room.Visitor, error) {
	return again(ctx, s, away, func() (room.Visitor, error) { return s.Store.Visitor(ctx, id) })
}

// Verify is [Store.Verify]: verifying twice is verifying once.
func (s Steady) Verify(ctx context.Context, id room.SessionID, email string) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.Verify(ctx, id, email) })
	return err
}

// KnownVisitor is [Store.KnownVisitor].
func (s Steady) KnownVisitor(ctx context.Context, l room.Link, email string) (room.RecordID, error) {
	return again(ctx, s, away, func() (room.RecordID, error) { return s.Store.KnownVisitor(ctx, l, email) })
}

// CountView is [Store.CountView]: the second time within a minute changes nothing.
func (s Steady) CountView(ctx context.Context, id room.SessionID) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.CountView(ctx, id) })
	return err
}

// AskAccess is [Store.AskAccess]: asking twice is asking once.
func (s Steady) AskAccess(ctx context.Context, l room.Link, v room.Visitor, message string) (bool, error) {
	return again(ctx, s, away, func() (bool, error) { return s.Store.AskAccess(ctx, l, v, message) })
}

// AccessRequests is [Store.AccessRequests].
func (s Steady) AccessRequests(ctx context.Context, ws room.WorkspaceID, id room.ID) ([]room.AccessRequest, error) {
	return again(ctx, s, away, func() ([]room.AccessRequest, error) { return s.Store.AccessRequests(ctx, ws, id) })
}

// AccessRequest is [Store.AccessRequest].
func (s Steady) AccessRequest(ctx context.Context, ws room.WorkspaceID, id room.ID, request room.RequestID) (room.AccessRequest, error) {
	return again(ctx, s, away, func() (room.AccessRequest, error) { return s.Store.AccessRequest(ctx, ws, id, request) })
}

// DecideAccess is [Store.DecideAccess].
func (s Steady) DecideAccess(ctx context.Context, ws room.WorkspaceID, id room.ID, request room.RequestID, by room.RecordID, granted bool) (room.AccessRequest, error) {
	return again(ctx, s, unsent, func() (room.AccessRequest, error) {
		return s.Store.DecideAccess(ctx, ws, id, request, by, granted)
	})
}

// once makes attempts while the database has not been told.
func (s Steady) once(ctx context.Context, try func() error) error {
	_, err := again(ctx, s, unsent, func() (struct{}, error) { return struct{}{}, try() })
	return err
}
