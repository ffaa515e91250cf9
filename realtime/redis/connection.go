package redis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

const (
	// Making a connection anew waits between these, and up to as much again: with
	// four lanes a Redis that is away sees fewer than five attempts a second.
	minBackoff = 50 * time.Millisecond
	maxBackoff = time.Second
	// maxSubscribe is how many channels one command names.
	maxSubscribe = 512
)

var (
	errMoved = errors.New("the channels moved to another node")
	errDeaf  = errors.New("the connection does not deliver")
)

// connection is one subscription connection, from its making to its first
// fault. The library would mend it by itself; then nobody would know which
// confirmation belongs to which command. So a broken one is thrown away.
type connection struct {
	pubsub *goredis.PubSub
	broken chan error    // capacity 1; why it ended; written by receive
	ended  chan struct{} // closed when receive has returned
	echoes chan uint64   // capacity 1; probes that came back; written by receive
	// wire is what was sent for each channel, guarded by lane.mu.
	wire map[string]*wire
}

// wire is one channel as the connection has it.
type wire struct {
	on       bool // the last command was ssubscribe
	awaiting int  // confirmations of ssubscribe that are to come
	leaving  int  // and of sunsubscribe
}

// run keeps the lane connected until the broker is closed.
func (l *lane) run() {
	defer l.done.Done()
	backoff := minBackoff
	for {
		started := time.Now()
		err := l.serve()
		if l.broker.ctx.Err() != nil {
			return
		}
		l.fall("redis: a subscription connection broke; messages may be lost and are read from the log", err)
		l.broker.metrics.reconnects.Inc()
		l.broker.reload()
		if time.Since(started) > maxBackoff {
			backoff = minBackoff
		}
		if !wait(l.broker.ctx, backoff+rand.N(backoff)) {
			return
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// serve makes a connection and keeps it in line with the topics, until it breaks.
func (l *lane) serve() error {
	c := &connection{
		pubsub: l.broker.client.SSubscribe(l.broker.ctx), broken: make(chan error, 1),
		ended: make(chan struct{}), echoes: make(chan uint64, 1), wire: map[string]*wire{},
	}
	l.mu.Lock()
	for channel, t := range l.topics {
		l.unreadyLocked(channel, t)
	}
	l.mu.Unlock()
	defer func() { _ = c.pubsub.Close() }()
	// The first command connects; only then is there something to receive.
	c.wire[l.probe] = &wire{on: true, awaiting: 1}
	if err := c.pubsub.SSubscribe(l.broker.ctx, l.probe); err != nil {
		return err
	}
	go l.receive(c)
	defer func() {
		_ = c.pubsub.Close() // ends receive
		<-c.ended
	}()
	p := newProber(l)
	defer p.stop()
	for {
		if err := l.align(c); err != nil {
			return err
		}
		if l.confirmed(c) {
			p.hurry()
		}
		select {
		case <-l.broker.ctx.Done():
			return l.broker.ctx.Err()
		case err := <-c.broken:
			return err
		case <-l.changed:
		case id := <-c.echoes:
			p.heard(id)
		case <-p.timer.C:
			if !l.confirmed(c) {
				return errDeaf
			}
			if err := p.due(c.echoes); err != nil {
				return err
			}
		}
	}
}

// align sends the commands that make the connection have what the lane wants.
func (l *lane) align(c *connection) error {
	var join, leave []string
	l.mu.Lock()
	for channel := range l.stale {
		t, w := l.topics[channel], c.wire[channel]
		switch {
		case t != nil && (w == nil || !w.on):
			if w == nil {
				w = &wire{}
				c.wire[channel] = w
			}
			w.on = true
			w.awaiting++
			join = append(join, channel)
		case t != nil && w.awaiting == 0: // left and joined again before the command went out
			l.readyLocked(t)
		case t == nil && w != nil && w.on:
			w.on = false
			w.leaving++
			leave = append(leave, channel)
		}
	}
	clear(l.stale)
	l.mu.Unlock()
	if err := inChunks(l.broker.ctx, join, c.pubsub.SSubscribe); err != nil {
		return err
	}
	return inChunks(l.broker.ctx, leave, c.pubsub.SUnsubscribe)
}

func inChunks(ctx context.Context, channels []string, command func(context.Context, ...string) error) error {
	for len(channels) > 0 {
		n := min(len(channels), maxSubscribe)
		if err := command(ctx, channels[:n]...); err != nil {
			return err
		}
		channels = channels[n:]
	}
	return nil
}

// receive reads from the connection and hands on. It does nothing that could
// hold it up.
func (l *lane) receive(c *connection) {
	defer close(c.ended)
	for {
		reply, err := c.pubsub.Receive(l.broker.ctx)
		if err == nil {
			err = l.sort(c, reply)
		}
		if err != nil {
			c.broken <- err
			return
		}
	}
}

func (l *lane) sort(c *connection, reply any) error {
	switch reply := reply.(type) {
	case *goredis.Message:
		if reply.Channel != l.probe {
			l.take(reply)
			return nil
		}
		select {
		case c.echoes <- probeID(reply.Payload):
		default: // the one before it is not looked at yet, which says as much
		}
	case *goredis.Subscription:
		return l.confirm(c, reply)
	}
	return nil
}

// confirm takes note of what Redis says about a channel. Confirmations come in
// the order of the commands, so the last one awaited is that of the last
// command: an earlier one must not make a topic ready whose channel was left and
// joined again since.
func (l *lane) confirm(c *connection, s *goredis.Subscription) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := c.wire[s.Channel]
	switch {
	case w == nil:
		return fmt.Errorf("an answer about the channel %q, which nobody asked for", s.Channel)
	case s.Kind == "sunsubscribe" && w.leaving == 0:
		return errMoved // Redis ends subscriptions whose slot goes to another node
	case s.Kind == "sunsubscribe":
		w.leaving--
		if w.leaving == 0 && !w.on {
			delete(c.wire, s.Channel)
		}
	default:
		w.awaiting--
		if s.Channel == l.probe {
			signal(l.changed) // probes may begin
		}
		if t := l.topics[s.Channel]; t != nil && w.on && w.awaiting == 0 {
			l.readyLocked(t)
		}
	}
	return nil
}

// confirmed reports whether the lane's own channel is subscribed to, so that a
// probe can come back.
func (l *lane) confirmed(c *connection) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return c.wire[l.probe].awaiting == 0
}

// wait returns false when ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
