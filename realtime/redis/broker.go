package redis

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"parley/realtime"
)

const (
	// partitions is how many hash tags the topics share. It is part of every
	// channel's name, so all servers must agree on it.
	partitions = 64
	// standaloneLanes is how many connections receive from a single Redis: one
	// delivers about 450,000 messages a second, four keep a busy room from
	// holding up the others.
	standaloneLanes = 4
	// dialTimeout and ioTimeout are set here because the library's defaults have
	// changed between its releases.
	dialTimeout = 2 * time.Second
	ioTimeout   = 2 * time.Second
)

// ErrDown says that Redis could not be reached a moment ago; the message was
// dropped. The hub finds the commit in the log.
var ErrDown = errors.New("redis is not reachable")

// Broker is a [realtime.Broker] over Redis. It is safe for concurrent use.
type Broker struct {
	client goredis.UniversalClient
	lanes  []*lane
	log    *slog.Logger
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	// reachable is false from a failed publish until one succeeds.
	reachable atomic.Bool
}

var _ realtime.Broker = (*Broker)(nil)

// New returns a broker over the Redis named by urls, redis://host:port/db or
// unix://path, separated by commas. More than one is a cluster. It does not
// connect yet: Redis may come later. The error says what is wrong with urls.
func New(urls string, log *slog.Logger) (*Broker, error) {
	client, count, err := connect(urls)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	b := &Broker{client: client, log: log, ctx: ctx, cancel: cancel}
	b.reachable.Store(true)
	for range count {
		b.lanes = append(b.lanes, newLane(b))
	}
	return b, nil
}

// Check returns what is wrong with urls, as [New] would. It connects to nothing.
func Check(urls string) error {
	_, err := parse(urls)
	return err
}

func parse(urls string) ([]*goredis.Options, error) {
	list := strings.Split(urls, ",")
	options := make([]*goredis.Options, len(list))
	for i, raw := range list {
		o, err := goredis.ParseURL(strings.TrimSpace(raw))
		if err != nil {
			return nil, fmt.Errorf("redis: %w", err)
		}
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout = dialTimeout, ioTimeout, ioTimeout
		o.MaxRetries = -1 // a message that failed is found in the log, not sent late
		options[i] = o
	}
	return options, nil
}

// connect returns the client and how many lanes it gets.
func connect(urls string) (goredis.UniversalClient, int, error) {
	options, err := parse(urls)
	if err != nil {
		return nil, 0, err
	}
	if len(options) == 1 {
		return goredis.NewClient(options[0]), standaloneLanes, nil
	}
	cluster := &goredis.ClusterOptions{
		Username: options[0].Username, Password: options[0].Password, TLSConfig: options[0].TLSConfig,
		DialTimeout: dialTimeout, ReadTimeout: ioTimeout, WriteTimeout: ioTimeout, MaxRetries: -1,
	}
	for _, o := range options {
		cluster.Addrs = append(cluster.Addrs, o.Addr)
	}
	return goredis.NewClusterClient(cluster), partitions, nil
}

// Publish queues message for topic and returns at once. Messages of one topic
// arrive in the order of their calls. The error is [ErrDown], or says that the
// queue is full.
func (b *Broker) Publish(_ context.Context, topic string, message []byte) error {
	channel, l := b.route(topic)
	return l.out.add(channel, message)
}

// Subscribe returns once Redis has confirmed the subscription. Where Redis is
// away it returns soon without: receiver then learns that messages may be lost
// when the confirmation comes, and [Broker.Down] is true until then.
func (b *Broker) Subscribe(ctx context.Context, topic string, receiver realtime.Receiver) (realtime.Subscription, error) {
	channel, l := b.route(topic)
	sub := &subscription{lane: l, channel: channel, receiver: receiver}
	if err := l.subscribe(ctx, sub); err != nil {
		return nil, fmt.Errorf("subscribing to %s: %w", topic, err)
	}
	return sub, nil
}

// Down reports whether messages may not be arriving: a publish failed and none
// has succeeded since, or a subscription connection is broken.
func (b *Broker) Down() bool {
	if !b.reachable.Load() {
		return true
	}
	for _, l := range b.lanes {
		if l.broken.Load() {
			return true
		}
	}
	return false
}

// Close ends every subscription and returns when all goroutines have.
func (b *Broker) Close() error {
	b.cancel()
	for _, l := range b.lanes {
		l.close()
	}
	return b.client.Close()
}

// route returns the channel that carries topic, and its lane.
func (b *Broker) route(topic string) (string, *lane) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(topic)) // a hash never fails
	p := int(h.Sum32() % partitions)
	return fmt.Sprintf("parley:{p%02d}:%s", p, topic), b.lanes[p%len(b.lanes)]
}
