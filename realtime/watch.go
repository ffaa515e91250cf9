package realtime

import (
	"context"
	"math/rand/v2"
	"time"
)

// watch decides what [Hub.Run] does when. While the broker may be losing
// messages the hub is degraded: it compares its rooms with the store every
// positionEveryDown. It is healthy again after the first full comparison that
// began with the broker in order, so nothing lost before stays unfound (P30).
type watch struct {
	hub       *Hub
	check     time.Time // the next comparison of a healthy hub
	heartbeat time.Time // when the other servers are told of presence next
	forget    time.Time // when servers that are gone are looked for next
	recheck   time.Time // when grants are read next
}

func newWatch(h *Hub) *watch {
	now := time.Now()
	return &watch{
		hub: h, check: now.Add(jittered(positionEvery)), heartbeat: now.Add(rand.N(peerEvery)),
		forget: now.Add(peerCheck), recheck: now.Add(jittered(recheckEvery)),
	}
}

// turn is called every positionEveryDown.
func (w *watch) turn(ctx context.Context, now time.Time) {
	h := w.hub
	down := h.broker.Down()
	if down && !h.degraded.Swap(true) {
		h.options.Log.Warn("messages between servers may be lost; rooms are compared with the store until they arrive again")
	}
	rooms := h.loaded()
	if h.degraded.Load() || !now.Before(w.check) {
		w.check = now.Add(jittered(positionEvery))
		if all := h.checkPositions(ctx, rooms); all && !down {
			h.degraded.Store(false)
		}
	}
	if !now.Before(w.heartbeat) {
		w.heartbeat = now.Add(peerEvery)
		for _, r := range rooms {
			r.presence.heartbeat()
		}
	}
	if !now.Before(w.forget) {
		w.forget = now.Add(peerCheck)
		for _, r := range rooms {
			r.presence.forgetPeers(h.degraded.Load())
		}
	}
	if !now.Before(w.recheck) {
		w.recheck = now.Add(jittered(recheckEvery))
		for _, r := range rooms {
			r.recheck.start(h)
		}
	}
}

// jittered returns about d, up to a quarter less or more: servers should not ask
// in step.
func jittered(d time.Duration) time.Duration {
	return d*3/4 + rand.N(d/2)
}

// Degraded reports whether messages between servers may be lost at present. Edits
// are committed and acknowledged as ever; other servers' come up to a second late.
func (h *Hub) Degraded() bool { return h.degraded.Load() }
