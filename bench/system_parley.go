//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// parley is the server under test as a system among others.
type parley struct {
	apart   bool // a process of its own, beside the run's, on the same database
	doomed  bool // it is killed, and its rooms are compared with the log by the scenario
	servers []*server
}

func (p *parley) label() string { return "Parley" }
func (p *parley) window() int   { return window }

// faulty ends the run: Parley must lose and double nothing.
func (p *parley) faulty(_, _, _ int64) bool { return false }

// repeats is for others: a rev that comes twice ends the run.
func (p *parley) repeats(int64) {}

// start uses the run's own server when one is enough: it is the same binary.
func (p *parley) start(ctx context.Context, b *bench, servers int) error {
	if servers > 1 {
		p.apart = true
	}
	if !p.apart {
		p.servers = []*server{b.server}
		return nil
	}
	var redis string
	if servers > 1 {
		var err error
		if redis, err = b.redisURL(ctx); err != nil {
			return err
		}
	}
	for i := range servers {
		s, err := b.server.startBeside(ctx, b.bin, filepath.Join(b.dir, fmt.Sprintf("beside-%d", i), "data"), b.pinned, redis)
		if err != nil {
			return err
		}
		p.servers = append(p.servers, s)
	}
	return nil
}

func (p *parley) stop() (err error) {
	if p.apart {
		for _, s := range p.servers {
			ended := s.stop()
			if !p.doomed {
				err = errors.Join(err, ended)
			}
		}
	}
	p.servers = nil
	return err
}

func (p *parley) pids() (pids []int) {
	for _, s := range p.servers {
		pids = append(pids, s.pid)
	}
	return pids
}

func (p *parley) hall(ctx context.Context, b *bench, name string, people int) (*hall, error) {
	if people > mostPeople {
		people = mostPeople
	}
	c, err := newCrowd(ctx, b.api, name, milestonesPerRoom, people)
	if err != nil {
		return nil, err
	}
	c.doomed = p.doomed
	if !p.doomed {
		b.loop.do(func() { b.crowds = append(b.crowds, c) })
	}
	return &hall{name: name, crowd: c}, nil
}

func (p *parley) connect(b *bench, h *hall, server int, was *tab) (*tab, error) {
	var t *tab
	var token string
	talk := &parleyTalk{}
	b.loop.do(func() {
		t = newTab(h, talk)
		t.echoed, t.marker = true, parleyMarker
		token, talk.milestone = h.crowd.watcher, h.crowd.milestones[h.seats%len(h.crowd.milestones)]
		m := newMember(h.crowd)
		switch {
		case was != nil:
			token, talk.milestone = was.talk.(*parleyTalk).token, was.talk.(*parleyTalk).milestone
			m = was.member.again()
			t.base, t.baseTotal = was.leftAt, was.leftTotal
		case h.seats < len(h.crowd.people):
			token = h.crowd.people[h.seats]
		}
		h.seats++
		talk.token, talk.member, t.member = token, m, m
		m.onCommits = func(_ *member, from, to int64, payload []byte, at time.Time) {
			if t.onEdit == nil {
				t.received += to - from + 1
				return
			}
			t.arrived(payload, at)
		}
		m.onAck = func(m *member, _, _ int64, at time.Time) {
			if err := t.acked(at); err != nil {
				m.err = err
			}
		}
	})
	at := p.servers[server]
	if err := t.member.dial(b.loop, at.addr, at.origin, token); err != nil {
		return nil, err
	}
	b.loop.do(func() {
		t.socket = t.member.socket
		h.crowd.members = append(h.crowd.members, t.member)
	})
	return t, nil
}

// parleyTalk is a member of a room: it edits one milestone's title.
type parleyTalk struct {
	token, milestone string
	member           *member
}

func (p *parleyTalk) open(*tab)                          {}             // dial does
func (p *parleyTalk) take(*tab, []byte, time.Time) error { return nil } // the member does
func (p *parleyTalk) beat(t *tab)                        { t.member.beat(time.Now()) }
func (p *parleyTalk) ready() bool                        { return p.member.welcomed }
func (p *parleyTalk) edit(t *tab, body []byte)           { t.member.update(p.milestone, body) }
