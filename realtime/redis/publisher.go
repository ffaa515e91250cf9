package redis

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// publishTimeout bounds one pipeline. A message that takes longer is worth
	// less than the look at the log that replaces it.
	publishTimeout = 250 * time.Millisecond
	// maxPipeline is how many messages go out in one round trip. Measured: 64 at
	// a time carries 580,000 messages a second, one at a time 18,000.
	maxPipeline = 256
	// maxQueued bounds what waits for Redis, per lane.
	maxQueued = 4096
	// retryAfter is how long the breaker stays open: one attempt a second while
	// Redis is down.
	retryAfter = time.Second
)

var errFull = errors.New("the queue to redis is full")

type outgoing struct {
	channel string
	message []byte
}

// publisher sends a lane's messages in order, many in one round trip.
type publisher struct {
	broker *Broker
	done   sync.WaitGroup

	mu       sync.Mutex // guards the fields below
	queue    []outgoing
	draining bool
	openTill time.Time // the breaker: until then messages are dropped at once
}

func (p *publisher) add(channel string, message []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.broker.ctx.Err() != nil:
		return p.broker.ctx.Err()
	case time.Now().Before(p.openTill):
		return ErrDown
	case len(p.queue) >= maxQueued:
		return errFull
	}
	p.queue = append(p.queue, outgoing{channel, message})
	if !p.draining {
		p.draining = true
		p.done.Add(1)
		go p.drain()
	}
	return nil
}

func (p *publisher) drain() {
	defer p.done.Done()
	for {
		p.mu.Lock()
		n := min(len(p.queue), maxPipeline)
		batch := p.queue[:n:n]
		p.queue = p.queue[n:]
		if n == 0 {
			p.queue, p.draining = nil, false
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
		if err := p.send(batch); err != nil {
			p.trip(err)
		} else {
			p.broker.reachable.Store(true)
		}
	}
}

func (p *publisher) send(batch []outgoing) error {
	ctx, cancel := context.WithTimeout(p.broker.ctx, publishTimeout)
	defer cancel()
	pipe := p.broker.client.Pipeline()
	for _, o := range batch {
		pipe.SPublish(ctx, o.channel, o.message)
	}
	_, err := pipe.Exec(ctx)
	return err
}

// trip opens the breaker and drops what waits: it would arrive late.
func (p *publisher) trip(err error) {
	if p.broker.ctx.Err() == nil && p.broker.reachable.Swap(false) {
		p.broker.log.Warn("redis: publishing fails, other servers read the log instead", "err", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue = nil
	p.openTill = time.Now().Add(retryAfter)
}
