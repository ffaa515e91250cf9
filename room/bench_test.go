package room

import (
	"fmt"
	"testing"
)

// bigPlan is a room at the limit of milestones, with tasks and criteria.
func bigPlan(b *testing.B) *world {
	w := newWorld(b)
	var ops []Op
	for i := range MaxMilestones {
		phase := phase1
		if i%2 == 1 {
			phase = phase2
		}
		m := uid(0x10000 + i)
		ops = append(ops, Op{Kind: "milestone.add", ID: m, Set: Fields{
			"phase": string(phase), "title": fmt.Sprintf("Milestone %d", i), "due": "2026-06-01", "duration_days": int64(3),
			"description": "What it is about", "seller_owner": string(sam.ID), "buyer_owner": string(dana.ID),
		}})
		for n := range 3 {
			ops = append(ops,
				Op{Kind: "task.add", ID: uid(0x20000 + 4*i + n), Set: Fields{"milestone": string(m), "title": "A task"}},
				Op{Kind: "criterion.add", ID: uid(0x30000 + 4*i + n), Set: Fields{"milestone": string(m), "text": "A criterion"}})
		}
	}
	for len(ops) > 0 {
		n := min(MaxGroup, len(ops))
		w.as(sam, Shared, ops[:n]...).ok(b)
		ops = ops[n:]
	}
	return w
}

// BenchmarkDecide judges batches of 64 on a plan of 500 milestones; ns/op is
// one op. Target: an update within 20 µs, so that rules are no bottleneck.
func BenchmarkDecide(b *testing.B) {
	w := bigPlan(b)
	for name, op := range map[string]func(i int) Op{
		"update": func(i int) Op {
			return Op{Kind: "milestone.update", ID: uid(0x10000 + i%MaxMilestones), Set: Fields{"title": fmt.Sprintf("Title %d", i)}}
		},
		"due": func(i int) Op {
			return Op{Kind: KindReschedule, ID: uid(0x10000 + i%MaxMilestones), Due: fmt.Sprintf("2026-06-%02d", 1+i%28)}
		},
		"move": func(i int) Op {
			return Op{Kind: "milestone.move", ID: uid(0x10000 + i%MaxMilestones), Place: Place{Set: true, First: i%4 < 2, Last: i%4 >= 2}}
		},
		"task": func(i int) Op {
			id := uid(0x20000 + 4*(i/2%MaxMilestones))
			if i%2 == 0 {
				return Op{Kind: KindTaskComplete, ID: id}
			}
			return Op{Kind: KindTaskReopen, ID: id}
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			plan := w.plan
			cursors := map[CursorKey]*Cursor{}
			seq := int64(0)
			for b.Loop() {
				reqs := make([]Request, MaxBatch)
				for i := range reqs {
					seq++
					reqs[i] = Request{
						Member: sam, Session: "s", Client: clientOf(sam), Stream: Shared, Seq: seq, Base: plan.Revs[Shared],
						Ops: []Op{op(int(seq) % 9000)},
					}
				}
				verdicts, _ := Decide(plan, testNow, cursors, reqs)
				if verdicts[0].Err != nil {
					b.Fatal(verdicts[0].Err)
				}
				c := cursors[CursorKey{clientOf(sam), Shared}]
				clear(c.Accepted) // the store makes a cursor per batch
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/MaxBatch, "ns/request")
		})
	}
}

// BenchmarkDecode reads the frame of one op.
func BenchmarkDecode(b *testing.B) {
	frame := []byte(`{"t":"op","stream":"shared","seq":12,"base":400,"op":{"kind":"milestone.update","id":"` + idA + `","set":{"title":"Legal and contract negotiation","due":"2026-06-01"}}}`)
	b.ReportAllocs()
	for b.Loop() {
		tree, err := ParseJSON(frame)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := DecodeOps(tree.(map[string]any)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSnapshot writes the shared stream of a plan of 500 milestones.
func BenchmarkSnapshot(b *testing.B) {
	w := bigPlan(b)
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(w.plan.Snapshot(Shared))))
	}
}
