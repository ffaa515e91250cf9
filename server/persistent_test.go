package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"
)

// persistent is a member who edits the way the page does: one op at a time, sent
// again after busy, and connected again, to the next server, after bye restart or
// a broken connection. Anything a person would be shown is an error of the test.
type persistent struct {
	t         testing.TB
	urls      func() []string // of the servers, the one to try first first
	room      string
	token     string
	milestone string
	client    string

	stop  chan struct{} // closed by finish
	done  chan struct{} // closed when the last op is answered
	acked atomic.Int64  // the newest seq that was acknowledged

	mu      sync.Mutex // guards the fields below
	revs    map[int64]int64
	busy    map[string]int // refusals with busy, by message
	byes    []frame
	codes   []websocket.StatusCode
	resumed int           // reconnects that went on from where they were
	longest time.Duration // that one op took
}

func (w *world) persistent(token string, urls func() []string) *persistent {
	p := &persistent{
		t: w.t, urls: urls, room: w.room, token: token, milestone: w.milestone, client: uuid.NewString(),
		stop: make(chan struct{}), done: make(chan struct{}), revs: map[int64]int64{}, busy: map[string]int{},
	}
	go p.run()
	w.t.Cleanup(p.finish)
	return p
}

// finish lets the op under way be answered and ends the member.
func (p *persistent) finish() {
	select {
	case <-p.stop:
	default:
		close(p.stop)
	}
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.t.Error("an op is not answered")
	}
}

// putOff is how often an op was answered busy.
func (p *persistent) putOff() (times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.busy {
		times += n
	}
	return times
}

func (p *persistent) finished() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}

// reach waits until n more ops were acknowledged.
func (p *persistent) reach(n int64) {
	p.t.Helper()
	want := p.acked.Load() + n
	for start := time.Now(); p.acked.Load() < want; time.Sleep(2 * time.Millisecond) {
		if time.Since(start) > 20*time.Second {
			p.t.Fatalf("only %d of %d ops were acknowledged in 20 s", p.acked.Load(), want)
		}
	}
}

func (p *persistent) run() {
	defer close(p.done)
	var at *position
	for seq := int64(1); !p.finished() || seq <= p.acked.Load(); {
		m, hello := p.connect(at)
		if m == nil {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		s := hello.Streams[0]
		if at != nil && s.Resumed {
			p.mu.Lock()
			p.resumed++
			p.mu.Unlock()
		}
		at = &position{s.Epoch, s.Rev}
		for p.edit(m, seq, at) {
			if seq++; p.finished() {
				_ = m.conn.CloseNow()
				return
			}
		}
		_ = m.conn.CloseNow()
	}
}

// connect opens the room on the first server that lets it in; nil for none.
func (p *persistent) connect(at *position) (*member, frame) {
	for _, base := range p.urls() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		address := strings.Replace(base, "http", "ws", 1) + "/api/v1/rooms/" + p.room + "/live"
		conn, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{Subprotocols: []string{"parley.v1"}})
		cancel()
		if err != nil {
			continue // it is gone or going
		}
		conn.SetReadLimit(1 << 20)
		resume := map[string]position{}
		if at != nil {
			resume["shared"] = *at
		}
		m := &member{t: p.t, conn: conn, client: p.client, token: p.token, frames: make(chan frame, 4096)}
		m.send(map[string]any{"t": "hello", "v": 1, "client": p.client, "token": p.token, "streams": resume})
		go m.read()
		select {
		case f, open := <-m.frames:
			switch {
			case open && f.T == "welcome":
				return m, f
			case open && f.T != "bye":
				p.t.Errorf("hello was answered by %s", f.raw)
			}
		case <-time.After(10 * time.Second):
			p.t.Error("hello was not answered")
		}
		_ = conn.CloseNow()
	}
	return nil, frame{}
}

// edit sends op seq until it is acknowledged. False means that the connection
// has ended first.
func (p *persistent) edit(m *member, seq int64, at *position) bool {
	began := time.Now()
	defer func() {
		p.mu.Lock()
		p.longest = max(p.longest, time.Since(began))
		p.mu.Unlock()
	}()
	send := func() { m.op(seq, at.Rev, title(p.milestone, fmt.Sprintf("%s says %d", p.client, seq))) }
	send()
	for f := range m.frames {
		switch {
		case f.T == "commits":
			at.Rev = max(at.Rev, p.newest(f))
		case f.T == "ack" && f.Seq == seq:
			p.mu.Lock()
			p.revs[seq] = f.Rev
			p.mu.Unlock()
			p.acked.Store(seq)
			return true
		case f.T == "reject" && f.Code == "busy":
			p.mu.Lock()
			p.busy[f.Message]++
			p.mu.Unlock()
			time.Sleep(time.Duration(f.RetryMS) * time.Millisecond)
			send()
		case f.T == "bye":
			p.mu.Lock()
			p.byes = append(p.byes, f)
			p.mu.Unlock()
		case f.T == "resync":
			at.Rev, at.Epoch = 0, "" // the next connection takes a snapshot
			_ = m.conn.CloseNow()
		case f.T == "presence" || f.T == "ack":
		default:
			p.t.Errorf("a person would be shown %s", f.raw)
		}
	}
	p.mu.Lock()
	p.codes = append(p.codes, m.closed)
	p.mu.Unlock()
	return false
}

func (p *persistent) newest(f frame) int64 {
	var c commit
	if err := json.Unmarshal(f.Commits[len(f.Commits)-1], &c); err != nil {
		p.t.Errorf("a commit is %s: %v", f.raw, err)
	}
	return c.Rev
}

// check fails unless every acknowledged op is in the log once, at its rev. // I5 I6
func (p *persistent) check(commits []commit) {
	p.t.Helper()
	times := map[int64]int{}
	for i, c := range commits {
		if c.Rev != int64(i+1) {
			p.t.Fatalf("rev %d follows rev %d", c.Rev, i) // I1
		}
		if c.Client == p.client {
			times[c.Seq]++
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.revs) == 0 {
		p.t.Error("nothing was acknowledged")
	}
	for seq, rev := range p.revs {
		if times[seq] != 1 || commits[rev-1].Seq != seq || commits[rev-1].Client != p.client {
			p.t.Errorf("op %d, acknowledged at rev %d, is in the log %d times and %+v is there", seq, rev, times[seq], commits[rev-1])
		}
	}
	p.t.Logf("%d ops, the longest took %s; busy: %v; %d resumed", len(p.revs), p.longest, p.busy, p.resumed)
}
