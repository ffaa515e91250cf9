package redis

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"parley/realtime"
)

const (
	// maxReceived is how many messages wait for the receivers before the lane
	// drops them and reports the loss. The connection is never held up: Redis
	// would cut it.
	maxReceived = 4096
	// Reconnecting waits between these.
	minBackoff = 50 * time.Millisecond
	maxBackoff = time.Second
	// confirmWithin is how long a subscription waits for Redis. A room opens
	// without it: its receiver learns of the gap when the confirmation comes.
	confirmWithin = 500 * time.Millisecond
)

// lane is one subscription connection and the topics on it.
type lane struct {
	broker *Broker
	out    publisher
	done   sync.WaitGroup
	inbox  chan *goredis.Message // capacity maxReceived; receive writes, work reads; never closed
	broken atomic.Bool

	commands sync.Mutex // keeps subscribe and unsubscribe in order; held over a write
	pubsub   *goredis.PubSub

	mu     sync.Mutex // guards the fields below
	topics map[string]*topic
	lossy  map[*topic]struct{} // messages of these were dropped, nobody was told yet
}

// topic is one channel and who receives from it.
type topic struct {
	receivers []*subscription
	confirmed chan struct{} // closed by the first confirmation
	ready     bool
	late      bool // somebody did not wait for the confirmation
}

type subscription struct {
	lane     *lane
	channel  string
	receiver realtime.Receiver
}

func newLane(b *Broker) *lane {
	l := &lane{broker: b, inbox: make(chan *goredis.Message, maxReceived), topics: map[string]*topic{}, lossy: map[*topic]struct{}{}}
	l.out.broker = b
	return l
}

// subscribe adds sub to its channel and waits for the first confirmation, but
// not for a Redis that is away.
func (l *lane) subscribe(ctx context.Context, sub *subscription) error {
	l.commands.Lock()
	l.mu.Lock()
	t := l.topics[sub.channel]
	isNew := t == nil
	if isNew {
		t = &topic{confirmed: make(chan struct{})}
		l.topics[sub.channel] = t
	}
	t.receivers = append(t.receivers[:len(t.receivers):len(t.receivers)], sub)
	l.mu.Unlock()
	if isNew {
		l.openLocked()
		// A failed write is repeated by the next Receive, which reconnects.
		soon, cancel := context.WithTimeout(ctx, confirmWithin)
		if err := l.pubsub.SSubscribe(soon, sub.channel); err != nil {
			l.broken.Store(true)
		}
		cancel()
	}
	l.commands.Unlock()

	patience := time.NewTimer(confirmWithin)
	defer patience.Stop()
	select {
	case <-t.confirmed:
		return nil
	case <-patience.C:
		l.mu.Lock()
		defer l.mu.Unlock()
		if !t.ready {
			t.late = true
			l.broken.Store(true)
		}
		return nil
	case <-ctx.Done():
		_ = sub.Close()
		return ctx.Err()
	case <-l.broker.ctx.Done():
		return l.broker.ctx.Err()
	}
}

// openLocked starts the connection with the first topic; commands is held.
func (l *lane) openLocked() {
	if l.pubsub != nil {
		return
	}
	l.pubsub = l.broker.client.SSubscribe(l.broker.ctx)
	l.done.Add(2)
	go l.receive(l.pubsub)
	go l.work()
}

// Close takes the subscription off its channel; the last one unsubscribes.
func (s *subscription) Close() error {
	l := s.lane
	l.commands.Lock()
	defer l.commands.Unlock()
	l.mu.Lock()
	t := l.topics[s.channel]
	if t == nil {
		l.mu.Unlock()
		return nil
	}
	left := make([]*subscription, 0, len(t.receivers))
	for _, other := range t.receivers {
		if other != s {
			left = append(left, other)
		}
	}
	t.receivers = left
	if len(left) > 0 {
		l.mu.Unlock()
		return nil
	}
	delete(l.topics, s.channel)
	l.mu.Unlock()
	// The order of commands is the order on the connection, so a later subscribe
	// to the same channel cannot be undone by this.
	return l.pubsub.SUnsubscribe(l.broker.ctx, s.channel)
}

// receive reads from the connection. It does nothing that could hold it up.
func (l *lane) receive(pubsub *goredis.PubSub) {
	defer l.done.Done()
	backoff := minBackoff
	for {
		reply, err := pubsub.Receive(l.broker.ctx)
		if l.broker.ctx.Err() != nil || errors.Is(err, goredis.ErrClosed) {
			return
		}
		if err != nil {
			if !l.broken.Swap(true) {
				l.broker.log.Warn("redis: a subscription connection broke", "err", err)
			}
			wait(l.broker.ctx, backoff)
			backoff = min(2*backoff, maxBackoff)
			continue
		}
		backoff = minBackoff
		l.broken.Store(false)
		switch reply := reply.(type) {
		case *goredis.Message:
			l.take(reply)
		case *goredis.Subscription:
			if reply.Kind == "ssubscribe" {
				l.confirm(reply.Channel)
			}
		}
	}
}

// take hands a message to the worker, or notes that it was lost.
func (l *lane) take(m *goredis.Message) {
	select {
	case l.inbox <- m:
	default:
		l.mu.Lock()
		if t := l.topics[m.Channel]; t != nil {
			l.lossy[t] = struct{}{}
		}
		l.mu.Unlock()
	}
}

// confirm notes that Redis has the subscription. A second confirmation means
// that the connection was made anew, a late first one that somebody went on
// without it: what was published before is lost.
func (l *lane) confirm(channel string) {
	l.mu.Lock()
	t := l.topics[channel]
	if t == nil {
		l.mu.Unlock()
		return
	}
	missed := t.ready || t.late
	if !t.ready {
		t.ready = true
		close(t.confirmed)
	}
	receivers := t.receivers
	l.mu.Unlock()
	if missed {
		for _, s := range receivers {
			s.receiver.Lost()
		}
	}
}

// work calls the receivers, in the order of arrival.
func (l *lane) work() {
	defer l.done.Done()
	for {
		select {
		case <-l.broker.ctx.Done():
			return
		case m := <-l.inbox:
			l.deliver(m)
			if len(l.inbox) == 0 {
				l.reportLosses()
			}
		}
	}
}

func (l *lane) deliver(m *goredis.Message) {
	l.mu.Lock()
	t := l.topics[m.Channel]
	var receivers []*subscription
	if t != nil {
		receivers = t.receivers // never changed in place
	}
	l.mu.Unlock()
	for _, s := range receivers {
		s.receiver.Receive([]byte(m.Payload))
	}
}

// reportLosses tells the receivers of what was dropped while the inbox was full.
// It comes after what was not dropped, so that they look once.
func (l *lane) reportLosses() {
	l.mu.Lock()
	lossy := l.lossy
	l.lossy = map[*topic]struct{}{}
	var receivers []*subscription
	for t := range lossy {
		receivers = append(receivers, t.receivers...)
	}
	l.mu.Unlock()
	for _, s := range receivers {
		s.receiver.Lost()
	}
}

func (l *lane) close() {
	l.commands.Lock()
	if l.pubsub != nil {
		_ = l.pubsub.Close() // ends receive
	}
	l.commands.Unlock()
	l.done.Wait()
	l.out.done.Wait()
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
