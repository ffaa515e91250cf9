package redis

import (
	"context"
	"fmt"
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
	// confirmWithin is how long a subscription waits for Redis. A room opens
	// without it: its receiver learns of the gap when the confirmation comes.
	confirmWithin = 500 * time.Millisecond
)

// lane is one subscription connection, made anew when it breaks, and the topics
// on it. What the lane wants is in topics; the connection is brought in line
// with that by one goroutine, so that commands have one order.
type lane struct {
	broker  *Broker
	out     publisher
	probe   string // the channel of its probes
	done    sync.WaitGroup
	inbox   chan *goredis.Message // capacity maxReceived; receive writes, work reads; never closed
	changed chan struct{}         // capacity 1; a token means "bring the connection in line"; never closed
	look    chan struct{}         // capacity 1; a token means "report losses"; never closed
	down    atomic.Bool           // not trusted at present
	falls   atomic.Uint64         // how often something made it so
	probes  uint64                // the newest probe's number; owned by run
	started atomic.Bool           // written under mu

	mu     sync.Mutex // guards the fields below
	topics map[string]*topic
	stale  map[string]struct{} // channels that the connection may have otherwise than topics
	lossy  map[*topic]struct{} // something of these was lost, their receivers are to be told
}

// topic is one channel and who receives from it.
type topic struct {
	receivers []*subscription // never changed in place
	ready     bool            // Redis has confirmed it, on the present connection
	owed      bool            // somebody has gone on without the confirmation
	confirmed chan struct{}   // closed when it becomes ready
}

type subscription struct {
	lane     *lane
	channel  string
	receiver realtime.Receiver
}

func newLane(b *Broker, index int) *lane {
	l := &lane{
		broker: b, probe: channelName(index, fmt.Sprintf("probe:%016x", b.name)),
		inbox: make(chan *goredis.Message, maxReceived), changed: make(chan struct{}, 1), look: make(chan struct{}, 1),
		topics: map[string]*topic{}, stale: map[string]struct{}{}, lossy: map[*topic]struct{}{},
	}
	l.out.lane = l
	return l
}

// subscribe adds sub to its channel and waits for the confirmation, but not for
// a Redis that is away.
func (l *lane) subscribe(ctx context.Context, sub *subscription) error {
	l.mu.Lock()
	t := l.topics[sub.channel]
	if t == nil {
		t = &topic{confirmed: make(chan struct{})}
		l.topics[sub.channel] = t
		l.stale[sub.channel] = struct{}{}
	}
	t.receivers = append(t.receivers[:len(t.receivers):len(t.receivers)], sub)
	confirmed := t.confirmed
	l.mu.Unlock()
	l.start()
	signal(l.changed)

	patience := time.NewTimer(l.patience())
	defer patience.Stop()
	select {
	case <-confirmed:
		return nil
	case <-patience.C:
		l.goOnWithout(t)
		return nil
	case <-ctx.Done():
		_ = sub.Close()
		return ctx.Err()
	case <-l.broker.ctx.Done():
		return l.broker.ctx.Err()
	}
}

// patience is how long a subscription waits: on a lane that is known to be down
// rooms open at once.
func (l *lane) patience() time.Duration {
	if l.down.Load() {
		return 0
	}
	return confirmWithin
}

// goOnWithout notes that somebody did not wait for the confirmation.
func (l *lane) goOnWithout(t *topic) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !t.ready {
		t.owed = true
		l.fall("redis: a subscription is not confirmed; messages may be lost and are read from the log", nil)
	}
}

// fall notes that messages may not be arriving, and says so when it is news. It
// takes no lock.
func (l *lane) fall(what string, err error) {
	l.falls.Add(1)
	if !l.down.Swap(true) && l.broker.ctx.Err() == nil {
		l.broker.log.Warn(what, "err", err)
	}
	signal(l.changed)
}

// start starts the lane's goroutines with its first use.
func (l *lane) start() {
	if l.started.Load() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.started.Load() || l.broker.ctx.Err() != nil {
		return
	}
	l.started.Store(true)
	l.done.Add(2)
	go l.run()
	go l.work()
}

// Close takes the subscription off its channel; the last one unsubscribes. It
// does not wait for Redis.
func (s *subscription) Close() error {
	l := s.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.topics[s.channel]
	if t == nil {
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
		return nil
	}
	delete(l.topics, s.channel)
	delete(l.lossy, t)
	l.stale[s.channel] = struct{}{}
	signal(l.changed)
	return nil
}

// readyLocked notes that Redis has the topic's subscription. Whoever went on
// without it, and whoever had it on an earlier connection, has missed something.
func (l *lane) readyLocked(t *topic) {
	if t.ready {
		return
	}
	t.ready = true
	close(t.confirmed)
	if t.owed {
		t.owed = false
		l.lossy[t] = struct{}{}
		signal(l.look)
	}
}

// unreadyLocked notes that the connection is gone.
func (l *lane) unreadyLocked(channel string, t *topic) {
	if t.ready {
		t.ready, t.owed = false, true
		t.confirmed = make(chan struct{})
	}
	l.stale[channel] = struct{}{}
}

// close returns when the lane's goroutines have ended; the broker's ctx has.
func (l *lane) close() {
	l.mu.Lock() // whoever is starting them has done so
	started := l.started.Load()
	l.mu.Unlock()
	if started {
		l.done.Wait()
	}
	l.out.close()
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
