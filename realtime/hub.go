package realtime

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"parley/room"
)

// Hub serves the live side of every room on this server: it lets members in,
// takes their ops to the store and brings what happened to everybody. It is
// safe for concurrent use.
type Hub struct {
	store   Store
	broker  Broker
	options Options
	metrics *metrics
	server  uint64 // names this process among those at the broker

	commits chan struct{} // capacity MaxCommits; holds a token per call of Store.Commit
	reads   *gate         // of catch-up reads
	joins   *gate         // of sockets between hello and welcome
	load    pressure
	crew    *crew // of the writers

	arrivals arrivals    // sockets before their welcome
	leaving  atomic.Bool // takes no new sockets
	draining atomic.Bool // nor ops
	suspects suspects
	degraded atomic.Bool    // messages between servers may be lost; written by Run
	stopped  chan struct{}  // closed when Run ends; nothing begins afterwards
	running  sync.WaitGroup // sessions, writers, repairs: all that [Hub.begin] let begin

	mu     sync.Mutex // guards the fields below and those of liveRoom that say so
	closed bool
	rooms  map[room.ID]*liveRoom
}

// NewHub returns a hub. Its sockets work at once; [Hub.Run] keeps it correct
// over time and ends it.
func NewHub(store Store, broker Broker, options Options) *Hub {
	options = options.withDefaults()
	h := &Hub{
		store: store, broker: broker, options: options,
		server:  rand.Uint64(),
		commits: make(chan struct{}, options.MaxCommits),
		reads:   newGate(options.MaxReads, max(1, options.MaxReads/roomShare), maxArrivals),
		joins:   newGate(options.MaxJoins, max(1, options.MaxJoins/roomShare), maxArrivals),
		stopped: make(chan struct{}),
		rooms:   map[room.ID]*liveRoom{},
	}
	h.crew = newCrew(h.stopped)
	h.suspects.init(h)
	h.load.hub = h
	h.metrics = newMetrics(h)
	return h
}

// Submit takes one request through the room's writer and returns its verdict.
// The error is a [*room.Error] when there is no such room; any other one leaves
// open whether the request took effect, and asking again with the same client
// and seq tells.
func (h *Hub) Submit(ctx context.Context, id room.ID, req room.Request) (room.Verdict, error) {
	if req.Member.ID == "" && req.Session != "" {
		return room.Verdict{Err: room.Errorf(room.Forbidden, "viewers without a name cannot change the plan")}, nil
	}
	r, err := h.acquire(ctx, id)
	if err != nil {
		return room.Verdict{}, err
	}
	defer h.release(r)
	answer := make(verdicts, 1)
	p := pending{req: req, at: time.Now(), size: submitSize, to: answer, trace: h.traceOp(ctx, id, &req)}
	if busy := r.writer.enqueue(p); busy != nil {
		r.writer.answer(&p, room.Verdict{Err: busy})
	}
	select {
	case v := <-answer:
		return v, nil
	case <-ctx.Done():
		return room.Verdict{}, ctx.Err()
	}
}

// submitSize is what a request over HTTP counts for in a batch: its true size is
// not known here, and few are larger.
const submitSize = 4 << 10

// verdicts is an [answerer] for one request; capacity 1.
type verdicts chan room.Verdict

func (c verdicts) answer(_ room.Stream, _ int64, v room.Verdict) { c <- v }

// Recheck ends the room's sockets whose session is no longer valid, on every
// server, within two seconds.
func (h *Hub) Recheck(_ context.Context, id room.ID) {
	h.mu.Lock()
	r := h.rooms[id]
	h.mu.Unlock()
	if r != nil {
		r.recheck.start(h)
	}
	h.publish(id, newMessage(messageRecheck, h.server, 0))
}

// publish tells the other servers of a room. It is a hint: what a lost one said
// is found by them.
func (h *Hub) publish(id room.ID, message []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	if err := h.broker.Publish(ctx, string(id), message); err != nil {
		h.metrics.publishErrors.Inc()
	}
}

// Head returns where a room stands as this server knows it, and false when the
// room is not loaded.
func (h *Hub) Head(id room.ID) (room.Head, bool) {
	h.mu.Lock()
	r := h.rooms[id]
	h.mu.Unlock()
	if r == nil {
		return room.Head{}, false
	}
	<-r.ready
	if r.err != nil {
		return room.Head{}, false
	}
	epoch, _, _ := r.channels[0].head()
	return room.Head{Epoch: epoch, Revs: r.standing().revs}, true
}

// begin lets a goroutine begin that [Hub.Run] waits for, and returns false when
// the hub has ended. The goroutine calls running.Done.
func (h *Hub) begin() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.running.Add(1)
	return true
}

// acquire returns the room, loaded. The caller releases it.
func (h *Hub) acquire(ctx context.Context, id room.ID) (*liveRoom, error) {
	h.mu.Lock()
	r, loaded := h.rooms[id]
	if !loaded {
		r = newLiveRoom(h, id)
		h.rooms[id] = r
	}
	r.refs++
	r.uses++
	h.mu.Unlock()
	if !loaded {
		h.loadRoom(r)
	}
	select {
	case <-r.ready:
	case <-ctx.Done():
		h.release(r)
		return nil, ctx.Err()
	}
	if r.err != nil {
		h.release(r)
		return nil, r.err
	}
	return r, nil
}

// loadRoom loads the room for all who wait for it, whoever of them gives up.
func (h *Hub) loadRoom(r *liveRoom) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	if r.err = r.load(ctx); r.err != nil {
		h.mu.Lock()
		delete(h.rooms, r.id)
		h.mu.Unlock()
	}
	close(r.ready)
}

// retain adds a user to a room that has one.
func (h *Hub) retain(r *liveRoom) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r.refs++
	r.uses++
}

// release ends one use. The room stays a while, see [linger].
func (h *Hub) release(r *liveRoom) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r.refs--
	if r.refs > 0 || h.closed || h.rooms[r.id] != r {
		return
	}
	uses := r.uses
	r.unused = time.AfterFunc(linger, func() { h.unload(r, uses) })
}

// unload lets go of a room that was not used since its uses-th use.
func (h *Hub) unload(r *liveRoom, uses int) {
	h.mu.Lock()
	if h.closed || r.refs > 0 || r.uses != uses {
		h.mu.Unlock()
		return
	}
	h.running.Add(1)
	delete(h.rooms, r.id)
	h.mu.Unlock()
	defer h.running.Done()
	r.unload()
}

// inUse reports whether the room is loaded still.
func (h *Hub) inUse(r *liveRoom) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rooms[r.id] == r
}

// loaded returns the rooms that are loaded or being loaded.
func (h *Hub) loaded() []*liveRoom {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]*liveRoom, 0, len(h.rooms))
	for _, r := range h.rooms {
		out = append(out, r)
	}
	return out
}

// sleep waits, and returns false when the hub ends meanwhile.
func (h *Hub) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-h.stopped:
		return false
	}
}
