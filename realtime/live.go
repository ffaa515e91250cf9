package realtime

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"parley/room"
)

// liveRoom is a room that this server has members or ops of: its channels, its
// writer and who is present. It is loaded by [Hub.acquire] and unloaded a while
// after the last use.
type liveRoom struct {
	hub      *Hub
	id       room.ID
	channels [len(room.Streams)]*channel
	writer   writer
	presence presence
	records  records
	cache    snapshotCache
	recheck  repeated // reads the sessions' grants again
	check    repeated // compares the position with the store's
	fork     repeated // leaves an epoch in which a rev was given out twice
	repairs  [len(room.Streams)]repeated
	paces    [len(room.Streams)]repeated // bring a large audience up to date

	ready chan struct{} // closed once loaded, or once err is set
	err   error         // why it could not be loaded
	sub   Subscription

	// Guarded by hub.mu.
	refs   int
	uses   int         // counts acquires, so that a late timer does not unload a room in use
	unused *time.Timer // unloads; nil before the first release

	restarts sync.Mutex // one at a time; the channels restart one by one

	mu       sync.Mutex // guards the fields below
	sessions map[*session]struct{}
	watching int // of the sessions, those that only watch
}

func newLiveRoom(h *Hub, id room.ID) *liveRoom {
	r := &liveRoom{hub: h, id: id, ready: make(chan struct{}), sessions: map[*session]struct{}{}}
	r.writer.room = r
	r.presence.init(r)
	r.records.init(r)
	r.recheck.run = r.recheckGrants
	r.check.run = r.checkPosition
	r.fork.run = func() {
		epoch, _, run := r.channels[0].head()
		r.startOver(run, epoch)
	}
	for i, stream := range room.Streams {
		c := &channel{stream: stream, added: r.observe, pace: func() { r.paces[i].start(h) }}
		r.channels[i] = c
		r.paces[i].run = func() { r.paceAudience(c) }
		r.repairs[i].run = func() { r.repair(c) }
	}
	return r
}

// load subscribes first and reads the position afterwards: what happens between
// the two is received, and is either above the position or a duplicate.
func (r *liveRoom) load(ctx context.Context) error {
	sub, err := r.hub.broker.Subscribe(ctx, string(r.id), r)
	if err != nil {
		return err
	}
	head, err := r.hub.head(ctx, r.id)
	if err != nil {
		_ = sub.Close() // the error that counts is the read's
		return err
	}
	r.sub = sub
	for i, stream := range room.Streams {
		// A batch that arrived already belongs to no epoch; the log has it.
		r.channels[i].restart(head.Epoch, head.Revs[stream])
	}
	r.presence.query()
	return nil
}

// unload ends what [liveRoom.load] began. Nobody uses the room any more.
func (r *liveRoom) unload() {
	if err := r.sub.Close(); err != nil {
		r.hub.options.Log.Warn("ending a subscription", slog.String("room", string(r.id)), slog.Any("error", err))
	}
	r.presence.stop()
}

// enter makes s a member of the room, unless the room is full.
func (r *liveRoom) enter(s *session) bool {
	r.mu.Lock()
	if len(r.sessions) >= r.hub.options.MaxMembers || s.watches && r.watching >= r.hub.options.MaxWatchers {
		r.mu.Unlock()
		return false
	}
	r.sessions[s] = struct{}{}
	if s.watches {
		r.watching++
	}
	r.mu.Unlock()
	for i, reads := range s.streams {
		if reads {
			r.channels[i].join(s)
		}
	}
	r.presence.enter(s)
	return true
}

// leave is the inverse of enter, and harmless without it.
func (r *liveRoom) leave(s *session) {
	for i, reads := range s.streams {
		if reads {
			r.channels[i].leave(s)
		}
	}
	r.mu.Lock()
	_, was := r.sessions[s]
	delete(r.sessions, s)
	if was && s.watches {
		r.watching--
	}
	r.mu.Unlock()
	if was {
		r.presence.leave(s)
	}
}

// members returns the present sessions.
func (r *liveRoom) members() []*session {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]*session, 0, len(r.sessions))
	for s := range r.sessions {
		out = append(out, s)
	}
	return out
}

// changesParticipant is how the log's bytes begin a change to a participant.
var changesParticipant = []byte(`"entity":"participant"`)

// observe is told of every batch, under its channel's lock, before the members
// are woken.
func (r *liveRoom) observe(stream room.Stream, b *batch) {
	r.hub.metrics.commits.Add(float64(len(b.cuts)))
	if stream != room.Shared {
		return
	}
	if bytes.Contains(b.frame, changesParticipant) {
		r.recheck.start(r.hub)
	}
	r.records.observe(b)
}

// fresh is a batch that a writer's commits added to a stream.
type fresh struct {
	stream room.Stream
	batch  *batch
}

// addCommits takes in what a writer's transaction returned and returns what was
// new to this server: others may not have it either.
func (r *liveRoom) addCommits(epoch room.Epoch, revs room.Revs, commits []room.Encoded) []fresh {
	var out []fresh
	for i, stream := range room.Streams {
		var bodies []json.RawMessage
		var from room.Rev
		for _, c := range commits {
			if c.Stream != stream {
				continue
			}
			if bodies == nil {
				from = c.Commit.Rev
			}
			bodies = append(bodies, c.Body)
		}
		for _, b := range newBatches(stream, epoch, from, bodies) {
			for _, added := range r.take(r.channels[i], epoch, b) {
				out = append(out, fresh{stream, added})
			}
		}
	}
	if current, _, run := r.channels[0].head(); current != epoch {
		r.restart(run, room.Head{Epoch: epoch, Revs: revs})
	}
	if r.fetchUpTo(revs) { // a batch took effect whose answer was lost, here or elsewhere
		r.hub.publish(r.id, newMessage(messageLook, r.hub.server, 0))
	}
	return out
}

// take adds a batch to a channel and sees to what is missing.
func (r *liveRoom) take(c *channel, epoch room.Epoch, b *batch) []*batch {
	added, result := c.add(epoch, b)
	switch result {
	case hole:
		r.hub.metrics.gaps.WithLabelValues("hole").Inc()
		r.repairs[streamIndex(c.stream)].startAfter(r.hub, repairGrace)
	case otherEpoch:
		r.check.start(r.hub)
	case forked:
		r.hub.metrics.gaps.WithLabelValues("fork").Inc()
		r.fork.start(r.hub)
	case appended, duplicate:
	}
	return added
}

// restart follows the room into another epoch. It has no effect when the room
// was restarted since the caller looked, in run.
func (r *liveRoom) restart(run int, head room.Head) {
	r.restarts.Lock()
	defer r.restarts.Unlock()
	if _, _, now := r.channels[0].head(); now != run {
		return
	}
	r.hub.metrics.gaps.WithLabelValues("epoch").Inc()
	r.hub.options.Log.Warn("a room's log begins another epoch", slog.String("room", string(r.id)),
		slog.String("epoch", string(head.Epoch)))
	for i, stream := range room.Streams {
		r.channels[i].restart(head.Epoch, head.Revs[stream])
	}
	r.records.forget()
	r.recheck.start(r.hub)
}
