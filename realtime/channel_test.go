package realtime

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"parley/room"
)

// bodiesAt returns n commits from a rev on, about size bytes each.
func bodiesAt(from room.Rev, n, size int) []json.RawMessage {
	out := make([]json.RawMessage, n)
	pad := strings.Repeat("x", size)
	for i := range out {
		out[i] = json.RawMessage(`{"rev":` + itoa(int64(from)+int64(i)) + `,"pad":"` + pad + `"}`)
	}
	return out
}

func newTestChannel(last room.Rev) *channel {
	c := &channel{stream: room.Shared, added: func(room.Stream, *batch) {}}
	c.restart("e1", last)
	return c
}

func batchOf(from, to room.Rev) *batch {
	return newBatch(room.Shared, "e1", from, bodiesAt(from, int(to-from)+1, 10))
}

// revsIn returns the revs of the commits in frames, and fails on a frame whose
// envelope does not fit them.
func revsIn(t testing.TB, frames ...[]byte) (revs []room.Rev) {
	t.Helper()
	for _, data := range frames {
		var f frame
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		for i, body := range f.Commits {
			var c struct{ Rev room.Rev }
			if err := json.Unmarshal(body, &c); err != nil {
				t.Fatal(err)
			}
			if c.Rev != f.From+room.Rev(i) {
				t.Fatalf("commit %d of %s", i, data)
			}
			revs = append(revs, c.Rev)
		}
		if len(f.Commits) != int(f.To-f.From)+1 {
			t.Fatalf("%d commits in %s", len(f.Commits), data)
		}
	}
	return revs
}

func TestChannelAppendsOnlyWhatFollows(t *testing.T) { // P29
	tests := map[string]struct {
		batch *batch
		want  outcome
		last  room.Rev
	}{
		"what follows":              {batchOf(11, 12), appended, 12},
		"what is there already":     {batchOf(9, 10), duplicate, 10},
		"what is there in part":     {batchOf(9, 12), appended, 12},
		"what leaves a hole":        {batchOf(12, 13), hole, 10},
		"what is of another epoch":  {newBatch(room.Shared, "e0", 11, bodiesAt(11, 1, 1)), otherEpoch, 10},
		"one rev that is there":     {batchOf(10, 10), duplicate, 10},
		"all of it, and one behind": {batchOf(1, 11), appended, 11},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newTestChannel(10)
			epoch := room.Epoch("e1")
			if tt.want == otherEpoch {
				epoch = "e0"
			}

			added, got := c.add(epoch, tt.batch)

			if _, last, _ := c.head(); got != tt.want || last != tt.last {
				t.Errorf("add = %v, last = %d; want %v, %d", got, last, tt.want, tt.last)
			}
			for _, b := range added {
				if revs := revsIn(t, b.frame); revs[0] != 11 {
					t.Errorf("added %v", revs)
				}
			}
		})
	}
}

func TestChannelTakesWhatWaitedOnceTheHoleIsFilled(t *testing.T) { // P29
	c := newTestChannel(0)
	c.add("e1", batchOf(4, 4))
	c.add("e1", batchOf(6, 6))
	c.add("e1", batchOf(2, 3))

	added, _ := c.add("e1", batchOf(1, 1))

	if _, last, _ := c.head(); last != 4 || len(added) != 3 || !c.holes() {
		t.Errorf("last = %d after %d batches, holes = %v", last, len(added), c.holes())
	}
	c.add("e1", batchOf(5, 7))
	if _, last, _ := c.head(); last != 7 || c.holes() {
		t.Errorf("last = %d, holes = %v", last, c.holes())
	}
}

func TestChannelKeepsAtMostSixtyFourEarlyBatches(t *testing.T) { // P29, I12
	c := newTestChannel(0)
	for rev := room.Rev(2); rev < 500; rev++ {
		c.add("e1", batchOf(rev, rev))
	}
	if len(c.early) != earlyLimit {
		t.Errorf("%d wait", len(c.early))
	}
}

// However commits arrive, readers get each once and in order.
func TestChannelInAnyOrder(t *testing.T) { // I4
	for _, seed := range []uint64{1, 2, uint64(time.Now().UnixNano())} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 0))
			const head = 300
			c := newTestChannel(0)
			var read []room.Rev
			at := feed{run: 1}
			for {
				from := room.Rev(1 + rng.IntN(head))
				if _, last, _ := c.head(); rng.IntN(4) == 0 {
					from = last + 1 // the log
				}
				to := min(head, from+room.Rev(rng.IntN(6)))
				c.add("e1", batchOf(min(from, to), to))
				if rng.IntN(3) == 0 {
					read = append(read, readAll(t, c, &at, rng)...)
				}
				if _, last, _ := c.head(); last == head {
					break
				}
			}
			read = append(read, readAll(t, c, &at, rng)...)

			for i, rev := range read {
				if rev != room.Rev(i+1) {
					t.Fatalf("seed %d: rev %d in place %d", seed, rev, i+1)
				}
			}
			if len(read) != head {
				t.Errorf("seed %d: %d of %d commits", seed, len(read), head)
			}
		})
	}
}

func readAll(t *testing.T, c *channel, at *feed, rng *rand.Rand) (revs []room.Rev) {
	t.Helper()
	for {
		out := make([]*batch, 1+rng.IntN(4))
		n, _, from := c.next(at, out)
		if from == caughtUp {
			return revs
		}
		if from != inWindow {
			t.Fatalf("next = %v", from)
		}
		for _, b := range out[:n] {
			revs = append(revs, revsIn(t, b.frame)...)
		}
	}
}

func TestWindowIsBounded(t *testing.T) { // I12
	tests := map[string]struct {
		size, want int
		last       room.Rev
	}{
		"by commits":                       {size: 10, want: windowCommits, last: 2_000},
		"by bytes":                         {size: 4_000, want: 64, last: 500},
		"though a commit may be larger":    {size: windowBytes, want: 1, last: 20},
		"and one frame holds up to 64 KiB": {size: 60_000, want: 4, last: 40},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var w window
			for rev := room.Rev(1); rev <= tt.last; rev += 10 {
				for _, b := range newBatches(room.Shared, "e1", rev, bodiesAt(rev, 10, tt.size)) {
					w.push(b)
				}
			}

			kept := int(tt.last - w.base(tt.last))
			if kept > windowCommits || (w.bytes > windowBytes && len(w.batches) > 1) {
				t.Errorf("%d commits of %d bytes in %d batches", kept, w.bytes, len(w.batches))
			}
			if kept < tt.want*8/10 {
				t.Errorf("%d commits kept, want about %d", kept, tt.want)
			}
		})
	}
}

func TestReaderIsToldWhereItsCommitsAre(t *testing.T) { // P7, P21
	c := newTestChannel(0)
	for rev := room.Rev(1); rev <= 6_000; rev += 50 {
		c.add("e1", batchOf(rev, rev+49))
	}
	base := c.window.base(6_000)
	tests := map[string]struct {
		at   feed
		want source
	}{
		"at the head":              {feed{run: 1, rev: 6_000}, caughtUp},
		"ahead of this server":     {feed{run: 1, rev: 6_010}, caughtUp},
		"within the window":        {feed{run: 1, rev: 5_990}, inWindow},
		"at the end of the window": {feed{run: 1, rev: base}, inWindow},
		"just behind it":           {feed{run: 1, rev: base - 1}, inLog},
		"as far as the log goes":   {feed{run: 1, rev: 1_000}, inLog},
		"further":                  {feed{run: 1, rev: 999}, tooFar},
		"in another run":           {feed{run: 0, rev: 6_000}, inPastRun},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out := make([]*batch, 4)
			n, _, got := c.next(&tt.at, out)
			if got != tt.want {
				t.Fatalf("next = %v, want %v", got, tt.want)
			}
			if got == inWindow && tt.at.rev != out[n-1].to {
				t.Errorf("moved to %d, sent up to %d", tt.at.rev, out[n-1].to)
			}
		})
	}
}

func TestBatchIsCutAtAnyRev(t *testing.T) { // P19
	b := batchOf(5, 9)
	for rev := room.Rev(4); rev < 9; rev++ {
		cut := b.after(room.Shared, "e1", rev)
		want := newBatch(room.Shared, "e1", rev+1, bodiesAt(rev+1, int(9-rev), 10))
		if string(cut.frame) != string(want.frame) || !slices.Equal(cut.cuts, want.cuts) {
			t.Errorf("after %d: %s, want %s", rev, cut.frame, want.frame)
		}
	}
}

func TestCommitsMessageKeepsTheFrame(t *testing.T) { // P31, I15
	from := origin{sent: time.UnixMicro(1_790_000_000_123_456), span: trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1, 2, 3}, SpanID: trace.SpanID{4}, TraceFlags: trace.FlagsSampled, Remote: true,
	})}
	for _, n := range []int{1, 2, 64} {
		b := newBatch(room.Buyer, "12.3", 70, bodiesAt(70, n, n*3))
		kind, server, rest, err := splitMessage(commitsMessage(99, from, room.Buyer, "12.3", b))
		if err != nil || kind != messageCommits || server != 99 {
			t.Fatalf("%c from %d: %v", kind, server, err)
		}

		gotFrom, rest, err := takeOrigin(rest)
		if err != nil || !gotFrom.sent.Equal(from.sent) || !gotFrom.span.Equal(from.span) {
			t.Fatalf("origin = %+v, %v", gotFrom, err)
		}
		stream, epoch, got, err := commitsOf(rest)

		if err != nil || stream != room.Buyer || epoch != "12.3" || got.from != b.from || got.to != b.to ||
			string(got.frame) != string(b.frame) || !slices.Equal(got.cuts, b.cuts) {
			t.Errorf("%d commits came as %+v (%v)", n, got, err)
		}
	}
}

// A broker is shared with whoever else uses it: no bytes may bring a server down.
func FuzzBrokerMessage(f *testing.F) {
	f.Add(commitsMessage(1, origin{sent: time.UnixMicro(1)}, room.Shared, "e1", batchOf(1, 3)))
	f.Add([]byte{messageCommits, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 200, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _, rest, err := splitMessage(data)
		if err != nil {
			return
		}
		if _, rest, err = takeOrigin(rest); err != nil {
			return
		}
		_, _, b, err := commitsOf(rest)
		if err != nil {
			return
		}
		for i := range b.cuts {
			_ = b.body(i)
		}
	})
}
