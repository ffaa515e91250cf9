package postgres

import (
	"context"
	"time"

	"parley/room"
)

// CreateFeed is [Store.CreateFeed].
func (s Steady) CreateFeed(ctx context.Context, n room.NewFeed) (room.Feed, string, error) {
	type made struct {
		feed  room.Feed
		token string
	}
	m, err := again(ctx, s, unsent, func() (m made, err error) {
		m.feed, m.token, err = s.Store.CreateFeed(ctx, n)
		return m, err
	})
	return m.feed, m.token, err
}

// FeedByToken is [Store.FeedByToken].
func (s Steady) FeedByToken(ctx context.Context, token string) (room.Feed, error) {
	return again(ctx, s, away, func() (room.Feed, error) { return s.Store.FeedByToken(ctx, token) })
}

// Feeds is [Store.Feeds].
func (s Steady) Feeds(ctx context.Context, of room.FeedsOf) ([]room.Feed, error) {
	return again(ctx, s, away, func() ([]room.Feed, error) { return s.Store.Feeds(ctx, of) })
}

// CalendarRooms is [Store.CalendarRooms].
func (s Steady) CalendarRooms(ctx context.Context, ws room.WorkspaceID, account room.AccountID) ([]room.Seated, error) {
	return again(ctx, s, away, func() ([]room.Seated, error) { return s.Store.CalendarRooms(ctx, ws, account) })
}

// EndFeed is [Store.EndFeed]: ending twice is ending once.
func (s Steady) EndFeed(ctx context.Context, of room.FeedsOf, id room.FeedID) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.EndFeed(ctx, of, id) })
	return err
}

// RevokeFeed is [Store.RevokeFeed]: ending twice is ending once.
func (s Steady) RevokeFeed(ctx context.Context, token string) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.RevokeFeed(ctx, token) })
	return err
}

// AskUpdates is [Store.AskUpdates].
func (s Steady) AskUpdates(ctx context.Context, l room.Link, email, every string) (room.Subscription, string, error) {
	type asked struct {
		sub   room.Subscription
		token string
	}
	a, err := again(ctx, s, unsent, func() (a asked, err error) {
		a.sub, a.token, err = s.Store.AskUpdates(ctx, l, email, every)
		return a, err
	})
	return a.sub, a.token, err
}

// SubscriptionByToken is [Store.SubscriptionByToken].
func (s Steady) SubscriptionByToken(ctx context.Context, token string) (room.Subscription, error) {
	return again(ctx, s, away, func() (room.Subscription, error) { return s.Store.SubscriptionByToken(ctx, token) })
}

// ConfirmUpdates is [Store.ConfirmUpdates]: confirming twice is confirming once.
func (s Steady) ConfirmUpdates(ctx context.Context, token string) (room.Subscription, error) {
	return again(ctx, s, away, func() (room.Subscription, error) { return s.Store.ConfirmUpdates(ctx, token) })
}

// EndUpdates is [Store.EndUpdates]: ending twice is ending once.
func (s Steady) EndUpdates(ctx context.Context, token string) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.EndUpdates(ctx, token) })
	return err
}

// DueUpdates is [Store.DueUpdates].
func (s Steady) DueUpdates(ctx context.Context, now time.Time, limit int) ([]room.Subscription, error) {
	return again(ctx, s, unsent, func() ([]room.Subscription, error) { return s.Store.DueUpdates(ctx, now, limit) })
}

// MintMail is [Store.MintMail]. A token of a lost attempt is nobody's.
func (s Steady) MintMail(ctx context.Context, id room.SubscriptionID) (string, error) {
	return again(ctx, s, away, func() (string, error) { return s.Store.MintMail(ctx, id) })
}

// ToldUpdates is [Store.ToldUpdates]: noting twice is noting once.
func (s Steady) ToldUpdates(ctx context.Context, id room.SubscriptionID, rev room.Rev) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.ToldUpdates(ctx, id, rev) })
	return err
}
