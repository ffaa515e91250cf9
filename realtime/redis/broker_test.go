package redis_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/realtime"
	"parley/realtime/brokertest"
	"parley/realtime/redis"
	"parley/realtime/redis/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newBroker(t *testing.T, url string) *redis.Broker {
	t.Helper()
	b, err := redis.New(url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return b
}

// Two servers on one real Redis. // P31
func TestBroker(t *testing.T) {
	server := redistest.New(t)
	runSuite(t, server.URL())
	if n := server.Keys(); n != 0 {
		t.Errorf("Redis stores %d keys", n)
	}
	if left := server.Channels(); len(left) != 0 {
		t.Errorf("subscriptions are left: %v", left)
	}
}

func TestBrokerOverSentinel(t *testing.T) { // P31
	watched := redistest.NewWatched(t)
	runSuite(t, watched.URL())
	if n := watched.Master.Keys(); n != 0 {
		t.Errorf("Redis stores %d keys", n)
	}
}

func TestBrokerOverCluster(t *testing.T) { // P31
	cluster := redistest.NewCluster(t)
	runSuite(t, cluster.URL())
	if n := cluster.Keys(); n != 0 {
		t.Errorf("Redis stores %d keys", n)
	}
}

func runSuite(t *testing.T, url string) {
	t.Helper()
	brokertest.Run(t, func(t *testing.T) (a, b realtime.Broker) { return newBroker(t, url), newBroker(t, url) })
}

// Redis dies and comes back empty: publishing is refused at once meanwhile, the
// receivers learn that something may be lost, and messages arrive again. // I13
func TestRedisComesBack(t *testing.T) {
	server := redistest.New(t)
	b := newBroker(t, server.URL())
	inbox := brokertest.NewInbox()
	sub, err := b.Subscribe(t.Context(), "room", inbox)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Close() }()

	server.Kill()
	until(t, "the broker notices", func() bool {
		_ = b.Publish(t.Context(), "room", []byte("nobody hears this"))
		return b.Down()
	})
	start := time.Now()
	for range 1000 {
		_ = b.Publish(t.Context(), "room", []byte("nor this"))
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("1,000 publishes without Redis took %s", took)
	}
	server.Start()

	until(t, "the receiver learns of the loss", func() bool { return inbox.Losses() > 0 })
	before := len(inbox.Messages())
	until(t, "a message arrives again", func() bool {
		_ = b.Publish(t.Context(), "room", []byte("hello again"))
		return len(inbox.Messages()) > before
	})
	until(t, "the broker is up", func() bool { return !b.Down() })
}

// A subscription connection that Redis cuts is made anew, and the gap reported.
func TestCutSubscriptionReportsTheGap(t *testing.T) {
	server := redistest.New(t)
	b := newBroker(t, server.URL())
	inbox := brokertest.NewInbox()
	sub, err := b.Subscribe(t.Context(), "room", inbox)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Close() }()

	server.CutSubscribers()

	until(t, "the receiver learns of the loss", func() bool { return inbox.Losses() > 0 })
	until(t, "messages arrive again", func() bool {
		_ = b.Publish(t.Context(), "room", []byte("hello"))
		return len(inbox.Messages()) > 0
	})
}

// Without Redis a room opens all the same. When Redis comes its receiver learns
// of the gap, and messages arrive. // I13
func TestSubscribeBeforeRedis(t *testing.T) {
	server := redistest.New(t)
	server.Kill()
	b := newBroker(t, server.URL())
	inbox := brokertest.NewInbox()
	start := time.Now()
	sub, err := b.Subscribe(t.Context(), "room", inbox)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Close() }()
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
	if !b.Down() {
		t.Error("the broker says that all is well")
	}

	server.Start()

	until(t, "the receiver learns of the gap", func() bool { return inbox.Losses() > 0 })
	until(t, "messages arrive", func() bool {
		_ = b.Publish(t.Context(), "room", []byte("hello"))
		return len(inbox.Messages()) > 0
	})
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 15 s", what)
		}
	}
}

func isProbe(channel string) bool { return strings.Contains(channel, "}:probe:") }
