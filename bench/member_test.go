//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// answer is what a scripted server sends when it has read a frame of the
// member, after the welcome.
const (
	welcomeAt5 = `{"t":"welcome","v":1,"streams":[{"stream":"shared","epoch":"1.1","rev":5,"seq":0,"snapshot":{"entities":{}}},{"stream":"seller","epoch":"1.1","rev":9,"seq":0}]}`
	ack1       = `{"t":"ack","stream":"shared","seq":1,"rev":6}`
	commit6    = `{"t":"commits","stream":"shared","epoch":"1.1","from":6,"to":6,"commits":[{"rev":6}]}`
	commit7to8 = `{"t":"commits","stream":"shared","epoch":"1.1","from":7,"to":8,"commits":[{"rev":7},{"rev":8}]}`
)

// scripted serves a socket that answers hello with the first frame, and the
// member's first edit with the rest.
func scripted(t testing.TB, frames ...string) (*loop, *crowd, *member) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"parley.v1"}})
		if err != nil {
			return
		}
		defer func() { _ = ws.CloseNow() }()
		for i := range 2 {
			_, got, err := ws.Read(r.Context())
			if err != nil || (i == 0) != strings.Contains(string(got), `"hello"`) {
				return
			}
			send := frames[1:]
			if i == 0 {
				send = frames[:1]
			}
			for _, f := range send {
				if ws.Write(r.Context(), websocket.MessageText, []byte(f)) != nil {
					return
				}
			}
		}
		for err := error(nil); err == nil; { // until the member leaves
			_, _, err = ws.Read(r.Context())
		}
	}))
	t.Cleanup(srv.Close)
	l, err := newLoop()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.stop)
	c := &crowd{id: "r", milestones: []string{"m"}}
	m, err := connect(l, strings.TrimPrefix(srv.URL, "http://"), srv.URL, c, "token")
	if err != nil {
		t.Fatal(err)
	}
	l.do(func() { c.members = append(c.members, m); m.edits = true })
	t.Cleanup(func() { l.do(m.close) })
	return l, c, m
}

// edited sends one edit and waits until the crowd has settled or failed.
func edited(t testing.TB, l *loop, c *crowd, m *member) error {
	t.Helper()
	if err := settle(l, []*crowd{c}); err != nil {
		return err
	}
	l.do(func() { m.edit("m"); m.flush() })
	return settle(l, []*crowd{c})
}

func TestMemberFollowsTheStreamAndCountsItsAcks(t *testing.T) {
	l, c, m := scripted(t, welcomeAt5, ack1, commit6, commit7to8)

	err := edited(t, l, c, m)

	for start := time.Now(); time.Since(start) < 5*time.Second; time.Sleep(time.Millisecond) {
		var rev int64
		if l.do(func() { rev = m.rev }); rev == 8 {
			break
		}
	}
	l.do(func() {
		if err != nil || m.rev != 8 || m.received != 3 || m.accepted != 1 || c.acks != 1 {
			t.Errorf("err %v, rev %d, received %d, accepted %d, acks %d", err, m.rev, m.received, m.accepted, c.acks)
		}
	})
}

// The generator must not report figures of a server that loses or invents
// anything: every such frame ends the run.
func TestMemberRefusesABrokenPromise(t *testing.T) {
	for name, frames := range map[string][]string{
		"a hole in the revs":             {ack1, commit7to8},
		"a rev twice":                    {ack1, commit6, commit6},
		"fewer commits than revs":        {ack1, `{"t":"commits","stream":"shared","epoch":"1.1","from":6,"to":7,"commits":[{"rev":6}]}`},
		"a verdict for an op not sent":   {ack1, commit6, `{"t":"ack","stream":"shared","seq":2,"rev":7}`},
		"the same verdict twice":         {ack1, commit6, ack1},
		"a refusal":                      {`{"t":"reject","stream":"shared","seq":1,"code":"invalid","message":"No."}`},
		"a snapshot from before the rev": {ack1, commit6, `{"t":"joined","stream":"shared","epoch":"1.1","rev":5,"seq":1,"snapshot":{}}`},
		"an error":                       {`{"t":"error","code":"bad_frame","message":"No.","fatal":true}`},
	} {
		t.Run(name, func(t *testing.T) {
			l, c, m := scripted(t, append([]string{welcomeAt5}, frames...)...)

			err := edited(t, l, c, m)

			for start := time.Now(); err == nil && time.Since(start) < 5*time.Second; time.Sleep(time.Millisecond) {
				err = settle(l, []*crowd{c})
			}
			if err == nil {
				t.Error("nothing was noticed")
			}
		})
	}
}

// P13: an op that is put off goes again when the time has come, with all above it.
func TestMemberSendsAgainWhatWasPutOff(t *testing.T) {
	l, c, m := scripted(t, welcomeAt5, `{"t":"reject","stream":"shared","seq":1,"code":"busy","message":"Later.","retry_ms":20}`)

	err := settle(l, []*crowd{c})
	var sent time.Time
	l.do(func() { m.edit("m"); sent = time.Now(); m.flush() })

	again := func() (again bool) {
		l.do(func() { again = m.busied == 1 && !m.held.back && m.open == 1 && len(m.pending) == 1 })
		return again
	}
	for err == nil && !again() && time.Since(sent) < 5*time.Second {
		time.Sleep(time.Millisecond)
	}
	if took := time.Since(sent); err != nil || !again() || took < 20*time.Millisecond {
		t.Errorf("err %v, sent again %t after %s", err, again(), took)
	}
}

// A slow reader is told to catch up, asks for what it misses, and may get a
// newer snapshot instead.
func TestMemberCatchesUpAfterAResync(t *testing.T) {
	l, c, m := scripted(t, welcomeAt5, ack1, `{"t":"resync","stream":"shared","rev":20,"why":"slow"}`,
		`{"t":"joined","stream":"shared","epoch":"1.1","rev":20,"seq":1,"snapshot":{"entities":{}}}`)

	err := edited(t, l, c, m)

	l.do(func() {
		if err != nil || m.rev != 20 || m.resyncs != 1 || m.skipped != 15 || m.received != 0 {
			t.Errorf("err %v, rev %d, resyncs %d, skipped %d, received %d", err, m.rev, m.resyncs, m.skipped, m.received)
		}
	})
}

// The floor must deliver every byte it counts, at the rate it was told.
func TestFanoutFloorDeliversToEverySocket(t *testing.T) {
	l, err := newLoop()
	if err != nil {
		t.Fatal(err)
	}
	defer l.stop()
	f, err := startFloor("fanout", false)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{loop: l, sample: sample{frame: appendServerFrame(nil, []byte(commit6))}}
	ls, err := listen(l, f, b.sample.frame, 20)
	if err != nil {
		t.Fatal(err)
	}

	var paced, flooded delivery
	err = b.floorDelivery(f, ls, &paced, floorOrder{Do: "rate", PerSecond: 100, For: 200 * time.Millisecond})
	if err == nil {
		err = b.floorDelivery(f, ls, &flooded, floorOrder{Do: "flood", For: 50 * time.Millisecond})
	}
	ls.close(l)

	if err != nil || f.stop() != nil {
		t.Fatal(err)
	}
	if rate := paced.perSecond.median(); rate < 1000 || rate > 2500 {
		t.Errorf("paced at %g deliveries a second, want about 2,000", rate)
	}
	if flooded.cpu.median() <= 0 {
		t.Errorf("no CPU was used: %v", flooded.cpu)
	}
}

func TestLoopRunsATickForEachPeriod(t *testing.T) {
	l, err := newLoop()
	if err != nil {
		t.Fatal(err)
	}
	defer l.stop()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	ticks, enough := 0, make(chan struct{})

	stop, err := l.every(time.Millisecond, func() {
		if ticks++; ticks == 20 {
			close(enough)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()

	select {
	case <-enough:
	case <-ctx.Done():
		t.Error(fmt.Errorf("twenty ticks: %w", ctx.Err()))
	}
}
