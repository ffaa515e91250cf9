package realtime

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"parley/room"
)

// Levels rise one at a time, in one order, and fall by themselves.
func TestLoadLevelsRiseAndFallInOrder(t *testing.T) { // P40
	var level int32
	var got []int32
	for _, least := range []time.Duration{0, 2 * time.Second, 2 * time.Second, 2 * time.Second, 2 * time.Second,
		300 * time.Millisecond, 200 * time.Millisecond, 200 * time.Millisecond, 100 * time.Millisecond, 60 * time.Millisecond, 0} {
		level = nextLevel(level, least)
		got = append(got, level)
	}
	if want := "[0 1 2 3 3 3 2 2 1 1 0]"; fmt.Sprint(got) != want {
		t.Errorf("levels = %v, want %s", got, want)
	}
}

// While the store is slow for everybody, presence is thinned out first, then
// watchers wait, then ops are refused; what is accepted is committed, and
// everything comes back by itself.
func TestOverloadShedsInOrderAndRecovers(t *testing.T) { // P40
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		author, _ := b.join("priya")
		watcher, _ := b.join("watcher")
		b.slowStore("commit", 800*time.Millisecond)
		shed := func(what string) float64 { return counterValue(t, b.hub.metrics.sheds.WithLabelValues(what)) }
		seq, seen := int64(0), map[int32]bool{}
		for range 12 {
			seq++
			author.say(opText(room.Shared, seq, milestone, fmt.Sprint(seq)))
			author.say(focusText(milestone, "title", fmt.Sprint(seq)))
			author.until("ack")
			level := b.hub.load.level.Load()
			seen[level] = true
			if level < shedPresence && shed("presence") > 0 || level < shedWatchers && !seen[shedWatchers] && shed("watchers") > 0 {
				t.Errorf("at level %d, %v presence and %v watchers were put off", level, shed("presence"), shed("watchers"))
			}
		}
		if b.hub.load.level.Load() != shedOps || shed("presence") == 0 || shed("watchers") == 0 {
			t.Errorf("level %d, %v presence and %v watchers were put off", b.hub.load.level.Load(), shed("presence"), shed("watchers"))
		}
		answers := make(chan room.Verdict, 400)
		for i := range 400 {
			go func() {
				v, err := b.hub.Submit(t.Context(), testRoom, workspaceOp(0x900+i, 1))
				if err != nil {
					t.Error(err)
				}
				answers <- v
			}()
		}
		refused := 0
		for range 400 {
			if v := <-answers; v.Err != nil && v.Err.Code == room.Busy && v.Err.RetryMS > 0 {
				refused++
			} else if v.Err != nil {
				t.Errorf("verdict = %+v", v)
			}
		}
		if refused < 200 || refused > 350 || shed("ops") == 0 {
			t.Errorf("%d of 400 were refused, %v shed", refused, shed("ops"))
		}

		b.slowStore("commit", 0)
		time.Sleep(5 * time.Second)
		if level := b.hub.load.level.Load(); level != shedNothing {
			t.Errorf("level %d is left", level)
		}
		seq++
		author.say(opText(room.Shared, seq, milestone, "calm again"))
		author.until("ack")
		head := b.store.head(testRoom, room.Shared)
		for at := room.Rev(0); at < head; {
			at = watcher.until("commits").To
		}
		b.stop()
	})
}

// One room's crowd keeps the server from being quick; another room, with nothing
// waiting, is let in all the same.
func TestCrowdedRoomLeavesOthersTheirShare(t *testing.T) { // P40
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		quiet := room.ID(uid(2))
		b.store.addRoom(t, quiet)
		b.submit(1, "loads the room")
		b.slowStore("commit", 600*time.Millisecond)
		done := make(chan struct{})
		var wg sync.WaitGroup
		var shed atomic.Int64
		for client := range 300 {
			wg.Go(func() {
				for seq := int64(1); ; {
					select {
					case <-done:
						return
					default:
					}
					v, err := b.hub.Submit(t.Context(), testRoom, workspaceOp(0x1000+client, seq))
					switch {
					case err != nil || v.Err != nil && v.Err.Code != room.Busy:
						t.Errorf("Submit: %v %v", v.Err, err)
						return
					case v.Err != nil:
						shed.Add(1)
						time.Sleep(time.Duration(v.Err.RetryMS) * time.Millisecond)
					default:
						seq++
					}
				}
			})
		}
		time.Sleep(5 * time.Second)
		if level := b.hub.load.level.Load(); level != shedOps || shed.Load() == 0 {
			t.Errorf("level %d, %d ops were put off", level, shed.Load())
		}
		for client := range 20 {
			if v, err := b.hub.Submit(t.Context(), quiet, workspaceOp(0x5000+client, 1)); err != nil || v.Err != nil {
				t.Errorf("in the quiet room: %v %v", v.Err, err)
			}
		}
		close(done)
		wg.Wait()
		b.stop()
	})
}

// A room that is held up does not make the server leave anything out.
func TestOneSlowRoomIsNotLoad(t *testing.T) { // P40
	p := pressure{}
	p.hub = NewHub(newMemStore(t), NewMemoryBroker(), Options{})
	p.writing.Store(2)
	for range 8 {
		p.note(3*time.Second, 1)
		p.note(5*time.Millisecond, 1)
		p.turn()
	}
	p.turn() // nobody got an answer, in two rooms
	if level := p.level.Load(); level != shedNothing {
		t.Errorf("level = %d", level)
	}
	p.writing.Store(stalledWriters)
	p.turn()
	if level := p.level.Load(); level != shedPresence {
		t.Errorf("level = %d with a store that answers nobody", level)
	}
}

func (b *bench) slowStore(call string, wait time.Duration) {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	b.store.slow[call] = wait
}

func counterValue(t *testing.T, c prometheus.Counter) float64 {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}
