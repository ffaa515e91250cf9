package realtime

import (
	"maps"
	"slices"
	"time"
)

// A room that thousands watch costs those who edit it as little as an empty one:
// a large audience is brought up to date a slice at a time, within a second, and
// not with every commit. Each member of it gets all commits, some later.

const (
	// smallAudience is how many watchers get every commit at once: as many sockets
	// as take a few milliseconds to write.
	smallAudience = 1000
	// audienceSlice is how many are written to at a time, unless a round would then
	// take longer than audienceRound.
	audienceSlice = 100
	audienceRound = time.Second
	// audienceStep is between two slices of it. A slice of ten thousand is written
	// in a few milliseconds, and an op that comes meanwhile waits for one at most.
	audienceStep = 10 * time.Millisecond
)

// paceAudience wakes the watchers of a channel, spread over a round. Whoever is up
// to date already writes nothing.
func (r *liveRoom) paceAudience(c *channel) {
	watchers := c.audience()
	const steps = int(audienceRound / audienceStep)
	size := max(audienceSlice, (len(watchers)+steps-1)/steps)
	for len(watchers) > 0 {
		n := min(size, len(watchers))
		var woken shares
		for _, s := range watchers[:n] {
			woken.wake(s)
		}
		woken.write()
		if watchers = watchers[n:]; !r.hub.sleep(audienceStep) {
			return // the hub ends
		}
	}
}

// audience lists the watchers.
func (c *channel) audience() []*session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Keys(c.watchers))
}
