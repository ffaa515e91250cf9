package redis

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
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
	// maxOwed bounds the channels that are remembered as having missed something.
	// The receivers of those above it find out by the check of positions.
	maxOwed = 65_536
)

var errFull = errors.New("the queue to redis is full")

// What is published begins with one byte that says what it is.
const (
	kindMessage = 'm' // the rest is the message
	kindLoss    = 'l' // messages of this channel were dropped before they were sent
)

// opened returns the message in a payload, and false for the news that some were lost.
// An unknown kind is of a newer server: what it says is found in the log.
func opened(payload string) (message []byte, whole bool) {
	if payload == "" || payload[0] != kindMessage {
		return nil, false
	}
	return []byte(payload[1:]), true
}

type outgoing struct {
	channel string
	message []byte
	probe   uint64 // its number, 0 for any other message
}

// publisher sends a lane's messages in order, many in one round trip. While its
// breaker is open it takes only probes, and remembers which channels missed
// something.
type publisher struct {
	lane  *lane
	done  sync.WaitGroup
	taken atomic.Uint64 // the newest probe that Redis took

	mu       sync.Mutex // guards the fields below
	queue    []outgoing
	draining bool
	open     bool                // the breaker
	owed     map[string]struct{} // channels whose receivers are to be told of a loss
}

func (p *publisher) add(channel string, message []byte) error {
	framed := make([]byte, 0, 1+len(message))
	framed = append(append(framed, kindMessage), message...)
	p.lane.start() // its probes close the breaker
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.lane.broker.ctx.Err() != nil:
		return p.lane.broker.ctx.Err()
	case p.open:
		p.lane.broker.metrics.dropped.Inc()
		p.oweLocked(channel)
		return ErrDown
	case len(p.queue) >= maxQueued:
		p.lane.broker.metrics.dropped.Inc()
		p.oweLocked(channel)
		return errFull
	}
	p.queue = append(p.queue, outgoing{channel: channel, message: framed})
	p.drainLocked()
	return nil
}

// probe sends a probe on the way that messages go, breaker or not.
func (p *publisher) probe(channel string, id uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue = append(p.queue, outgoing{channel: channel, message: probeMessage(id), probe: id})
	p.drainLocked()
}

// reopen closes the breaker: messages go out again.
func (p *publisher) reopen() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = false
	p.drainLocked()
}

func (p *publisher) oweLocked(channel string) {
	if p.owed == nil {
		p.owed = map[string]struct{}{}
	}
	if len(p.owed) < maxOwed {
		p.owed[channel] = struct{}{}
	}
}

func (p *publisher) drainLocked() {
	if p.draining || p.lane.broker.ctx.Err() != nil {
		return
	}
	p.draining = true
	p.done.Add(1)
	go p.drain()
}

func (p *publisher) drain() {
	defer p.done.Done()
	for batch := p.next(); batch != nil; batch = p.next() {
		err := p.send(batch)
		if err != nil {
			p.trip(batch, err)
			continue
		}
		for _, o := range batch {
			if o.probe > 0 {
				p.taken.Store(o.probe)
			}
		}
	}
}

// next takes a batch: what waits, and then the news of what was lost.
func (p *publisher) next() []outgoing {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := min(len(p.queue), maxPipeline)
	batch := p.queue[:n:n]
	p.queue = p.queue[n:]
	if !p.open {
		for channel := range p.owed {
			if len(batch) == maxPipeline {
				break
			}
			delete(p.owed, channel)
			batch = append(batch, outgoing{channel: channel, message: []byte{kindLoss}})
		}
	}
	if len(batch) == 0 {
		p.queue, p.draining = nil, false
		return nil
	}
	return batch
}

func (p *publisher) send(batch []outgoing) error {
	ctx, cancel := context.WithTimeout(p.lane.broker.ctx, publishTimeout)
	defer cancel()
	pipe := p.lane.broker.client.Pipeline()
	for _, o := range batch {
		pipe.SPublish(ctx, o.channel, o.message)
	}
	_, err := pipe.Exec(ctx)
	return err
}

// trip opens the breaker and drops what waits: it would arrive late. Of a batch
// that failed nobody knows what arrived.
func (p *publisher) trip(batch []outgoing, err error) {
	p.mu.Lock()
	p.open = true
	for _, o := range append(batch, p.queue...) {
		switch {
		case o.probe > 0:
			continue
		case o.message[0] == kindMessage:
			p.lane.broker.metrics.dropped.Inc()
		}
		p.oweLocked(o.channel)
	}
	p.queue = nil
	p.mu.Unlock()
	p.lane.broker.reload()
	p.lane.fall("redis: publishing fails; other servers read the log instead", err)
}

// close returns when nothing is being sent any more; the broker's ctx has ended.
func (p *publisher) close() {
	p.mu.Lock() // whoever is starting the drain has done so
	p.queue = nil
	p.mu.Unlock()
	p.done.Wait()
}
