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

// dependentPlan is a plan of 500 milestones and 1,000 dependencies: each waits
// for one near and for one further back, the last is go-live.
func dependentPlan(b *testing.B) *world {
	w := bigPlan(b)
	const first = 0x10000
	ops := []Op{{Kind: "milestone.update", ID: uid(first + MaxMilestones - 1), Set: Fields{"is_go_live": true, "due": "2031-06-02"}}}
	for i := 1; i < MaxMilestones; i++ {
		for n, back := range []int{1, 7, 40} {
			if n == 2 && i > 60 {
				break // 1,000 in all, or so
			}
			if from := i - back; from >= 0 {
				ops = append(ops, Op{Kind: "dependency.add", ID: uid(0x40000 + 4*i + n), Set: Fields{
					"from": string(uid(first + from)), "to": string(uid(first + i)), "lag_days": int64(i % 3),
				}})
			}
		}
	}
	for len(ops) > 0 {
		n := min(MaxGroup, len(ops))
		w.as(sam, Shared, ops[:n]...).ok(b)
		ops = ops[n:]
	}
	return w
}

// BenchmarkSchedule works out a plan of 500 milestones and 1,000 dependencies,
// with 20 holidays a side. Target: within a millisecond, so that it can follow
// every commit.
func BenchmarkSchedule(b *testing.B) {
	w := dependentPlan(b)
	room := w.plan.Streams[Shared][RoomEntity][RecordID(testRoom)].Fields
	for i := range 20 {
		day := fmt.Sprintf("2026-%02d-%02d", 6+i/4, 3+i)
		for _, side := range []string{"seller_holidays", "buyer_holidays"} {
			days, _ := room[side].([]string)
			room[side] = append(days, day)
		}
	}
	b.Run("view", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			NewView(w.plan, []Stream{Shared})
		}
	})
	b.Run("dates", func(b *testing.B) {
		v := NewView(w.plan, []Stream{Shared})
		b.ReportAllocs()
		for b.Loop() {
			if got := v.Schedule("2026-06-01"); got.Health.Level != Late {
				b.Fatal(got.Health)
			}
		}
		b.ReportMetric(float64(len(v.edges)), "dependencies")
	})
}

// BenchmarkPush judges a push through all of that plan.
func BenchmarkPush(b *testing.B) {
	w := dependentPlan(b)
	req := Request{Member: sam, Stream: Shared, Ops: []Op{{Kind: KindReschedule, ID: uid(0x10000), Due: "2026-06-02", Push: true}}}
	b.ReportAllocs()
	for b.Loop() {
		if out, err := Preview(w.plan, testNow, req); err != nil || len(out.Changes[Shared]) < MaxMilestones {
			b.Fatal(len(out.Changes[Shared]), err)
		}
	}
}

// BenchmarkSaveTemplate takes the names of a full room out of the largest plan.
func BenchmarkSaveTemplate(b *testing.B) {
	w := bigPlan(b)
	for i := len(people); i < MaxParticipants; i++ {
		name := fmt.Sprintf("First%d Last%d", i, i)
		w.as(priya, Shared, Op{Kind: "participant.add", ID: uid(0x90000 + i), Set: Fields{"name": name, "side": "buyer", "access": "viewer"}}).ok(b)
	}
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x10000), Set: Fields{"is_go_live": true, "due": "2026-06-01"}}).ok(b)
	for b.Loop() {
		if _, err := SaveTemplate(w.plan, "Everything", ""); err != nil {
			b.Fatal(err)
		}
	}
}
