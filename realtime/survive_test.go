package realtime

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

// poisonStore panics on ops of one title, as a bug in the rules would.
type poisonStore struct {
	*memStore
	panics atomic.Int32
}

func (s *poisonStore) Commit(ctx context.Context, plan *room.Plan, id room.ID, reqs []room.Request) (*room.Plan, room.Result, error) {
	for _, req := range reqs {
		if req.Malformed == nil && len(req.Ops) > 0 && req.Ops[0].Set["title"] == "poison" {
			s.panics.Add(1)
			panic("a bug in the rules")
		}
	}
	return s.memStore.Commit(ctx, plan, id, reqs)
}

// A panic on one op refuses that op, for good, and no other: neither the batch
// it is in nor the room nor the server. // P5
func TestPanicOnAnOpRefusesItAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &poisonStore{memStore: newMemStore(t)}
		hub := NewHub(store, NewMemoryBroker(), Options{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go hub.Run(ctx)
		poison := workspaceOp(0x78, 1)
		poison.Ops = []room.Op{{Kind: "milestone.update", ID: milestone, Set: room.Fields{"title": "poison"}}}

		verdicts := make(chan room.Verdict, 3)
		for _, req := range []room.Request{workspaceOp(0x77, 1), poison, workspaceOp(0x79, 1)} {
			go func() {
				v, err := hub.Submit(ctx, testRoom, req)
				if err != nil {
					t.Error(err)
				}
				verdicts <- v
			}()
		}
		refused := 0
		for range 3 {
			if v := <-verdicts; v.Err != nil {
				refused++
				if v.Err.Code != room.Invalid {
					t.Errorf("the poison got %+v, want invalid", v.Err)
				}
			}
		}

		if refused != 1 || store.panics.Load() == 0 {
			t.Errorf("%d ops are refused after %d panics, want one", refused, store.panics.Load())
		}
		if v, err := hub.Submit(ctx, testRoom, poison); err != nil || v.Err == nil || v.Err.Code != room.Invalid {
			t.Errorf("sent again: %+v, %v", v, err) // I7
		}
		if v, err := hub.Submit(ctx, testRoom, workspaceOp(0x77, 2)); err != nil || v.Err != nil {
			t.Errorf("the room afterwards: %+v, %v", v, err)
		}
	})
}

// Priya comes to this server from another one, where she was a visitor known by
// hearsay: what she types in a private milestone stays with her side. // P27 I11
func TestVisitorThatMovesServersKeepsItsSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, broker := newMemStore(t), NewMemoryBroker()
		one := newBench(t, setup{store: store, broker: broker})
		two := newBench(t, setup{store: store, broker: broker})
		marcs, _ := one.join("marc")
		before, _ := two.join("priya")
		settle(marcs, before)
		_ = before.ws.CloseNow()

		after, _ := one.join("priya") // within the grace
		settle(after)
		after.say(focusText(secret, "title", "Floor 80"))
		time.Sleep(time.Second)

		for len(marcs.frames) > 0 {
			if f := marcs.presence(); strings.Contains(f.raw, "Floor 80") || strings.Contains(f.raw, string(secret)) {
				t.Errorf("the other side got %s", f.raw)
			}
		}
		_, late := one.join("pat")
		if strings.Contains(late.raw, "Floor 80") {
			t.Errorf("a partner's welcome = %s", late.raw)
		}
		one.stop()
		two.stop()
	})
}
