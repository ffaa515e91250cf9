package realtime

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"parley/room"
)

// repairRetry is how long a repair waits for a store that does not answer.
const repairRetry = time.Second

// standing is where this server believes a room stands.
type standing struct {
	revs room.Revs
	run  int // of the first channel; all restart together
}

func (r *liveRoom) standing() standing {
	st := standing{revs: make(room.Revs, len(room.Streams))}
	_, _, st.run = r.channels[0].head()
	for i, stream := range room.Streams {
		_, st.revs[stream], _ = r.channels[i].head()
	}
	return st
}

// checkPosition compares one room with the store.
func (r *liveRoom) checkPosition() {
	<-r.ready
	if r.err != nil {
		return
	}
	before := r.standing()
	head, err := r.hub.head(context.Background(), r.id)
	if err != nil {
		r.hub.options.Log.Error("reading where a room stands", slog.String("room", string(r.id)), slog.Any("error", err))
		return // the next round asks again
	}
	if r.compare(head, before) {
		r.startOver(before.run, head.Epoch)
	}
}

// startOver follows a room whose log went back in time, in an epoch that says
// nothing of it, into another one. What it had is not what its clients hold.
func (r *liveRoom) startOver(run int, old room.Epoch) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	head, err := r.hub.store.NewEpoch(ctx, r.id, old)
	if err != nil {
		r.hub.options.Log.Error("beginning another epoch of a room", slog.String("room", string(r.id)), slog.Any("error", err))
		return // the next round sees the same
	}
	r.restart(run, head)
}

// compare looks for what was lost, given where the room stands in the store and
// what this server knew before it asked. The news that a link was revoked may be
// lost as well. It reports whether the store has less
// than that: it went back in time.
func (r *liveRoom) compare(head room.Head, before standing) (backwards bool) {
	if head.Revoked {
		r.recheck.start(r.hub)
	}
	epoch, _, run := r.channels[0].head()
	if run != before.run {
		return false // it restarted meanwhile; the answer may be older than that
	}
	backwards = slices.ContainsFunc(room.Streams[:], func(s room.Stream) bool { return head.Revs[s] < before.revs[s] })
	if epoch != head.Epoch {
		r.restart(run, head)
		return false
	}
	if backwards {
		return true
	}
	r.fetchUpTo(head.Revs)
	return false
}

// fetchUpTo has what is missing up to revs read from the log, and reports whether
// something is.
func (r *liveRoom) fetchUpTo(revs room.Revs) (missing bool) {
	for i, stream := range room.Streams {
		if _, last, _ := r.channels[i].head(); last < revs[stream] {
			r.hub.metrics.gaps.WithLabelValues("position").Inc()
			r.repairs[i].startAfter(r.hub, repairGrace)
			missing = true
		}
	}
	return missing
}

// readOn reads a page of the log of c, which this server knows up to last in
// epoch, above after. Same is false when the page may be of another history, on
// top of which this server's commits never were: that shows where the store
// stands once the page was read.
func (r *liveRoom) readOn(c *channel, epoch room.Epoch, last, after room.Rev) (rows []room.Logged, same bool, err error) {
	rows, err = r.hub.readLog(r.id, c.stream, after, logPage)
	if err != nil {
		return nil, false, err
	}
	head, err := r.hub.head(context.Background(), r.id)
	return rows, head.Epoch == epoch && head.Revs[c.stream] >= last, err
}

// repair reads a stream on from the log until nothing is missing.
func (r *liveRoom) repair(c *channel) {
	for {
		epoch, last, _ := c.head()
		rows, same, err := r.readOn(c, epoch, last, last)
		if err != nil {
			r.hub.options.Log.Error("repairing a stream from the log", slog.String("room", string(r.id)),
				slog.String("stream", string(c.stream)), slog.Any("error", err))
			if !r.hub.sleep(repairRetry) || !r.hub.inUse(r) {
				return
			}
			continue
		}
		if !same {
			r.check.start(r.hub)
			return
		}
		bodies, contiguous := bodiesOf(rows, last)
		if !contiguous || len(rows) == 0 && c.holes() {
			r.check.start(r.hub) // the log disagrees with what was published: another epoch?
			return
		}
		r.hub.metrics.repairs.Inc()
		r.hub.metrics.repaired.Add(float64(len(rows)))
		for _, b := range newBatches(c.stream, epoch, last+1, bodies) {
			c.add(epoch, b)
		}
		if len(rows) < logPage && !c.holes() {
			return
		}
	}
}
