package realtime

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

func workspaceOp(client int, seq int64) room.Request {
	return room.Request{
		Member: room.Member{Side: room.SideSeller, Access: room.Owner}, Client: room.ClientID(uid(client)),
		Stream: room.Shared, Seq: seq, Ops: []room.Op{rename(milestone, itoa(seq))},
	}
}

func TestWriterTakesWhatWaitsInOneTransaction(t *testing.T) { // P28
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		b.submit(1, "loads the room")
		b.store.mu.Lock()
		b.store.slow["commit"] = 100 * time.Millisecond
		before := b.store.commits
		b.store.mu.Unlock()
		var wg sync.WaitGroup
		for client := range 100 {
			wg.Go(func() {
				if v, err := b.hub.Submit(t.Context(), testRoom, workspaceOp(0x1000+client, 1)); err != nil || v.Err != nil {
					t.Errorf("Submit: %v %v", v.Err, err)
				}
			})
		}
		wg.Wait()

		b.store.mu.Lock()
		batches := b.store.commits - before
		b.store.mu.Unlock()
		if batches < 2 || batches > 4 {
			t.Errorf("%d transactions for 100 ops, want about 1 + 64 + 35", batches)
		}
		b.stop()
	})
}

// A store that restarts is back before anybody is told; one that is away for
// longer is told of, and the op is sent again.
func TestWriterWaitsForTheStoreAndThenAnswersBusy(t *testing.T) { // P13, I6
	tests := map[string]struct {
		failures int32
		lost     bool // the reply is lost after the commit
		busy     bool
	}{
		"one failure":                 {failures: 1},
		"a restart":                   {failures: 6},
		"away for long":               {failures: 1000, busy: true},
		"one reply lost after commit": {failures: 1, lost: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &flakyStore{memStore: newMemStore(t), lost: tt.lost}
				hub := NewHub(store, NewMemoryBroker(), Options{})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go hub.Run(ctx)
				store.failures.Store(tt.failures)

				v, err := hub.Submit(ctx, testRoom, workspaceOp(0x77, 1))

				if err != nil || tt.busy != (v.Err != nil && v.Err.Code == room.Busy && v.Err.RetryMS >= 500) {
					t.Fatalf("verdict %+v, %v", v, err)
				}
				store.failures.Store(0)
				if again, err := hub.Submit(ctx, testRoom, workspaceOp(0x77, 1)); err != nil || again.Err != nil || again.Rev != 2 {
					t.Errorf("sent again: %+v, %v", again, err)
				}
				if got := store.head(testRoom, room.Shared); got != 2 {
					t.Errorf("head = %d, want one commit", got)
				}
			})
		})
	}
}

// flakyStore fails the next commits, before or after they took effect.
type flakyStore struct {
	*memStore
	failures atomic.Int32
	lost     bool
}

func (s *flakyStore) Commit(ctx context.Context, plan *room.Plan, id room.ID, reqs []room.Request) (*room.Plan, room.Result, error) {
	if s.failures.Add(-1) < 0 {
		return s.memStore.Commit(ctx, plan, id, reqs)
	}
	if s.lost {
		if _, _, err := s.memStore.Commit(ctx, plan, id, reqs); err != nil {
			return nil, room.Result{}, err
		}
	}
	return nil, room.Result{}, errStoreDown
}

// While a room waits for a place among the transactions, what comes meanwhile
// joins the batch, and is counted as waiting. // P28
func TestBatchIsTakenWhenThereIsAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{options: Options{MaxCommits: 1}})
		other := room.ID(uid(2))
		b.store.addRoom(t, other)
		b.submit(1, "loads the room")
		b.slowStore("commit", 300*time.Millisecond)
		var wg sync.WaitGroup
		submit := func(id room.ID, client int) {
			wg.Go(func() {
				if v, err := b.hub.Submit(t.Context(), id, workspaceOp(client, 1)); err != nil || v.Err != nil {
					t.Errorf("Submit: %v %v", v.Err, err)
				}
			})
		}
		before := b.store.count("commit")
		submit(other, 0x1000) // has the place
		for client := range 20 {
			synctest.Wait()
			submit(testRoom, 0x2000+client)
		}
		synctest.Wait()
		if n := b.hub.load.waiting.Load(); n != 20 {
			t.Errorf("%d requests wait, want 20", n)
		}
		wg.Wait()
		if n := b.store.count("commit") - before; n != 2 {
			t.Errorf("%d transactions, want one for each room", n)
		}
		b.stop()
	})
}

func TestFullQueueIsBusy(t *testing.T) { // P14, I12
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		b.submit(1, "loads the room")
		b.store.mu.Lock()
		b.store.slow["commit"] = time.Second
		b.store.mu.Unlock()
		var busy, good atomic.Int32
		var wg sync.WaitGroup
		for client := range 400 {
			wg.Go(func() {
				v, err := b.hub.Submit(t.Context(), testRoom, workspaceOp(0x1000+client, 1))
				switch {
				case err == nil && v.Err == nil:
					good.Add(1)
				case err == nil && v.Err.Code == room.Busy && v.Err.RetryMS > 0:
					busy.Add(1)
				default:
					t.Errorf("verdict %+v, %v", v, err)
				}
			})
		}
		wg.Wait()

		if g := good.Load(); g < queueLimit || g > queueLimit+room.MaxBatch {
			t.Errorf("%d were taken, %d busy", g, busy.Load())
		}
		b.stop()
	})
}

func TestUnknownRoomIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})

		_, err := b.hub.Submit(t.Context(), room.ID(uid(404)), workspaceOp(1, 1))

		if room.CodeOf(err) != room.Gone {
			t.Errorf("error = %v", err)
		}
		if n := len(b.hub.loaded()); n != 0 {
			t.Errorf("%d rooms are loaded", n)
		}
		b.stop()
	})
}

// Two servers, one room: both write, all members see the same log in order.
func TestTwoServersShareARoom(t *testing.T) { // P28, P31, I4
	synctest.Test(t, func(t *testing.T) {
		store, broker := newMemStore(t), NewMemoryBroker()
		one := newBench(t, setup{store: store, broker: broker})
		two := newBench(t, setup{store: store, broker: broker})
		a, _ := one.join("priya")
		c, _ := two.join("marc")

		const each = room.Window
		for seq := int64(1); seq <= each; seq++ {
			a.say(opText(room.Shared, seq, milestone, "a"+itoa(seq)))
			c.say(opText(room.Shared, seq, milestone, "c"+itoa(seq)))
		}

		var logs [2][]room.Rev
		for i, member := range []*client{a, c} {
			for len(logs[i]) < 2*each {
				if f := member.next(); f.T == "commits" {
					logs[i] = append(logs[i], revsIn(t, []byte(f.raw))...)
				}
			}
			for j, rev := range logs[i] {
				if rev != room.Rev(j+2) {
					t.Fatalf("member %d got rev %d in place %d", i, rev, j)
				}
			}
		}
		one.stop()
		two.stop()
	})
}
