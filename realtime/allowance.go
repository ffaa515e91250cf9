package realtime

import (
	"time"

	"golang.org/x/time/rate"
)

// allowance bounds what one socket may send. It is made when first needed: most
// sockets only read.
type allowance struct {
	ops   *rate.Limiter // nil until the first op, or for ever without an allowance
	flood *rate.Limiter // everything that is not an accepted op
	joins *rate.Limiter
	// until is when the client was told to come back; strikes counts how often it
	// came earlier, with the very op that was told to wait.
	until   time.Time
	strikes int
}

const (
	// burstFactor: a paste or a drag may send four seconds' ops at once.
	burstFactor = 4
	// retryTokens is how many ops the allowance has again when retry_ms is over:
	// enough that a client with a queue does not come back for each op.
	retryTokens = 8
	// minRetry keeps a refused client from coming back before its other ops in
	// flight have been answered.
	minRetry = 100 * time.Millisecond
	// maxStrikes: see P14.
	maxStrikes = 10
	// floodFactor: how far above its allowance a socket may be refused politely.
	floodFactor = 10
)

// takeOp reports whether an op may be processed now, or after how long.
func (a *allowance) takeOp(perSecond float64) (wait time.Duration, ok bool) {
	if perSecond <= 0 {
		return 0, true
	}
	if a.ops == nil {
		a.ops = rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond*burstFactor)))
	}
	if a.ops.Allow() {
		a.strikes = 0
		return 0, true
	}
	wait = time.Duration(retryTokens / perSecond * float64(time.Second))
	return max(wait, minRetry), false
}

// early notes that an op which was told to wait is here again, and reports
// whether it ignored that once too often.
func (a *allowance) early(now time.Time) (tooOften bool) {
	if now.After(a.until.Add(-minRetry / 4)) { // a client's timer may be a little fast
		return false
	}
	a.strikes++
	return a.strikes >= maxStrikes
}

// takeOther reports whether the socket may send another frame that is no
// accepted op. False ends it.
func (a *allowance) takeOther(perSecond float64) bool {
	if a.flood == nil {
		limit := max(perSecond, 50) * floodFactor
		a.flood = rate.NewLimiter(rate.Limit(limit), int(limit*burstFactor))
	}
	return a.flood.Allow()
}

// Joins beyond these wait: each may read a snapshot.
const (
	joinsPerSecond = 2
	joinsBurst     = 10
)

func (a *allowance) joinLimiter() *rate.Limiter {
	if a.joins == nil {
		a.joins = rate.NewLimiter(joinsPerSecond, joinsBurst)
	}
	return a.joins
}
