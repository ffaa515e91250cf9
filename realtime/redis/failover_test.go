package redis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/realtime/brokertest"
	"parley/realtime/redis"
	"parley/realtime/redis/redistest"
)

// pair is two servers' brokers, with a receiver at the second one.
type pair struct {
	*testing.T
	sender, receiver *redis.Broker
	topic            string
	inbox            *brokertest.Inbox
}

func newPair(t *testing.T, url, topic string) *pair {
	t.Helper()
	p := &pair{T: t, sender: newBroker(t, url), receiver: newBroker(t, url), topic: topic, inbox: brokertest.NewInbox()}
	p.subscribe()
	p.arrives()
	return p
}

func (p *pair) subscribe() {
	p.Helper()
	sub, err := p.receiver.Subscribe(p.Context(), p.topic, p.inbox)
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { _ = sub.Close() })
}

// arrives waits until a message comes through, and both brokers trust Redis.
func (p *pair) arrives() {
	p.Helper()
	n := 0
	until(p.T, "a message arrives", func() bool {
		n++
		text := fmt.Sprint("message ", n, " at ", time.Now())
		_ = p.sender.Publish(p.Context(), p.topic, []byte(text))
		for range 10 {
			time.Sleep(10 * time.Millisecond)
			for _, m := range p.inbox.Messages() {
				if string(m) == text {
					return true
				}
			}
		}
		return false
	})
	until(p.T, "the brokers are up", func() bool { return !p.sender.Down() && !p.receiver.Down() })
}

func (p *pair) losesAfter(before int) {
	p.Helper()
	until(p.T, "the receiver learns of the loss", func() bool { return p.inbox.Losses() > before })
}

// The master dies; the sentinels make the replica the master. // I13
func TestSentinelFailover(t *testing.T) {
	watched := redistest.NewWatched(t)
	p := newPair(t, watched.URL(), "room")
	before := p.inbox.Losses()

	watched.Master.Kill()

	p.losesAfter(before)
	p.arrives()
}

// A node of the cluster dies and its replica takes its slots. // I13
func TestClusterFailover(t *testing.T) {
	cluster := redistest.NewCluster(t)
	p := newPair(t, cluster.URL(), topicOn(cluster, cluster.Masters[0]))
	before := p.inbox.Losses()

	cluster.Masters[0].Kill()

	p.losesAfter(before)
	p.arrives()
}

// A node without a replica dies and comes back. Rooms elsewhere hear each other
// all the time. // I13
func TestClusterNodeComesBack(t *testing.T) {
	cluster := redistest.NewCluster(t)
	dying := cluster.Masters[1]
	p := newPair(t, cluster.URL(), topicOn(cluster, dying))
	elsewhere := brokertest.NewInbox()
	other := topicOn(cluster, cluster.Masters[2])
	sub, err := p.receiver.Subscribe(t.Context(), other, elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Close() }()
	before := p.inbox.Losses()

	dying.Kill()
	until(t, "the receiver's broker notices", p.receiver.Down)
	if err := p.sender.Publish(t.Context(), other, []byte("still here")); err != nil {
		t.Errorf("publishing elsewhere: %v", err)
	}
	elsewhere.Await(t, 1)
	dying.Start()

	p.losesAfter(before)
	p.arrives()
}

// Redis ends the subscriptions of a slot that goes to another node, without a
// word from the subscriber: node-redis #3311 went silent.
func TestClusterSlotMoves(t *testing.T) {
	cluster := redistest.NewCluster(t)
	topic := topicOn(cluster, cluster.Masters[1])
	p := newPair(t, cluster.URL(), topic)
	before := p.inbox.Losses()

	to := cluster.Move(cluster.Slot(redis.ChannelOf(topic)))

	p.losesAfter(before)
	p.arrives()
	if all := strings.Join(to.Channels(), " "); !strings.Contains(all, redis.ChannelOf(topic)) {
		t.Errorf("the new owner has %s", all)
	}
}

// topicOn returns a topic whose channel is on a node.
func topicOn(cluster *redistest.Cluster, node *redistest.Server) string {
	for i := 0; ; i++ {
		topic := fmt.Sprint("room ", i)
		if cluster.Owner(cluster.Slot(redis.ChannelOf(topic))) == node {
			return topic
		}
	}
}
