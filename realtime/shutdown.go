package realtime

import (
	"context"
	"math/rand/v2"
	"time"
)

// shutDown ends everything at once.
func (h *Hub) shutDown() {
	h.draining.Store(true)
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	close(h.stopped)
	h.arrivals.endAll()
	for _, r := range h.loaded() {
		<-r.ready
		for _, s := range r.members() {
			s.end()
		}
	}
	h.running.Wait()
	for _, r := range h.loaded() {
		if r.err == nil {
			r.unload()
		}
	}
	h.mu.Lock()
	clear(h.rooms)
	h.mu.Unlock()
}

const (
	// drainSpread is how long after a restart clients may come back; it grows
	// with their number, so the next server is not stormed.
	drainSpread    = 5 * time.Second
	drainPerMember = 5 * time.Millisecond
	drainMinimum   = 250 * time.Millisecond
	// drainPoll is how often Drain looks whether the writers are done.
	drainPoll = 5 * time.Millisecond
	// drainClosing bounds the sockets that are in their closing handshake.
	drainClosing = 256
)

// TakeNoMore refuses new sockets from now on, as [Hub.Drain] does; those that are
// there go on as before.
func (h *Hub) TakeNoMore() { h.leaving.Store(true) }

// Drain takes no more sockets and ops, lets the ops that were taken get their
// answers, tells every member to come back and returns when they have gone or
// ctx ends. Run is still to be ended.
func (h *Hub) Drain(ctx context.Context) {
	h.leaving.Store(true)
	h.draining.Store(true)
	for h.committing() && ctx.Err() == nil {
		if !h.sleep(drainPoll) {
			return
		}
	}
	var all []*session
	for _, r := range h.loaded() {
		all = append(all, r.members()...)
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	spread := min(drainSpread, drainMinimum+time.Duration(len(all))*drainPerMember)
	closing := make(chan struct{}, drainClosing)
	for _, s := range all {
		select {
		case closing <- struct{}{}:
		case <-ctx.Done():
			return
		}
		retry := drainMinimum + rand.N(spread)
		s.onEnd(func() { <-closing })
		s.bye(byeRestart, int(retry.Milliseconds()), closeRestart)
	}
	for range drainClosing { // every place is free again
		select {
		case closing <- struct{}{}:
		case <-ctx.Done():
			return
		}
	}
}

// committing reports whether a writer has work.
func (h *Hub) committing() bool {
	for _, r := range h.loaded() {
		if _, _, running := r.writer.queued(); running {
			return true
		}
	}
	return false
}
