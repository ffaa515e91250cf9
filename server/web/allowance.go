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
	// costlyPerSecond bounds what folds a log or loads a plan, per session: a
	// person stepping through time needs less.
	costlyPerSecond = 5
	costlyBurst     = 20
	// arrivalsPerMinute bounds the people who come by one link: a whole team may
	// arrive at once, a script may not fill the room.
	arrivalsPerMinute = 20
	arrivalsBurst     = 30
	// signInsPerHour bounds the codes that one network address asks for: an office
	// behind one address signs in, a script does not mail the world.
	signInsPerHour = 60
	signInsBurst   = 20
	// verifiesPerMinute bounds the codes and links that one network address shows.
	verifiesPerMinute = 30
	verifiesBurst     = 30
	// keptAllowances bounds the memory, however many callers there are: twice as many
	// are kept at most.
	keptAllowances = 10_000
)

// allowances bounds how often each caller does one thing over HTTP. Callers are
// told apart by a key: a session, a link. It is safe for concurrent use.
type allowances struct {
	rate    rate.Limit // 0: no bound
	burst   int
	message string

	mu sync.Mutex // guards the fields below
	// Those that were used since there were keptAllowances of them the last time, and
	// those that were used before that and not since. The latter are dropped next:
	// who comes from ever new addresses is not bounded by address anyway, and must
	// neither fill the memory nor keep others out.
	recent, earlier map[string]*rate.Limiter
}

func newAllowances(limit rate.Limit, burst int, message string) *allowances {
	return &allowances{rate: limit, burst: burst, message: message, recent: map[string]*rate.Limiter{}}
}

// opAllowances bounds ops by session, so that HTTP is no way around the
// socket's bound.
func opAllowances(perSecond int) *allowances {
	return newAllowances(rate.Limit(perSecond), burstOf*perSecond, "too many ops at once; send this one again in a moment")
}

// costlyAllowances bounds what folds a log or loads a plan, by session. Without
// a bound on ops there is none here either: that setting is for measuring.
func costlyAllowances(opsPerSecond int) *allowances {
	return newAllowances(unlessOff(costlyPerSecond, opsPerSecond), costlyBurst, "too many of these at once; ask again in a moment")
}

// arrivalAllowances bounds who comes in with a name, by link.
func arrivalAllowances(opsPerSecond int) *allowances {
	return newAllowances(unlessOff(arrivalsPerMinute/60.0, opsPerSecond), arrivalsBurst, "many people are coming in by this link; try again in a moment")
}

// signInAllowances bounds asking for codes, by network address.
func signInAllowances(opsPerSecond int) *allowances {
	return newAllowances(unlessOff(signInsPerHour/3600.0, opsPerSecond), signInsBurst, "too many codes were asked for from your network; try again in a minute")
}

// verifyAllowances bounds showing codes and links, by network address.
func verifyAllowances(opsPerSecond int) *allowances {
	return newAllowances(unlessOff(verifiesPerMinute/60.0, opsPerSecond), verifiesBurst, "too many tries from your network; try again in a moment")
}

func unlessOff(limit rate.Limit, opsPerSecond int) rate.Limit {
	if opsPerSecond == 0 {
		return 0
	}
	return limit
}

// take uses up one of the key's allowance, or says when to try again. The
// workspace's own key has no session, "", and no bound.
func (a *allowances) take(key string, now time.Time) error {
	if a.rate == 0 || key == "" {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.limiterLocked(key).AllowN(now, 1) {
		return nil
	}
	wait := time.Duration(float64(time.Second) / float64(a.rate))
	return &room.Error{Code: room.Busy, Message: a.message, RetryMS: max(1, int(wait.Milliseconds()))}
}

// give gives back what was taken for something that turned out to be no try.
func (a *allowances) give(key string, now time.Time) {
	if a.rate == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.limiterLocked(key).AllowN(now, -1)
}

func (a *allowances) limiterLocked(key string) *rate.Limiter {
	l := a.recent[key]
	if l != nil {
		return l
	}
	if l = a.earlier[key]; l == nil {
		l = rate.NewLimiter(a.rate, a.burst)
	}
	if len(a.recent) >= keptAllowances {
		a.earlier, a.recent = a.recent, map[string]*rate.Limiter{}
	}
	a.recent[key] = l
	return l
}
