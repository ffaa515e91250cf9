package realtime

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

// submit has the workspace's own key make n commits, and returns the last rev.
func (b *bench) submit(n int, title string) (rev room.Rev) {
	b.Helper()
	for range n {
		b.seq++
		v, err := b.hub.Submit(b.Context(), testRoom, room.Request{
			Member: room.Member{Side: room.SideSeller, Access: room.Owner}, Client: room.ClientID(uid(0xa1)),
			Stream: room.Shared, Seq: b.seq, Ops: []room.Op{rename(milestone, fmt.Sprintf("%s %d", title, b.seq))},
		})
		if err != nil || v.Err != nil {
			b.Fatalf("Submit: %v %v", v.Err, err)
		}
		rev = v.Rev
	}
	return rev
}

// collect reads commits of the shared stream up to a rev, and fails if one is
// missing, doubled or out of order (I4).
func (c *client) collect(from, to room.Rev) {
	c.Helper()
	for from < to {
		f := c.expect("commits")
		if f.From != from+1 {
			c.Fatalf("frame %d…%d, want it to begin at %d", f.From, f.To, from+1)
		}
		revsIn(c, []byte(f.raw))
		from = f.To
	}
}

func TestResume(t *testing.T) { // P7
	tests := map[string]struct {
		commits int
		at      string
		from    room.Rev // where commits go on
		resumed bool
	}{
		"at the head":             {commits: 10, at: resumeAt(room.Shared, "e1", 11), from: 11, resumed: true},
		"from the window":         {commits: 10, at: resumeAt(room.Shared, "e1", 4), from: 4, resumed: true},
		"from the log":            {commits: 1_500, at: resumeAt(room.Shared, "e1", 2), from: 2, resumed: true},
		"from nothing":            {commits: 10, at: resumeAt(room.Shared, "e1", 0), from: 0, resumed: true},
		"too far back":            {commits: 5_100, at: resumeAt(room.Shared, "e1", 2), from: 5_101},
		"in another epoch":        {commits: 10, at: resumeAt(room.Shared, "e0", 4), from: 11},
		"ahead of what there is":  {commits: 10, at: resumeAt(room.Shared, "e1", 400), from: 11},
		"with an epoch, no rev":   {commits: 10, at: `"shared":{"epoch":"e1"}`, from: 11},
		"with an empty position":  {commits: 10, at: `"shared":{}`, from: 11},
		"nowhere":                 {commits: 10, from: 11},
		"in a stream not its own": {commits: 10, at: resumeAt(room.Seller, "e1", 1), from: 11},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, setup{})
				b.submit(tt.commits, "earlier")
				var at []string
				if tt.at != "" {
					at = append(at, tt.at)
				}

				c, w := b.join("marc", at...)

				e := w.entry(room.Shared)
				if e.Resumed != tt.resumed || e.Rev != tt.from || (len(e.Snapshot) > 0) == tt.resumed {
					t.Fatalf("entry = %+v", e)
				}
				head := room.Rev(tt.commits + 1)
				c.collect(tt.from, head)
				c.collect(head, b.submit(3, "later"))
				b.stop()
			})
		})
	}
}

func TestWelcomeTellsTheSeqToGoOnFrom(t *testing.T) { // P7
	for name, at := range map[string]string{"snapshot": `"shared":{}`, "resumed": resumeAt(room.Shared, "e1", 1)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, setup{})
				c, _ := b.join("priya")
				c.say(opText(room.Shared, 1, milestone, "a"))
				c.until("ack")
				c.say(opText(room.Shared, 2, room.RecordID(uid(99)), "refused"))
				c.until("reject")
				_ = c.ws.CloseNow()

				_, w := b.join("priya", at)

				if e := w.entry(room.Shared); e.Seq != 2 {
					t.Errorf("entry = %+v, want seq 2", e)
				}
				b.stop()
			})
		})
	}
}

func TestLargeSnapshotGoesByURL(t *testing.T) { // P7
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		b.seq++
		v, err := b.hub.Submit(t.Context(), testRoom, room.Request{
			Member: room.Member{Side: room.SideSeller, Access: room.Owner}, Client: room.ClientID(uid(0xa1)),
			Stream: room.Shared, Seq: b.seq, Group: true, Ops: largeOps(),
		})
		if err != nil || v.Err != nil {
			t.Fatal(v.Err, err)
		}

		c, w := b.join("marc")

		e := w.entry(room.Shared)
		u, err := url.Parse(e.URL)
		if err != nil || u.Path != "/api/v1/rooms/"+string(testRoom)+"/snapshot" || u.Query().Get("stream") != "shared" ||
			u.Query().Get("client") != clientID("marc") || len(e.Snapshot) > 0 {
			t.Errorf("entry = %+v", e)
		}
		c.collect(e.Rev, b.submit(1, "later"))
		b.stop()
	})
}

func largeOps() (ops []room.Op) {
	for range 4 {
		ops = append(ops, room.Op{Kind: "milestone.update", ID: milestone, Set: room.Fields{"title": "still one"}})
	}
	for i := range 4 {
		id := room.RecordID(uid(0x500 + i))
		ops = append(ops, room.Op{Kind: "milestone.add", ID: id, Set: room.Fields{
			"phase": string(phase), "title": "Large", "description": strings.Repeat("long ", 3_900)}})
	}
	return ops
}

func TestJoinAtAnyTime(t *testing.T) { // P21
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")
		b.submit(5, "early")
		c.collect(1, 6)

		c.say(`{"t":"join","stream":"shared","epoch":"e1","rev":3}`)
		joined := c.expect("joined")
		c.collect(3, 6)
		c.say(`{"t":"join","stream":"shared"}`)
		whole := c.expect("joined")
		c.collect(6, b.submit(1, "late"))

		if !joined.Resumed || joined.Rev != 3 || joined.Stream != room.Shared {
			t.Errorf("joined = %s", joined.raw)
		}
		if whole.Resumed || whole.Rev != 6 || len(whole.Snapshot) == 0 {
			t.Errorf("joined = %s", whole.raw)
		}
		b.stop()
	})
}

// A client that asks again and again costs the store a bounded number of reads.
func TestJoinsAreSpreadOut(t *testing.T) { // P21
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")
		for range 200 {
			c.say(`{"t":"join","stream":"shared"}`)
		}
		time.Sleep(10 * time.Second)

		b.store.mu.Lock()
		reads := b.store.calls["snapshot"]
		b.store.mu.Unlock()
		if reads > 1+joinsBurst+10*joinsPerSecond+1 {
			t.Errorf("%d snapshots", reads)
		}
		b.stop()
	})
}

func TestAnotherEpochSendsMembersBack(t *testing.T) { // P32, P21
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")
		b.submit(5, "lost")
		c.collect(1, 6)
		b.store.newEpoch(t, testRoom)

		f := c.expect("resync") // the position check finds it
		c.say(`{"t":"join","stream":"shared"}`)

		if f.Why != "epoch" || f.Stream != room.Shared || f.Rev != 1 {
			t.Errorf("resync = %s", f.raw)
		}
		for joined := (frame{}); ; {
			joined = c.next()
			if joined.T != "joined" {
				continue // the buyer's stream begins another epoch too
			}
			if joined.Epoch != "e2" || joined.Rev != 1 || len(joined.Snapshot) == 0 {
				t.Errorf("joined = %s", joined.raw)
			}
			break
		}
		b.store.commitBehind(t, testRoom, room.Shared, 1)
		if f := c.until("commits"); f.From != 2 || f.Epoch != "e2" {
			t.Errorf("got %s", f.raw)
		}
		b.stop()
	})
}

func TestEpochIsAlsoNoticedByTheWriter(t *testing.T) { // P32
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		b.store.newEpoch(t, testRoom)

		c.say(opText(room.Shared, 1, milestone, "In the new epoch"))

		kinds := map[string]int{}
		for kinds["resync"]+kinds["ack"] < 3 { // the ack is durable in the new epoch
			kinds[c.next().T]++
		}
		if kinds["resync"] != 2 || kinds["ack"] != 1 {
			t.Errorf("got %v", kinds)
		}
		b.stop()
	})
}

// What another server commits without a word is found by the position check.
func TestLostLastMessageIsFound(t *testing.T) { // P30
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")
		start := time.Now()
		b.store.commitBehind(t, testRoom, room.Shared, 400)

		c.collect(1, 401)

		if took := time.Since(start); took > 13*time.Second {
			t.Errorf("it took %v", took)
		}
		b.stop()
	})
}

func TestPositionIsCheckedMoreOftenWhileTheBrokerIsDown(t *testing.T) { // P30, I13
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{broker: &awayBroker{MemoryBroker: NewMemoryBroker(), away: true}})
		c, _ := b.join("marc")
		start := time.Now()
		b.store.commitBehind(t, testRoom, room.Shared, 1)

		c.collect(1, 2)

		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %v", took)
		}
		b.stop()
	})
}

// A client that was served by a server further ahead resumes all the same.
func TestClientAheadOfThisServerResumes(t *testing.T) { // P7
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		b.submit(1, "loads the room")
		b.store.commitBehind(t, testRoom, room.Shared, 10)

		c, w := b.join("marc", resumeAt(room.Shared, "e1", 9))

		if e := w.entry(room.Shared); !e.Resumed || e.Rev != 9 {
			t.Errorf("entry = %+v", e)
		}
		c.collect(9, 12)
		b.stop()
	})
}
