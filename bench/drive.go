//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// warmUp is how long windows fill and caches warm before a count starts.
const warmUp = 500 * time.Millisecond

// editPause bounds one edit in flight: an answer later than this is lost.
const editPause = 10 * time.Second

// oneInFlight sends n edits in a room, each when the one before has reached
// everybody, and returns how long each took to every other member, and to its
// verdict at the author.
func oneInFlight(ctx context.Context, l *loop, c *crowd, n int) (others, acks []time.Duration, err error) {
	turn := &turn{crowd: c, left: n, done: make(chan struct{})}
	l.do(func() { turn.begin() })
	select {
	case <-turn.done:
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(time.Duration(n)*time.Second/10 + editPause):
		err = fmt.Errorf("an edit got stuck: %s", behind(l, []*crowd{c}))
	}
	l.do(func() {
		unhook(c)
		others, acks = turn.others, turn.acks
	})
	return others, acks, err
}

// turn is the state of oneInFlight; it belongs to the loop's thread.
type turn struct {
	crowd        *crowd
	author       *member
	left         int
	waiting      int // deliveries and verdicts of the current edit to come
	sent         time.Time
	others, acks []time.Duration
	done         chan struct{}
}

func (t *turn) begin() {
	t.author = t.crowd.editors(1)[0]
	for _, m := range t.crowd.members {
		m.onCommits = func(m *member, _, _ int64, _ []byte, at time.Time) {
			if m != t.author {
				t.others = append(t.others, at.Sub(t.sent))
			}
			t.arrived()
		}
	}
	t.author.onAck = func(_ *member, _, _ int64, at time.Time) {
		t.acks = append(t.acks, at.Sub(t.sent))
		t.arrived()
	}
	t.next()
}

func (t *turn) arrived() {
	if t.waiting--; t.waiting == 0 {
		t.next()
	}
}

func (t *turn) next() {
	if t.left == 0 {
		close(t.done)
		return
	}
	t.left--
	t.waiting = len(t.crowd.members) + 1
	t.author.edit(t.crowd.milestones[t.left%len(t.crowd.milestones)])
	t.sent = time.Now()
	t.author.flush()
}

// tally is what members saw in a stretch of time.
type tally struct {
	seconds    float64
	acks       float64 // ops acknowledged as durable
	deliveries float64 // commits received, over all members
	used       usage
}

// saturate keeps window ops of each of the first n editors of each room
// unanswered, and counts over d after a warm-up.
func (b *bench) saturate(crowds []*crowd, n, window int, d time.Duration) (tally, error) {
	b.loop.do(func() {
		for _, c := range crowds {
			for i, m := range c.editors(n) {
				fill(m, i, window)
			}
		}
	})
	time.Sleep(min(warmUp, d/2))
	t, err := b.count(crowds, d)
	b.loop.do(func() {
		for _, c := range crowds {
			unhook(c)
		}
	})
	if err != nil {
		return t, err
	}
	return t, settle(b.loop, crowds)
}

// fill sends window edits, and another for every verdict. The i-th editor has
// milestones of its own while there are enough.
func fill(m *member, i, window int) {
	milestone := func() string { return m.crowd.milestones[i%len(m.crowd.milestones)] }
	m.onAck = func(m *member, _, _ int64, _ time.Time) { m.edit(milestone()) }
	for m.unanswered() < int64(window) {
		m.edit(milestone())
	}
	m.flush()
}

// steady sends edits at a fixed rate, room after room and editor after editor,
// and counts over d. The rate is kept whatever the answers take.
func (b *bench) steady(crowds []*crowd, perSecond int, d time.Duration) (tally, error) {
	turn := 0
	cancel, err := b.loop.every(time.Second/time.Duration(perSecond), func() {
		c := crowds[turn%len(crowds)]
		editors := c.editors(len(c.people))
		m := editors[turn/len(crowds)%len(editors)]
		m.edit(c.milestones[turn%len(c.milestones)])
		m.flush()
		turn++
	})
	if err != nil {
		return tally{}, err
	}
	time.Sleep(min(warmUp, d/2))
	t, err := b.count(crowds, d)
	cancel()
	if err != nil {
		return t, err
	}
	return t, settle(b.loop, crowds)
}

// count returns what happened in the next d.
func (b *bench) count(crowds []*crowd, d time.Duration) (tally, error) {
	before, err := b.look(crowds)
	if err != nil {
		return tally{}, err
	}
	time.Sleep(d)
	after, err := b.look(crowds)
	if err != nil {
		return tally{}, err
	}
	return tally{
		seconds:    after.seconds - before.seconds,
		acks:       after.acks - before.acks,
		deliveries: after.deliveries - before.deliveries,
		used:       after.used.since(before.used),
	}, nil
}

// look adds up where things stand now.
func (b *bench) look(crowds []*crowd) (t tally, err error) {
	b.loop.do(func() {
		t.seconds = time.Since(b.began).Seconds()
		for _, c := range crowds {
			t.acks += float64(c.acks)
			for _, m := range c.members {
				t.deliveries += float64(m.received)
				if m.err != nil && err == nil {
					err = fmt.Errorf("a member of room %s: %w", c.id, m.err)
				}
			}
		}
	})
	if err != nil {
		return t, err
	}
	t.used, err = b.usage()
	return t, err
}

// unhook stops the members' reactions; on the loop's thread.
func unhook(c *crowd) {
	for _, m := range c.members {
		m.onCommits, m.onAck = nil, nil
	}
}
