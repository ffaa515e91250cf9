package postgres

import (
	"context"

	"parley/room"
)

// NewTrip is [Store.NewTrip]. One of a lost attempt is nobody's.
func (s Steady) NewTrip(ctx context.Context, next string) (string, error) {
	return again(ctx, s, away, func() (string, error) { return s.Store.NewTrip(ctx, next) })
}

// EndTrip is [Store.EndTrip]: one whose answer was lost is over.
func (s Steady) EndTrip(ctx context.Context, secret string) (string, error) {
	return again(ctx, s, unsent, func() (string, error) { return s.Store.EndTrip(ctx, secret) })
}

// SignInAs is [Store.SignInAs]. A session of a lost attempt is nobody's, and an
// identity that it noted is the same again.
func (s Steady) SignInAs(ctx context.Context, who room.Identity, source string, n room.SignIn) (string, room.Seat, error) {
	m, err := again(ctx, s, away, func() (m signedIn, err error) {
		m.token, m.seat, err = s.Store.SignInAs(ctx, who, source, n)
		return m, err
	})
	return m.token, m.seat, err
}
