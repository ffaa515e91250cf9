package realtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"parley/room"
)

// writer takes a room's requests to the store, one batch at a time: contention
// between transactions of one room would cost far more than waiting in a queue.
// It has a goroutine while there are requests.
type writer struct {
	room *liveRoom

	mu      sync.Mutex // guards the fields below
	queue   []pending
	running bool

	// plan is owned by the running goroutine; nil after a fault.
	plan *room.Plan
}

// pending is a request and where its verdict goes.
type pending struct {
	req  room.Request
	at   time.Time // when it came
	size int       // rough bytes, for batchBytes
	to   answerer
	// trace is the op's span, nil while it is not traced.
	trace *opTrace
}

// answerer takes the verdict of an op. It does not block.
type answerer interface {
	answer(stream room.Stream, seq int64, v room.Verdict)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// busyError asks the author to come back after about wait.
func busyError(wait time.Duration, message string) *room.Error {
	err := room.Errorf(room.Busy, "%s", message)
	err.RetryMS = int(wait.Milliseconds()) + rand.IntN(int(wait.Milliseconds())) // spreads the comeback
	return err
}

// enqueue adds a request, or returns why it was not taken.
func (w *writer) enqueue(p pending) *room.Error {
	hub := w.room.hub
	w.mu.Lock()
	defer w.mu.Unlock()
	if hub.draining.Load() {
		return busyError(time.Second, "the server is restarting; the change will be sent again")
	}
	switch {
	case len(w.queue) >= queueLimit:
		return busyError(100*time.Millisecond, "the room is busy; send it again a little later")
	case len(w.queue) > 0 && p.at.Sub(w.queue[0].at) > roomPatience:
		return busyError(500*time.Millisecond, "the room is held up; send it again a little later")
	case hub.load.refusesOp(len(w.queue)):
		hub.metrics.sheds.WithLabelValues("ops").Inc()
		return busyError(time.Second, "the server is busy; the change will be sent again")
	}
	if !w.running {
		if !hub.begin() {
			return busyError(time.Second, "the server is restarting; the change will be sent again")
		}
		hub.retain(w.room)
		w.running = true
		hub.load.writing.Add(1)
		hub.crew.do(w.run)
	}
	w.queue = append(w.queue, p)
	hub.load.waiting.Add(1)
	return nil
}

// run commits batches until the queue is empty.
func (w *writer) run() {
	hub := w.room.hub
	defer hub.running.Done()
	defer hub.release(w.room)
	for w.more() {
		hub.commits <- struct{}{} // a place among those who commit
		w.commit(w.next())        // with those who came while it waited for one
		<-hub.commits
	}
}

// more reports whether requests wait, or ends the run.
func (w *writer) more() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) > 0 {
		return true
	}
	w.running = false
	w.queue = nil
	w.room.hub.load.writing.Add(-1)
	return false
}

// next takes a batch from the queue, which is not empty.
func (w *writer) next() []pending {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, bytes := 0, 0
	for n < len(w.queue) && n < room.MaxBatch && (n == 0 || bytes+w.queue[n].size <= batchBytes) {
		bytes += w.queue[n].size
		n++
	}
	w.room.hub.load.waiting.Add(int64(-n))
	batch := append([]pending(nil), w.queue[:n]...)
	w.queue = append(w.queue[:0], w.queue[n:]...)
	clear(w.queue[len(w.queue):cap(w.queue)]) // lets go of what was taken
	return batch
}

// age returns how long the oldest request has waited, 0 without one.
func (w *writer) age() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return 0
	}
	return time.Since(w.queue[0].at)
}

// queued returns how many requests wait, their size, and whether there is work.
func (w *writer) queued() (n, bytes int, running bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.queue {
		bytes += w.queue[i].size
	}
	return len(w.queue), bytes, w.running
}

func (w *writer) commit(batch []pending) {
	started := time.Now()
	ctx, span := w.room.hub.traceCommit(w.room.id, batch)
	result, err := w.try(ctx, batch)
	for pause := firstPause; mayPass(err) && time.Since(started) < storePatience && w.room.hub.sleep(pause); pause = min(2*pause, lastPause) {
		// A broken connection is most often mended by another one, and a database
		// that restarts is back within a second. What an attempt did is known from
		// the cursors, so nothing happens twice (I6).
		result, err = w.try(ctx, batch)
	}
	if _, ok := errors.AsType[*panicked](err); ok && len(batch) > 1 {
		endSpan(span, err)
		for i := range batch { // one of them makes it panic; the others must not suffer
			w.commit(batch[i : i+1])
		}
		return
	}
	if _, ok := errors.AsType[*panicked](err); ok {
		batch[0].req.Malformed = room.Errorf(room.Invalid, "the server cannot process this change")
		result, err = w.try(ctx, batch)
	}
	endSpan(span, err)
	if err != nil {
		w.refuse(ctx, batch, err)
		return
	}
	metrics := w.room.hub.metrics
	metrics.commitSeconds.Observe(time.Since(started).Seconds())
	metrics.batchSize.Observe(float64(len(batch)))
	w.room.hub.load.note(time.Since(batch[0].at), len(batch))
	fanOut := w.room.hub.traceFanOut(ctx, w.room.id)
	fresh := w.room.addCommits(w.plan.Epoch, w.plan.Revs, result.Commits)
	endSpan(fanOut, nil)
	for i, v := range result.Verdicts {
		w.answer(&batch[i], v)
	}
	w.room.publish(ctx, w.plan.Epoch, fresh)
}

const (
	// storePatience is how long a batch waits for a store that is away before its
	// authors are told: longer than a restart, shorter than a person's.
	storePatience = 3 * time.Second
	// The wait between two attempts doubles from the first to the last.
	firstPause = 10 * time.Millisecond
	lastPause  = 160 * time.Millisecond
)

// mayPass reports whether another attempt at once may end otherwise. An error
// with a code is the store's answer.
func mayPass(err error) bool {
	_, panicked := errors.AsType[*panicked](err)
	return err != nil && !panicked && room.CodeOf(err) == ""
}

// panicked is a panic of the rules or the store on a batch (P5).
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("a panic: %v", p.value) }

func (w *writer) try(ctx context.Context, batch []pending) (result room.Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	plan := w.plan
	w.plan = nil // until it is known to be good
	defer func() {
		if p := recover(); p != nil {
			w.room.hub.reportPanic("writer", w.room.id, p)
			err = &panicked{p}
		}
	}()
	reqs := make([]room.Request, len(batch))
	for i := range batch {
		reqs[i] = batch[i].req
	}
	plan, result, err = w.room.hub.store.Commit(ctx, plan, w.room.id, reqs)
	if err == nil {
		w.plan = plan
	}
	return result, err
}

// refuse answers a batch that the store did not process, as far as is known:
// sent again, it gets the verdict it has, if it has one.
func (w *writer) refuse(ctx context.Context, batch []pending, err error) {
	code := room.CodeOf(err)
	if code != "" && code != room.Busy {
		for i := range batch {
			w.answer(&batch[i], room.Verdict{Err: asRefusal(err)})
		}
		return
	}
	w.room.hub.metrics.commitErrors.Inc()
	w.room.hub.options.Log.ErrorContext(ctx, "the store did not commit", slog.String("room", string(w.room.id)),
		slog.String("client", string(batch[0].req.Client)), slog.Int64("seq", batch[0].req.Seq),
		slog.Int("requests", len(batch)), slog.Any("error", err))
	wait, message := 500*time.Millisecond, "the change could not be saved yet; it will be sent again"
	if code == room.Busy { // the store knows why, and about how long
		told := asRefusal(err)
		wait, message = time.Duration(max(told.RetryMS, 1))*time.Millisecond, told.Message
	}
	for i := range batch {
		w.answer(&batch[i], room.Verdict{Err: busyError(wait, message)})
	}
}

// answer ends a request's way: its author, its span and the log are told.
func (w *writer) answer(p *pending, v room.Verdict) {
	p.trace.end(v)
	w.room.hub.logOp(w.room.id, p, v)
	p.to.answer(p.req.Stream, p.req.Seq, v)
}
