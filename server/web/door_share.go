package web

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"parley/room"
)

// shares bounds how much of a link's budgets one network address uses up: half
// of each, so that nobody alone keeps the others out of a door. By kind of budget.
type shares map[string]*allowances

func newShares(opsPerSecond int) shares {
	out := shares{}
	for _, b := range []room.Budget{codeGuesses, codesByLink, guesses, requestsByLink} {
		out[b.Kind] = newAllowances(unlessOff(rate.Every(2*b.Every), opsPerSecond), b.Burst/2, b.Message)
	}
	return out
}

// takeShare uses up one of the caller's share of a link's budget.
func (s *server) takeShare(ctx context.Context, link room.Link, b room.Budget) error {
	return s.shares[b.Kind].take(shareKey(ctx, link), time.Now())
}

// giveShare gives it back.
func (s *server) giveShare(ctx context.Context, link room.Link, b room.Budget) {
	s.shares[b.Kind].give(shareKey(ctx, link), time.Now())
}

func shareKey(ctx context.Context, link room.Link) string {
	return string(link.ID) + " " + sourceIn(ctx)
}
