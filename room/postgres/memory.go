package postgres

import (
	"maps"

	"parley/room"
)

const (
	// knownClients bounds the clients whose cursors are remembered with a plan.
	knownClients = 256
	// waryBatches is how many batches look first after another server wrote to
	// the room: it may go on writing, and judging in vain costs a reload.
	waryBatches = 16
)

// remembered returns what the last commit knew of the room besides its plan; nil
// for no plan.
func remembered(plan *room.Plan) *head {
	if plan == nil {
		return nil
	}
	h, _ := plan.Memory.(*head)
	return h
}

// suffices reports whether the requests can be judged without looking into the
// database first: every client's cursors are known, and nothing is to be looked up.
func (h *head) suffices(reqs []room.Request) bool {
	if h == nil || h.wary > 0 {
		return false
	}
	for i := range reqs {
		if req := &reqs[i]; h.asks(req) || !req.Internal && !h.known[req.Client] {
			return false
		}
	}
	return true
}

// recall makes h ready for the next batch.
func (h *head) recall() {
	h.at = h.clock.now()
	h.forgetVerdicts()
}

// forgetVerdicts drops what cursors hold of the batch before.
func (h *head) forgetVerdicts() {
	for _, c := range h.cursors {
		c.Accepted, c.Dirty = nil, false
	}
}

// follow takes over, under the lock, what the last commit knew: its cursors, if
// nobody else took a turn since and the plan that they go with is not lost.
func (h *head) follow(last *head, plan *room.Plan) {
	switch {
	case last == nil:
	case plan == nil || last.turn != h.turn || last.epoch != h.epoch || !maps.Equal(last.revs, h.revs):
		h.wary = waryBatches
	default:
		h.wary = max(0, last.wary-1)
		if len(last.sources)+len(h.sources) <= knownClients {
			maps.Copy(h.sources, last.sources)
		}
		if len(last.known)+len(h.known) > knownClients {
			return
		}
		last.forgetVerdicts()
		for key, c := range last.cursors {
			if !h.known[key.Client] {
				h.cursors[key] = c
			}
		}
		maps.Copy(h.known, last.known)
	}
}
