package redis

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"

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
)

// ErrDown says that Redis does not take messages at present; this one was
// dropped. The hub finds the commit in the log.
var ErrDown = errors.New("redis is not reachable")

// Broker is a [realtime.Broker] over Redis. It is safe for concurrent use.
type Broker struct {
	client  goredis.UniversalClient
	name    uint64 // tells this process's probe channels from those of others
	lanes   []*lane
	log     *slog.Logger
	metrics *metrics
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
}

var _ realtime.Broker = (*Broker)(nil)

// New returns a broker over the Redis that raw names, in one of these forms:
//
//	redis://user:password@host:6379/0   one server; rediss:// with TLS, unix:///path
//	redis+sentinel://user:password@host:26379,host:26379/mymaster
//	redis+cluster://user:password@host:6379,host:6379
//	redis://host:6379,redis://host:6379   the same as redis+cluster://
//
// It does not connect yet: Redis may come later. The error says what is wrong with raw.
func New(raw string, log *slog.Logger) (*Broker, error) {
	client, count, err := connect(raw)
	if err != nil {
		return nil, fmt.Errorf("the Redis URL %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	b := &Broker{client: client, name: rand.Uint64(), log: log, ctx: ctx, cancel: cancel}
	for i := range count {
		b.lanes = append(b.lanes, newLane(b, i))
	}
	b.metrics = newMetrics(b)
	return b, nil
}

// Check returns what is wrong with raw as a Redis URL, worded to follow "it", or
// nil. It connects to nothing.
func Check(raw string) error {
	_, err := parse(raw)
	return err
}

// Publish queues message for topic and returns at once. Messages of one topic
// arrive in the order of their calls. The error is [ErrDown], or says that the
// queue is full. What is dropped, now or later, the topic's receivers are told
// of as lost, as soon as Redis takes messages again.
func (b *Broker) Publish(_ context.Context, topic string, message []byte) error {
	p, channel := b.route(topic)
	return b.laneOf(p).out.add(channel, message)
}

// Subscribe returns once Redis has confirmed the subscription. Where Redis is
// away it returns soon without: receiver then learns that messages may be lost
// when the confirmation comes, and [Broker.Down] is true until then.
func (b *Broker) Subscribe(ctx context.Context, topic string, receiver realtime.Receiver) (realtime.Subscription, error) {
	p, channel := b.route(topic)
	sub := &subscription{lane: b.laneOf(p), channel: channel, receiver: receiver}
	if err := sub.lane.subscribe(ctx, sub); err != nil {
		return nil, fmt.Errorf("subscribing to %s: %w", topic, err)
	}
	return sub, nil
}

// Down reports whether messages may not be arriving: something failed on one of
// the lanes, and its probe has not come back often enough since.
func (b *Broker) Down() bool {
	for _, l := range b.lanes {
		if l.down.Load() {
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

// route returns the partition of topic and the channel that carries it.
func (b *Broker) route(topic string) (partition int, channel string) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(topic)) // a hash never fails
	partition = int(h.Sum32() % partitions)
	return partition, channelName(partition, topic)
}

// channelName has the partition as a hash tag, so that in a cluster all channels
// of a partition are on one node.
func channelName(partition int, topic string) string {
	return fmt.Sprintf("parley:{p%02d}:%s", partition, topic)
}

func (b *Broker) laneOf(partition int) *lane { return b.lanes[partition%len(b.lanes)] }

// reload has a cluster's client learn anew which node serves what.
func (b *Broker) reload() {
	if cluster, ok := b.client.(*goredis.ClusterClient); ok {
		cluster.ReloadState(b.ctx)
	}
}
