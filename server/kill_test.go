package main

import (
	"encoding/json"
	"fmt"
	"testing"
)

// I1, I5, I6, I7, I15: the server is killed while two people edit. What was
// acknowledged is at its rev, what was not is sent again and counts once.
func TestNothingAcknowledgedIsLostWhenTheServerIsKilled(t *testing.T) {
	w := newWorld(t)
	omar, dana := w.editor(w.seller), w.editor(w.buyer)
	go omar.edit()
	go dana.edit()

	for range 60 {
		<-omar.progress
	}
	w.kill()
	<-omar.done
	<-dana.done
	w.process = start(t, w.env...)
	for _, e := range []*editor{omar, dana} {
		resume := map[string]position{"shared": {Epoch: e.epoch, Rev: e.newest()}}
		member, hello := connect(t, w.process, w.room, e.token, e.client, resume)
		if hello.T != "welcome" || !hello.Streams[0].Resumed || hello.Streams[0].Seq > e.sent {
			t.Errorf("the stream is not resumed: %s", hello.raw)
		}
		e.member = member
		e.sendAgain()
	}

	commits, bodies := w.log()
	times := map[string]int64{}
	for i, c := range commits {
		if c.Rev != int64(i+1) {
			t.Fatalf("rev %d follows rev %d", c.Rev, i) // I1
		}
		times[fmt.Sprint(c.Client, c.Seq)]++
	}
	for _, e := range []*editor{omar, dana} {
		for rev, body := range e.live {
			if body != bodies[rev-1] {
				t.Errorf("rev %d was %s live and is %s in the log", rev, body, bodies[rev-1]) // I15
			}
		}
		for seq := int64(1); seq <= e.sent; seq++ {
			rev := e.acked[seq]
			if c := commits[rev-1]; c.Client != e.client || c.Seq != seq {
				t.Errorf("op %d of %s was acknowledged at rev %d, where %+v is", seq, e.client, rev, c) // I5
			}
			if n := times[fmt.Sprint(e.client, seq)]; n != 1 {
				t.Errorf("op %d of %s took effect %d times", seq, e.client, n) // I6
			}
		}
		t.Logf("%d ops sent, %d commits seen live", e.sent, len(e.live))
	}
}

// editor is a member who edits as fast as the window allows.
type editor struct {
	*member
	milestone string
	epoch     string
	sent      int64            // the newest seq
	acked     map[int64]int64  // rev by seq
	live      map[int64]string // commits as they came, by rev
	progress  chan struct{}    // a token per ack; never closed
	done      chan struct{}    // closed when the socket has ended
}

func (w *world) editor(token string) *editor {
	w.t.Helper()
	member, hello := connect(w.t, w.process, w.room, token, "", nil)
	if hello.T != "welcome" {
		w.t.Fatalf("hello was answered by %s", hello.raw)
	}
	return &editor{
		member: member, milestone: w.milestone, epoch: hello.Streams[0].Epoch, acked: map[int64]int64{}, live: map[int64]string{},
		progress: make(chan struct{}, 1<<20), done: make(chan struct{}),
	}
}

// edit sends ops, eight of them unanswered at a time, until the server is gone.
func (e *editor) edit() {
	defer close(e.done)
	for {
		for e.sent-int64(len(e.acked)) < 8 && e.write(e.sent+1) {
			e.sent++
		}
		f, ok := <-e.frames
		if !ok {
			return
		}
		e.note(f)
	}
}

func (e *editor) write(seq int64) bool {
	return e.op(seq, 0, title(e.milestone, fmt.Sprintf("%s says %d", e.client, seq)))
}

// note keeps what a frame says: the rev of an op, the bytes of commits.
func (e *editor) note(f frame) {
	switch f.T {
	case "ack":
		if rev, ok := e.acked[f.Seq]; ok && rev != f.Rev {
			e.t.Errorf("op %d was acknowledged at rev %d, then at %d", f.Seq, rev, f.Rev) // I7
		}
		e.acked[f.Seq] = f.Rev
		e.progress <- struct{}{}
	case "commits":
		for _, body := range f.Commits {
			var c commit
			if err := json.Unmarshal(body, &c); err != nil {
				e.t.Errorf("a commit is %s: %v", body, err)
			}
			e.live[c.Rev] = string(body)
		}
	case "reject", "error":
		e.t.Errorf("the server says %s", f.raw)
	}
}

// newest is the rev up to which every commit came.
func (e *editor) newest() int64 {
	var rev int64
	for r := range e.live {
		rev = max(rev, r)
	}
	return rev
}

// sendAgain sends every op again, as a client does that does not know what
// became of them.
func (e *editor) sendAgain() {
	e.t.Helper()
	for seq := int64(1); seq <= e.sent; seq++ {
		if !e.write(seq) {
			e.t.Fatal("the socket ended")
		}
		f := e.next("ack", "reject", "error")
		if f.T != "ack" || f.Seq != seq {
			e.t.Fatalf("op %d sent again is answered by %s", seq, f.raw)
		}
		e.note(f)
	}
}
