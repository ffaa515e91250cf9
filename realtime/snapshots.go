package realtime

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"parley/room"
)

// snapshotKept is how long a snapshot serves others: long enough for everybody
// who comes back at once, too short to matter for memory.
const snapshotKept = 2 * time.Second

// snapshotCache shares what one member's join read with those who come at the
// same time. Reading and encoding a plan is the costliest part of a join, and
// after a restart a whole room joins at once.
type snapshotCache struct {
	reading singleflight.Group

	mu   sync.Mutex // guards the field below
	kept map[string][]room.StreamSnapshot
}

// read returns the streams' states, shared with others and not to be changed,
// and the client's own seqs. The seqs are read no earlier than the states: an op
// that became a commit in between is among the commits that follow.
func (c *snapshotCache) read(r *liveRoom, streams []room.Stream, client room.ClientID) ([]room.StreamSnapshot, error) {
	key := r.snapshotKey(streams)
	v, err, _ := c.reading.Do(key, func() (any, error) { return c.fetch(r, streams, key) })
	if err != nil {
		return nil, err
	}
	list := slices.Clone(v.([]room.StreamSnapshot))
	seqs, err := r.seqs(streams, client)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Seq = seqs[list[i].Stream]
	}
	return list, nil
}

func (c *snapshotCache) fetch(r *liveRoom, streams []room.Stream, key string) (list []room.StreamSnapshot, err error) {
	c.mu.Lock()
	list = c.kept[key]
	c.mu.Unlock()
	if list != nil {
		return list, nil
	}
	err = r.hub.read(func(ctx context.Context) (err error) {
		list, err = r.hub.store.Snapshot(ctx, r.id, streams, "")
		return err
	})
	if err == nil {
		c.keep(key, list)
	}
	return list, err
}

func (c *snapshotCache) keep(key string, list []room.StreamSnapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string][]room.StreamSnapshot{}
	}
	c.kept[key] = list
	time.AfterFunc(snapshotKept, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.kept, key)
	})
}

// snapshotKey names the streams at the revs this server has heard of. A later
// rev is another key, so nobody is given less than is known here.
func (r *liveRoom) snapshotKey(streams []room.Stream) string {
	var key strings.Builder
	for _, s := range streams {
		epoch, last, _ := r.channels[streamIndex(s)].head()
		fmt.Fprintf(&key, "%s %s %d;", s, epoch, last)
	}
	return key.String()
}
