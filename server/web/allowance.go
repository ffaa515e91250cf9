package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"parley/room"
)

const (
	// burstOf is how many seconds' worth of ops may come at once, as on a socket.
	burstOf = 4
	// keptAllowances bounds the memory: above it, those that are full again are
	// dropped, which changes nothing for their senders.
	keptAllowances = 10_000
)

// allowances bounds the ops that each session sends over HTTP, so that this way
// in is not wider than the socket. It is safe for concurrent use.
type allowances struct {
	perSecond rate.Limit // 0: no bound

	mu        sync.Mutex // guards the field below
	bySession map[room.SessionID]*rate.Limiter
}

func newAllowances(perSecond int) *allowances {
	return &allowances{perSecond: rate.Limit(perSecond), bySession: map[room.SessionID]*rate.Limiter{}}
}

// take uses up one op of the session's allowance, or says when to try again.
// The workspace's own key has no session and no bound.
func (a *allowances) take(id room.SessionID, now time.Time) error {
	if a.perSecond == 0 || id == "" {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.bySession[id]
	if l == nil {
		a.sweepLocked(now)
		l = rate.NewLimiter(a.perSecond, burstOf*int(a.perSecond))
		a.bySession[id] = l
	}
	if l.AllowN(now, 1) {
		return nil
	}
	wait := time.Duration(float64(time.Second) / float64(a.perSecond))
	return &room.Error{
		Code: room.Busy, Message: "too many ops at once; send this one again in a moment",
		RetryMS: max(1, int(wait.Milliseconds())),
	}
}

func (a *allowances) sweepLocked(now time.Time) {
	if len(a.bySession) < keptAllowances {
		return
	}
	for id, l := range a.bySession {
		if l.TokensAt(now) >= float64(l.Burst()) {
			delete(a.bySession, id)
		}
	}
}
