//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// milestonesPerRoom is a plan somewhat above the six to twenty milestones of
// plans that get finished, so that editors rarely meet on one.
const milestonesPerRoom = 40

// dialers is how many sockets open at once. A blocking handshake holds a
// thread, and a room's members do not arrive in the same millisecond.
const dialers = 8

// settleTimeout bounds the wait for the last delivery after an edit phase.
const settleTimeout = 30 * time.Second

// crowd is one room and its connected members. The room outlives the server
// process: its members connect again after a restart.
type crowd struct {
	id         string
	milestones []string
	people     []string // session tokens of named editors
	watcher    string   // session token of the watchers' link
	doomed     bool     // its server is killed; the scenario looks for what was lost

	// Owned by the loop's thread once members are connected.
	members []*member
	head    int64 // the newest acknowledged rev
	acks    int64 // over the crowd's whole life

	sampling bool   // keep the next frame of one commit
	sample   []byte // that frame
}

// newCrowd makes a room with a plan of so many milestones and n named editors,
// alternating between the sides.
func newCrowd(ctx context.Context, a *api, name string, milestones, n int) (*crowd, error) {
	id, err := a.createRoom(ctx, name)
	if err != nil {
		return nil, err
	}
	c := &crowd{id: id}
	if c.milestones, err = a.addMilestones(ctx, id, milestones); err != nil {
		return nil, err
	}
	var links [2]string
	for i, side := range []string{"seller", "buyer"} {
		if links[i], err = a.link(ctx, id, side, "editor"); err != nil {
			return nil, err
		}
	}
	for i := range n {
		token, err := a.join(ctx, links[i%2], fmt.Sprintf("Editor %d", i+1))
		if err != nil {
			return nil, err
		}
		c.people = append(c.people, token)
	}
	link, err := a.link(ctx, id, "none", "viewer")
	if err != nil {
		return nil, err
	}
	c.watcher, err = a.join(ctx, link, "")
	return c, err
}

// newCrowds makes rooms of equal size.
func newCrowds(ctx context.Context, a *api, name string, rooms, people int) ([]*crowd, error) {
	crowds := make([]*crowd, rooms)
	var g errgroup.Group
	g.SetLimit(dialers)
	for i := range crowds {
		g.Go(func() (err error) {
			crowds[i], err = newCrowd(ctx, a, fmt.Sprintf("%s %d", name, i+1), milestonesPerRoom, people)
			return err
		})
	}
	return crowds, g.Wait()
}

// enter connects members until every crowd has n: each named person once, then
// watchers. It returns when all are welcomed and have the same rev.
func (b *bench) enter(crowds []*crowd, n int) error {
	var g errgroup.Group
	g.SetLimit(dialers)
	for _, c := range crowds {
		var have int
		b.loop.do(func() { have = len(c.members) })
		for i := have; i < n; i++ {
			g.Go(func() error { return b.enterOne(c, i) })
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return settle(b.loop, crowds)
}

// enterOne connects the crowd's i-th member.
func (b *bench) enterOne(c *crowd, i int) error {
	token, edits := c.watcher, false
	if i < len(c.people) {
		token, edits = c.people[i], true
	}
	m, err := connect(b.loop, b.server.addr, b.server.origin, c, token)
	if err != nil {
		return err
	}
	b.loop.do(func() {
		m.edits = edits
		c.members = append(c.members, m)
	})
	return nil
}

// editors returns up to n connected members that may edit; on the loop's thread.
func (c *crowd) editors(n int) []*member {
	var out []*member
	for _, m := range c.members {
		if m.edits && len(out) < n {
			out = append(out, m)
		}
	}
	return out
}

// acknowledged notes a verdict of one of the members.
func (c *crowd) acknowledged(rev int64) {
	c.acks++
	c.head = max(c.head, rev)
}

// settle waits until every member is welcomed, has every verdict, and has the
// newest commit of its room.
func settle(l *loop, crowds []*crowd) error {
	var err error
	for start := time.Now(); time.Since(start) < settleTimeout; time.Sleep(2 * time.Millisecond) {
		waiting := 0
		l.do(func() { waiting, err = unsettled(crowds) })
		if err != nil || waiting == 0 {
			return err
		}
	}
	return fmt.Errorf("members still behind after %s: %s", settleTimeout, behind(l, crowds))
}

func unsettled(crowds []*crowd) (waiting int, err error) {
	for _, c := range crowds {
		for _, m := range c.members {
			c.head = max(c.head, m.rev)
		}
		for _, m := range c.members {
			if m.err != nil {
				err = errors.Join(err, fmt.Errorf("a member of room %s: %w", c.id, m.err))
			}
			if !m.welcomed || m.rev < c.head || m.unanswered() > 0 {
				waiting++
			}
		}
	}
	return waiting, err
}

// behind describes one member that has not settled.
func behind(l *loop, crowds []*crowd) (what string) {
	l.do(func() {
		for _, c := range crowds {
			for i, m := range c.members {
				if !m.welcomed || m.rev < c.head || m.unanswered() > 0 {
					what = fmt.Sprintf("room %s, member %d: welcomed %t, rev %d of %d, op %d answered of %d, resyncs %d",
						c.id, i, m.welcomed, m.rev, c.head, m.answered, m.seq, m.resyncs)
				}
			}
		}
	})
	return what
}

// leave closes every socket of the crowds, and keeps what its members saw for
// the result.
func (b *bench) leave(crowds []*crowd) {
	b.loop.do(func() {
		for _, c := range crowds {
			for _, m := range c.members {
				b.checks.saw(m)
				m.close()
			}
			c.members = nil
		}
	})
}
