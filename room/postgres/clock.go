package postgres

import (
	"context"
	"time"
)

const (
	// clockKept is how long it is reckoned on from what the database said last.
	clockKept = time.Minute
	// clockJump is from when on a wall clock that did not go as the monotonic one
	// did was set, or the machine slept.
	clockJump = time.Second
)

// clock is the database's, as of an answer of its.
type clock struct {
	said  time.Time // by the database …
	heard time.Time // … and when that came here
}

// now is never ahead of the database's clock, and behind it by the time that the
// answer took to come.
func (c clock) now() time.Time { return c.said.Add(time.Since(c.heard)) }

// ahead is by how much this server's wall clock was ahead of the database's.
func (c clock) ahead() time.Duration { return c.heard.Round(0).Sub(c.said) }

// holds reports whether it may still be reckoned on from the answer.
func (c clock) holds() bool {
	now := time.Now()
	passed := now.Sub(c.heard)
	return passed < clockKept && (now.Round(0).Sub(c.heard.Round(0))-passed).Abs() < clockJump
}

// Now is the time by the database's clock. All servers share it, and links,
// sessions and keys end by it: a server's own may be wrong, and may be set while
// it runs. The database is asked once a minute.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	if c := s.heard.Load(); c != nil && c.holds() {
		return c.now(), nil
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	var c clock
	if err := s.pool.QueryRow(ctx, `select clock_timestamp()`).Scan(&c.said); err != nil {
		return time.Time{}, wrap(err, "asking the database for the time")
	}
	c.heard = time.Now()
	s.heard.Store(&c)
	return c.now(), nil
}

// ClockAhead is by how much the server's wall clock was ahead of the database's
// when it was asked last; zero before.
func (s *Store) ClockAhead() time.Duration {
	c := s.heard.Load()
	if c == nil {
		return 0
	}
	return c.ahead()
}
