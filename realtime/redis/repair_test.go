package redis_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/realtime/brokertest"
	"parley/realtime/redis/redistest"
)

// A subscription connection that is alive and delivers nothing, with publishing
// in good order, is found and made anew: centrifugo #1189.
func TestDeafConnectionIsFound(t *testing.T) {
	proxy := redistest.NewProxy(t, redistest.New(t))
	p := newPair(t, proxy.URL(), "room")
	before := p.inbox.Losses()

	proxy.Deafen()
	start := time.Now()
	if err := p.sender.Publish(t.Context(), "room", []byte("nobody hears this")); err != nil {
		t.Fatal(err)
	}

	p.losesAfter(before)
	t.Logf("found after %s", time.Since(start).Round(time.Millisecond))
	p.arrives()
}

// What a server could not publish while Redis was away from it alone is made
// known to those that heard nothing of the trouble.
func TestPublisherTellsOfWhatItDropped(t *testing.T) {
	server := redistest.New(t)
	p := newPair(t, server.URL(), "room")
	quiet := brokertest.NewInbox()
	sub, err := p.receiver.Subscribe(t.Context(), "another room", quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Close() }()

	server.Freeze()
	until(t, "the sender notices", func() bool {
		_ = p.sender.Publish(t.Context(), "room", []byte("nobody hears this"))
		return p.sender.Down()
	})
	server.Thaw()

	p.losesAfter(0)
	p.arrives()
	if n := quiet.Losses(); n != 0 {
		t.Errorf("a room that missed nothing was told %d times", n)
	}
}

// A Redis that is silent costs neither a publisher nor the opening of a room more
// than a moment.
func TestFrozenRedisHoldsNobodyUp(t *testing.T) { // I13
	server := redistest.New(t)
	p := newPair(t, server.URL(), "room")
	server.Freeze()
	until(t, "the sender notices", func() bool {
		_ = p.sender.Publish(t.Context(), "room", []byte("x"))
		return p.sender.Down()
	})

	start := time.Now()
	var opening sync.WaitGroup
	for i := range 100 {
		opening.Go(func() {
			sub, err := p.sender.Subscribe(t.Context(), fmt.Sprint("room ", i), brokertest.NewInbox())
			if err != nil {
				t.Errorf("room %d: %v", i, err)
				return
			}
			if err := sub.Close(); err != nil {
				t.Errorf("room %d: %v", i, err)
			}
		})
	}
	opening.Wait()
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("100 rooms opened in %s", took)
	}
	server.Thaw()
	p.arrives()
}

// A receiver that does not keep up loses messages and learns of it; Redis does
// not cut the connection, and the rest arrives.
func TestOverflowIsReported(t *testing.T) {
	server := redistest.New(t)
	p := newPair(t, server.URL(), "elsewhere")
	slow := &stuck{Inbox: brokertest.NewInbox(), held: make(chan struct{})}
	sub, err := p.receiver.Subscribe(t.Context(), "room", slow)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Close() }()

	const sent = 12_000
	for i := range sent {
		for p.sender.Publish(t.Context(), "room", []byte(fmt.Sprint(i))) != nil {
			time.Sleep(time.Millisecond)
		}
	}
	until(t, "everything is sent", p.sender.Idle)
	time.Sleep(200 * time.Millisecond) // Redis hands on what it has
	close(slow.held)

	until(t, "the receiver learns of the loss", func() bool { return slow.Losses() > 0 })
	if got := len(slow.Messages()); got >= sent {
		t.Errorf("%d messages of %d, none was lost", got, sent)
	}
	if p.receiver.Down() {
		t.Error("the connection was cut")
	}
}

// stuck is a receiver that hangs until it is let go.
type stuck struct {
	*brokertest.Inbox
	held chan struct{}
}

func (s *stuck) Receive(message []byte) {
	<-s.held
	s.Inbox.Receive(message)
}

// Rooms that open and close at the same time, again and again, neither lose what
// is published once Subscribe has returned nor leave anything at Redis. // I12
func TestRejoiningNeverLosesItsSubscription(t *testing.T) {
	server := redistest.New(t)
	a, b := newBroker(t, server.URL()), newBroker(t, server.URL())
	var rooms sync.WaitGroup
	for r := range 4 {
		topic := fmt.Sprint("room ", r)
		for range 4 { // several users of a room come and go
			rooms.Go(func() {
				for i := range 100 {
					inbox := brokertest.NewInbox()
					sub, err := b.Subscribe(t.Context(), topic, inbox)
					if err != nil {
						t.Errorf("Subscribe: %v", err)
						return
					}
					if err := a.Publish(t.Context(), topic, []byte(fmt.Sprint(i))); err != nil {
						t.Errorf("Publish: %v", err)
					}
					inbox.Await(t, 1)
					if err := sub.Close(); err != nil {
						t.Errorf("Close: %v", err)
					}
				}
			})
		}
	}
	rooms.Wait()
	until(t, "only probes are subscribed to", func() bool {
		for _, name := range server.Channels() {
			if !isProbe(name) {
				return false
			}
		}
		return true
	})
}
