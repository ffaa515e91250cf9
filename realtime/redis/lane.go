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

	mu     sync.Mutex // guards topics
	topics map[string]*topic
}

// topic is one channel and who receives from it.
type topic struct {
	receivers []*subscription
	confirmed chan struct{} // closed by the first confirmation
	ready     bool
	lossy     atomic.Bool // messages were dropped since the receivers were last told
}

type subscription struct {
	lane     *lane
	channel  string
	receiver realtime.Receiver
}

func newLane(b *Broker) *lane {
	l := &lane{broker: b, inbox: make(chan *goredis.Message, maxReceived), topics: map[string]*topic{}}
	l.out.broker = b
	return l
}

// subscribe adds sub to its channel and waits for the first confirmation.
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
		if err := l.pubsub.SSubscribe(ctx, sub.channel); err != nil {
			l.broken.Store(true)
		}
	}
	l.commands.Unlock()

	select {
	case <-t.confirmed:
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
		t := l.topics[m.Channel]
		l.mu.Unlock()
		if t != nil {
			t.lossy.Store(true)
		}
	}
}

// confirm notes that Redis has the subscription. A second confirmation means
// that the connection was made anew, and what was published between is lost.
func (l *lane) confirm(channel string) {
	l.mu.Lock()
	t := l.topics[channel]
	if t == nil {
		l.mu.Unlock()
		return
	}
	again := t.ready
	if !again {
		t.ready = true
		close(t.confirmed)
	}
	receivers := t.receivers
	l.mu.Unlock()
	if again {
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
		if t.lossy.Swap(false) {
			s.receiver.Lost()
		}
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
