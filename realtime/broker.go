package realtime

import (
	"context"
	"slices"
	"sync"
)

// Broker carries messages between the servers that have a room loaded. It is a
// hint, never an authority: whatever it loses is repaired from the log. Every
// implementation passes brokertest.
type Broker interface {
	// Publish hands message to every receiver of topic, on this server and
	// others. Messages of one goroutine arrive in order. It does not wait for the
	// network; an error means that this message is lost. What is lost later
	// receivers learn of by Lost. The message is not changed by anybody afterwards.
	Publish(ctx context.Context, topic string, message []byte) error
	// Subscribe returns once it is confirmed: what is published from then on
	// reaches receiver, or receiver learns that something may have been lost.
	Subscribe(ctx context.Context, topic string, receiver Receiver) (Subscription, error)
	// Down reports whether messages may not be arriving at present. The hub then
	// looks at the log more often, and once more when it is false again. It
	// returns at once.
	Down() bool
}

// Receiver takes the messages of a topic. Its methods return quickly, do no I/O
// and may be called by several goroutines.
type Receiver interface {
	// Receive takes one message, which it does not change.
	Receive(message []byte)
	// Lost says that messages may be missing: after a reconnect, or when a queue
	// was full.
	Lost()
}

// Subscription is one receiver's place at a topic.
type Subscription interface {
	// Close ends it. What is published afterwards does not reach the receiver.
	Close() error
}

// MemoryBroker is a [Broker] within one process. It loses nothing, and delivers
// before Publish returns. It is safe for concurrent use.
type MemoryBroker struct {
	mu     sync.RWMutex // guards topics
	topics map[string][]*memorySubscription
}

type memorySubscription struct {
	broker   *MemoryBroker
	topic    string
	receiver Receiver
}

// NewMemoryBroker returns a broker without subscriptions.
func NewMemoryBroker() *MemoryBroker {
	return &MemoryBroker{topics: map[string][]*memorySubscription{}}
}

// Publish delivers message to the present receivers of topic.
func (b *MemoryBroker) Publish(_ context.Context, topic string, message []byte) error {
	b.mu.RLock()
	subs := b.topics[topic]
	b.mu.RUnlock()
	for _, sub := range subs { // never changed in place, see Subscribe and Close
		sub.receiver.Receive(message)
	}
	return nil
}

// Subscribe adds receiver to topic.
func (b *MemoryBroker) Subscribe(_ context.Context, topic string, receiver Receiver) (Subscription, error) {
	sub := &memorySubscription{broker: b, topic: topic, receiver: receiver}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.topics[topic] = append(slices.Clip(b.topics[topic]), sub)
	return sub, nil
}

// Down returns false: a process reaches itself.
func (b *MemoryBroker) Down() bool { return false }

// Topics returns how many topics have a receiver.
func (b *MemoryBroker) Topics() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.topics)
}

func (s *memorySubscription) Close() error {
	b := s.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	left := slices.Clone(b.topics[s.topic])
	left = slices.DeleteFunc(left, func(o *memorySubscription) bool { return o == s })
	if len(left) == 0 {
		delete(b.topics, s.topic)
		return nil
	}
	b.topics[s.topic] = left
	return nil
}
