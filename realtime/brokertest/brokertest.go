// Package brokertest holds the tests that every [realtime.Broker] passes.
package brokertest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"parley/realtime"
)

// patience is how long a message may take: a broker may cross the network.
const patience = 5 * time.Second

// Run tests brokers. Two returns two of them on one bus, as two servers have; it
// may be the same one twice. It ends them with t.Cleanup.
func Run(t *testing.T, two func(t *testing.T) (a, b realtime.Broker)) {
	t.Helper()
	tests := map[string]func(t *testing.T, a, b realtime.Broker){
		"a message reaches every receiver of its topic, the sender's server included": everyReceiver,
		"a message reaches no other topic":                                            noOtherTopic,
		"what is published once Subscribe has returned arrives":                       nothingLostAfterSubscribe,
		"messages of one sender arrive in order":                                      inOrder,
		"bytes arrive as they were":                                                   anyBytes,
		"nothing arrives after Close, and others go on":                               closed,
		"a topic can be left and joined again, many times":                            again,
		"publishing without receivers is no error":                                    nobody,
		"topics are used from many goroutines at once":                                crowd,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, b := two(t)
			test(t, a, b)
		})
	}
}

// Inbox is a receiver that keeps what it gets. It is safe for concurrent use.
type Inbox struct {
	mu       sync.Mutex // guards the fields below
	messages [][]byte
	lost     int
	arrived  chan struct{} // capacity 1; a token means "look again"; never closed
}

// NewInbox returns an empty inbox.
func NewInbox() *Inbox { return &Inbox{arrived: make(chan struct{}, 1)} }

// Receive keeps a message.
func (i *Inbox) Receive(message []byte) {
	i.mu.Lock()
	i.messages = append(i.messages, message)
	i.mu.Unlock()
	i.signal()
}

// Lost counts.
func (i *Inbox) Lost() {
	i.mu.Lock()
	i.lost++
	i.mu.Unlock()
	i.signal()
}

// Losses returns how often something was reported lost.
func (i *Inbox) Losses() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.lost
}

func (i *Inbox) signal() {
	select {
	case i.arrived <- struct{}{}:
	default:
	}
}

// Messages returns what has come so far.
func (i *Inbox) Messages() [][]byte {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([][]byte(nil), i.messages...)
}

// Await waits for n messages and returns them.
func (i *Inbox) Await(t testing.TB, n int) [][]byte {
	t.Helper()
	for timeout := time.After(patience); ; {
		if got := i.Messages(); len(got) >= n {
			return got
		}
		select {
		case <-i.arrived:
		case <-timeout:
			t.Fatalf("%d of %d messages came", len(i.Messages()), n)
		}
	}
}

func subscribe(t *testing.T, b realtime.Broker, topic string) (*Inbox, realtime.Subscription) {
	t.Helper()
	inbox := NewInbox()
	sub, err := b.Subscribe(t.Context(), topic, inbox)
	if err != nil {
		t.Fatalf("Subscribe: %v", err)
	}
	return inbox, sub
}

func publish(t *testing.T, b realtime.Broker, topic string, message []byte) {
	t.Helper()
	if err := b.Publish(t.Context(), topic, message); err != nil {
		t.Fatalf("Publish: %v", err)
	}
}

func closeSub(t *testing.T, sub realtime.Subscription) {
	t.Helper()
	if err := sub.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

// topicOf keeps tests apart that share a bus.
func topicOf(t *testing.T) string { return fmt.Sprintf("test/%s/%d", t.Name(), rand.Uint64()) }

func everyReceiver(t *testing.T, a, b realtime.Broker) {
	topic := topicOf(t)
	var inboxes []*Inbox
	for _, broker := range []realtime.Broker{a, b, a} {
		inbox, sub := subscribe(t, broker, topic)
		defer closeSub(t, sub)
		inboxes = append(inboxes, inbox)
	}

	publish(t, a, topic, []byte("hello"))

	for i, inbox := range inboxes {
		if got := inbox.Await(t, 1); string(got[0]) != "hello" {
			t.Errorf("receiver %d got %q", i, got[0])
		}
	}
}

func noOtherTopic(t *testing.T, a, b realtime.Broker) {
	topic := topicOf(t)
	mine, sub := subscribe(t, b, topic)
	defer closeSub(t, sub)
	other, otherSub := subscribe(t, b, topic+"2")
	defer closeSub(t, otherSub)

	publish(t, a, topic, []byte("1"))
	publish(t, a, topic+"2", []byte("2"))

	mine.Await(t, 1)
	if got := other.Await(t, 1); string(got[0]) != "2" || len(mine.Messages()) != 1 {
		t.Errorf("got %q and %q", mine.Messages(), got)
	}
}

func nothingLostAfterSubscribe(t *testing.T, a, b realtime.Broker) {
	for range 50 {
		topic := topicOf(t)
		inbox, sub := subscribe(t, b, topic)
		publish(t, a, topic, []byte("at once"))
		inbox.Await(t, 1)
		closeSub(t, sub)
	}
}

func inOrder(t *testing.T, a, b realtime.Broker) {
	const count = 2_000
	topic := topicOf(t)
	inbox, sub := subscribe(t, b, topic)
	defer closeSub(t, sub)

	for i := range count {
		publish(t, a, topic, fmt.Append(nil, i))
	}

	for i, got := range inbox.Await(t, count) {
		if want := fmt.Sprint(i); string(got) != want {
			t.Fatalf("message %d is %q", i, got)
		}
	}
}

func anyBytes(t *testing.T, a, b realtime.Broker) {
	topic := topicOf(t)
	inbox, sub := subscribe(t, b, topic)
	defer closeSub(t, sub)
	large := make([]byte, 1<<20)
	for i := range large {
		large[i] = byte(i * 7)
	}
	messages := [][]byte{{}, {0}, []byte("\r\n\x00\xff"), large}

	for _, m := range messages {
		publish(t, a, topic, m)
	}

	for i, got := range inbox.Await(t, len(messages)) {
		if !bytes.Equal(got, messages[i]) {
			t.Errorf("message %d of %d bytes came as %d bytes", i, len(messages[i]), len(got))
		}
	}
}

func closed(t *testing.T, a, b realtime.Broker) {
	topic := topicOf(t)
	gone, sub := subscribe(t, b, topic)
	stays, staying := subscribe(t, b, topic)
	defer closeSub(t, staying)
	publish(t, a, topic, []byte("before"))
	gone.Await(t, 1)

	closeSub(t, sub)
	publish(t, a, topic, []byte("after"))

	stays.Await(t, 2)
	if got := gone.Messages(); len(got) != 1 {
		t.Errorf("after Close: %q", got)
	}
}

func again(t *testing.T, a, b realtime.Broker) {
	topic := topicOf(t)
	for i := range 50 {
		inbox, sub := subscribe(t, b, topic)
		publish(t, a, topic, fmt.Append(nil, i))
		if got := inbox.Await(t, 1); string(got[0]) != fmt.Sprint(i) {
			t.Fatalf("round %d got %q", i, got[0])
		}
		closeSub(t, sub)
	}
}

func nobody(t *testing.T, a, _ realtime.Broker) {
	publish(t, a, topicOf(t), []byte("anybody?"))
}

func crowd(t *testing.T, a, b realtime.Broker) {
	const senders, each = 8, 100
	topic := topicOf(t)
	inbox, sub := subscribe(t, b, topic)
	defer closeSub(t, sub)
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for i := range each {
				if err := a.Publish(context.Background(), topic, []byte{byte(s), byte(i)}); err != nil {
					t.Errorf("Publish: %v", err)
				}
			}
		})
		wg.Go(func() {
			passing, err := b.Subscribe(context.Background(), topic, NewInbox())
			if err != nil {
				t.Errorf("Subscribe: %v", err)
				return
			}
			if err := passing.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
	wg.Wait()

	var next [senders]int
	for _, m := range inbox.Await(t, senders*each) {
		if int(m[1]) != next[m[0]] {
			t.Fatalf("sender %d: message %d came when %d was next", m[0], m[1], next[m[0]])
		}
		next[m[0]]++
	}
}
