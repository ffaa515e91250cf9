package realtime

import (
	"context"
	"fmt"
	"slices"
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

	mu   sync.Mutex              // guards the field below
	kept map[string]keptSnapshot // by the streams; one each, however fast revs go by
}

// keptSnapshot is what was read of some streams when they stood at.
type keptSnapshot struct {
	at   string
	list []room.StreamSnapshot
}

// read returns the streams' states, shared with others and not to be changed,
// and the client's own seqs. The seqs are read no earlier than the states: an op
// that became a commit in between is among the commits that follow.
func (c *snapshotCache) read(r *liveRoom, streams []room.Stream, client room.ClientID) (list []room.StreamSnapshot, from string, err error) {
	of, at := r.snapshotKey(streams)
	from = fromCache
	v, err, _ := c.reading.Do(of+at, func() (any, error) { return c.fetch(r, streams, of, at, &from) })
	if err != nil {
		return nil, from, err
	}
	list = slices.Clone(v.([]room.StreamSnapshot))
	seqs, err := r.seqs(streams, client)
	if err != nil {
		return nil, from, err
	}
	for i := range list {
		list[i].Seq = seqs[list[i].Stream]
	}
	return list, from, nil
}

// fetch reads the streams unless somebody has just done so, and says in from
// when it did.
func (c *snapshotCache) fetch(r *liveRoom, streams []room.Stream, of, at string, from *string) (list []room.StreamSnapshot, err error) {
	c.mu.Lock()
	kept := c.kept[of]
	c.mu.Unlock()
	if kept.at == at {
		return kept.list, nil
	}
	*from = fromSnapshot
	err = r.hub.read(r.id, func(ctx context.Context) (err error) {
		list, err = r.hub.store.Snapshot(ctx, r.id, streams, "")
		return err
	})
	if err == nil {
		c.keep(of, at, list)
	}
	return list, err
}

func (c *snapshotCache) keep(of, at string, list []room.StreamSnapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string]keptSnapshot{}
	}
	c.kept[of] = keptSnapshot{at, list}
	time.AfterFunc(snapshotKept, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.kept[of].at == at {
			delete(c.kept, of)
		}
	})
}

// SharedSnapshot returns what a member who joins now would get of a stream, and false
// when the room is not loaded here or has not come to rev yet: then the store is
// to be asked.
func (h *Hub) SharedSnapshot(_ context.Context, id room.ID, stream room.Stream, client room.ClientID, rev room.Rev) (room.StreamSnapshot, bool, error) {
	h.mu.Lock()
	r := h.rooms[id]
	if r != nil {
		r.refs++
		r.uses++
	}
	h.mu.Unlock()
	if r == nil {
		return room.StreamSnapshot{}, false, nil
	}
	defer h.release(r)
	<-r.ready
	if r.err != nil {
		return room.StreamSnapshot{}, false, nil
	}
	if _, last, _ := r.channels[streamIndex(stream)].head(); last < rev {
		return room.StreamSnapshot{}, false, nil
	}
	list, _, err := r.cache.read(r, []room.Stream{stream}, client)
	if err != nil || len(list) != 1 {
		return room.StreamSnapshot{}, false, err
	}
	return list[0], list[0].Rev >= rev, nil
}

// snapshotKey names the streams, and the revs this server has heard of. At a later
// rev it is read again, so nobody is given less than is known here.
func (r *liveRoom) snapshotKey(streams []room.Stream) (of, at string) {
	for _, s := range streams {
		epoch, last, _ := r.channels[streamIndex(s)].head()
		of += string(s) + ";"
		at += fmt.Sprintf("%s %d;", epoch, last)
	}
	return of, at
}
