package mail

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// How mails are tried.
const (
	// mostWaiting bounds the memory of mails that wait: 1,000 of some 20 KB.
	mostWaiting = 1000
	// atOnce is how many are handed over at a time, so that one that hangs does
	// not keep the code that somebody is waiting for.
	atOnce = 4
	// attemptTimeout bounds one hand-over, whatever the server does.
	attemptTimeout = 30 * time.Second
)

// pauses are the waits after each failure that may pass: greylisting ends within
// minutes, a mail server that is restarted within the hour. After the last the
// mail is given up.
var pauses = []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}

// Carrier hands one mail to a mail server. An error that wraps [ErrRefused] will
// not pass by waiting.
type Carrier interface {
	Carry(ctx context.Context, id string, m Message) error
}

// ErrRefused says that the mail server will not take this mail, ever.
var ErrRefused = errors.New("the mail server refused it")

// Queue sends mails behind the back of those who write them. What waits is in
// memory: a process that is killed loses it, and people ask for another code.
type Queue struct {
	carrier Carrier
	metrics *metrics
	wake    chan struct{} // capacity 1; a token means "look at the queue"; never closed

	mu       sync.Mutex // guards the fields below
	waiting  []*parcel
	busy     int  // being handed over
	draining bool // nothing new, and nothing is tried again
	empty    chan struct{}
}

// parcel is a mail on its way.
type parcel struct {
	id      string // the same at every attempt: whoever gets it twice can tell
	message Message
	due     time.Time
	tries   int
}

// NewQueue returns a queue in front of a carrier. Nothing is sent before Run.
func NewQueue(c Carrier) *Queue {
	return &Queue{carrier: c, metrics: newMetrics(), wake: make(chan struct{}, 1)}
}

// Send takes a mail into the queue.
func (q *Queue) Send(_ context.Context, m Message) error {
	m, err := m.checked()
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.draining:
		return ErrStopped
	case len(q.waiting)+q.busy >= mostWaiting:
		q.metrics.count("full")
		return ErrFull
	}
	q.waiting = append(q.waiting, &parcel{id: newID(), message: m, due: time.Now()})
	q.signal()
	return nil
}

// Run hands mails over until ctx ends, and returns when no attempt is under way.
func (q *Queue) Run(ctx context.Context) {
	var attempts sync.WaitGroup
	defer attempts.Wait()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		next := q.start(func(p *parcel) {
			attempts.Go(func() { q.attempt(ctx, p) })
		})
		timer.Reset(next)
		select {
		case <-ctx.Done():
			return
		case <-q.wake:
		case <-timer.C:
		}
	}
}

// Drain takes no more mails, tries each that waits once more, at once, and
// returns when none is left or ctx ends.
func (q *Queue) Drain(ctx context.Context) {
	empty := make(chan struct{})
	q.mu.Lock()
	q.draining, q.empty = true, empty
	for _, p := range q.waiting {
		p.due = time.Now()
	}
	q.settledLocked()
	q.signal()
	q.mu.Unlock()
	select {
	case <-empty:
	case <-ctx.Done():
		q.mu.Lock()
		left := len(q.waiting) + q.busy
		q.mu.Unlock()
		slog.Warn("mails were not delivered before the stop", "count", left)
	}
}

// start begins what is due, and returns how long until the next is.
func (q *Queue) start(begin func(*parcel)) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	now, next := time.Now(), time.Hour
	kept := q.waiting[:0]
	for _, p := range q.waiting {
		wait := p.due.Sub(now)
		switch {
		case !p.message.Expires.IsZero() && now.After(p.message.Expires):
			q.metrics.count("expired")
			slog.Warn("a mail was not delivered while it was of use", "mail", p.id, "tries", p.tries)
		case wait <= 0 && q.busy < atOnce:
			q.busy++
			begin(p)
		default:
			if wait > 0 {
				next = min(next, wait)
			}
			kept = append(kept, p)
		}
	}
	clear(q.waiting[len(kept):])
	q.waiting = kept
	q.settledLocked()
	return next
}

// attempt hands one mail over, or puts it back.
func (q *Queue) attempt(ctx context.Context, p *parcel) {
	bounded, cancel := context.WithTimeout(ctx, attemptTimeout)
	err := q.carrier.Carry(bounded, p.id, p.message)
	cancel()
	p.tries++

	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy--
	defer q.signal() // a place is free
	switch {
	case err == nil:
		q.metrics.count("sent")
		slog.Debug("a mail was handed over", "mail", p.id, "tries", p.tries)
	case errors.Is(err, ErrRefused):
		q.metrics.count("refused")
		slog.Warn("a mail was refused", "mail", p.id, "tries", p.tries, "error", err)
	case q.draining || p.tries > len(pauses):
		q.metrics.count("failed")
		slog.Error("a mail was given up", "mail", p.id, "tries", p.tries, "error", err)
	default:
		pause := pauses[p.tries-1]
		p.due = time.Now().Add(pause - pause/8 + rand.N(pause/4)) // apart from the others that failed with it
		q.waiting = append(q.waiting, p)
		q.metrics.count("retried")
		slog.Info("a mail will be tried again", "mail", p.id, "tries", p.tries, "error", err)
	}
	q.settledLocked()
}

// settledLocked tells Drain when there is nothing left to do.
func (q *Queue) settledLocked() {
	q.metrics.waiting.Set(float64(len(q.waiting) + q.busy))
	if q.empty != nil && len(q.waiting)+q.busy == 0 {
		close(q.empty)
		q.empty = nil
	}
}

func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default: // somebody has said so
	}
}
