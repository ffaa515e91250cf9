package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"parley/room"
)

// Random edits, moves, removals and private records by both sides, batched as
// they come: the log gives the tables, a field holds the value of the highest
// rev that set it, and order is the same wherever it is read. // I2 I9 I10
func TestRandomEditsKeepLogAndTablesEqual(t *testing.T) {
	for _, seed := range []uint64{1, 7, uint64(rand.Uint32())} {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newWorld(t)
			r := rand.New(rand.NewPCG(seed, 0))
			last := map[string]room.Value{} // stream/id/field → value of the highest rev
			var plan *room.Plan
			seqs := map[string]int64{}
			clients := []room.ClientID{newClient(), newClient(), newClient()}
			ids := []room.RecordID{w.first}
			w.must(w.request(newClient(), 1, w.priya, room.Shared, room.Op{Kind: "milestone.update", ID: w.first, Set: room.Fields{"due": "2027-01-11"}}))
			for _, m := range []room.Member{w.priya, w.marc} {
				w.must(w.request(newClient(), 1, m, room.Shared, room.Op{Kind: room.KindPlanAccept, Rev: w.snapshots()[room.Shared].Rev}))
			}
			ask := room.Op{Kind: room.KindDatePropose, ID: newID(), Milestone: w.first, To: "2027-02-15", Reason: "The auditor is away"}
			w.must(w.request(newClient(), 1, w.marc, room.Shared, ask)) // not every seed makes one that stands
			for range 40 {
				var reqs []room.Request
				for range 1 + r.IntN(8) {
					n := r.IntN(len(clients))
					member, stream := w.priya, []room.Stream{room.Shared, room.Seller}[r.IntN(2)]
					if n == 1 {
						member, stream = w.marc, []room.Stream{room.Shared, room.Buyer}[r.IntN(2)]
					}
					key := string(clients[n]) + string(stream)
					seqs[key]++
					op, id := w.randomOp(r, ids)
					if plan != nil && stream == room.Shared && r.IntN(6) == 0 {
						op = room.Op{Kind: room.KindPlanAccept, Rev: plan.Revs[room.Shared]}
					}
					ids = append(ids, id)
					reqs = append(reqs, w.request(clients[n], seqs[key], member, stream, op))
				}
				next, result, err := w.store.Commit(context.Background(), plan, w.id, reqs)
				if err != nil {
					t.Fatal(err)
				}
				plan = next
				for _, c := range result.Commits {
					for _, change := range c.Commit.Changes {
						for field, v := range change.Set {
							last[fmt.Sprintf("%s/%s/%s", c.Stream, change.ID, field)] = v
						}
					}
				}
			}

			w.checkLog()
			for stream, snap := range w.snapshots() {
				if got := string(plan.Snapshot(stream)); got != string(snap.Body) {
					t.Errorf("%s in memory\n%s\nin the tables\n%s", stream, got, snap.Body)
				}
			}
			for key, want := range last {
				parts := strings.SplitN(key, "/", 3)
				var got room.Value
				for _, records := range plan.Streams[room.Stream(parts[0])] {
					if rec := records[room.RecordID(parts[1])]; rec != nil {
						got = rec.Fields[parts[2]]
					}
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s = %v, the highest rev set %v", key, got, want)
				}
			}
			w.checkOrder(plan)
			for _, e := range []room.Entity{room.DateProposal, room.Acceptance, room.Baseline} {
				if len(plan.Streams[room.Shared][e]) == 0 {
					t.Errorf("the run made no %s", e)
				}
			}
		})
	}
}

// randomOp is an op that may well be refused, and a record it may have made.
func (w *world) randomOp(r *rand.Rand, ids []room.RecordID) (room.Op, room.RecordID) {
	id := ids[r.IntN(len(ids))]
	switch r.IntN(12) {
	case 0, 1:
		made := newID()
		return room.Op{Kind: "milestone.add", ID: made, Set: room.Fields{"phase": string(w.phase), "title": fmt.Sprint("New ", r.IntN(1000))}, Place: room.Place{Set: true, First: true}}, made
	case 2:
		return room.Op{Kind: "milestone.move", ID: id, Place: room.Place{Set: true, After: ids[r.IntN(len(ids))]}}, id
	case 3:
		return room.Op{Kind: "milestone.remove", ID: id}, id
	case 4:
		return room.Op{Kind: "milestone.restore", ID: id}, id
	case 5:
		made := newID()
		return room.Op{Kind: "comment.add", ID: made, Set: room.Fields{"on": room.Target{Entity: room.Milestone, ID: id}, "body": "Hello"}}, id
	case 6:
		return room.Op{Kind: "milestone.update", ID: id, Set: room.Fields{"due": fmt.Sprintf("2027-0%d-11", 1+r.IntN(9)), "start": nil, "pinned": r.IntN(2) == 0}}, id
	case 7, 8:
		made := newID()
		return room.Op{Kind: room.KindDatePropose, ID: made, Milestone: id, To: fmt.Sprintf("2027-0%d-18", 1+r.IntN(9)), Reason: "The auditor is away"}, made
	case 9:
		kind := []room.Kind{room.KindDateAccept, room.KindDateCounter, room.KindDateDecline}[r.IntN(3)]
		return room.Op{Kind: kind, ID: id, To: "2027-10-01"}, id
	case 10:
		return room.Op{Kind: room.KindReschedule, ID: id, Due: fmt.Sprintf("2027-0%d-12", 1+r.IntN(9)), Unilateral: true, Reason: "Holiday"}, id
	default:
		return rename(id, fmt.Sprint("Title ", r.IntN(1000))), id
	}
}

// checkOrder fails unless PostgreSQL sorts the list keys as Go does.
func (w *world) checkOrder(plan *room.Plan) {
	w.Helper()
	rows, err := w.pool.Query(context.Background(), `select pos || ' ' || id from milestones where room_id = $1 and stream = 'shared' order by pos, id`, w.id)
	if err != nil {
		w.Fatal(err)
	}
	var sorted []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			w.Fatal(err)
		}
		sorted = append(sorted, s)
	}
	var want []string
	for id, rec := range plan.Streams[room.Shared][room.Milestone] {
		want = append(want, rec.Fields["pos"].(string)+" "+string(id))
	}
	slices.Sort(want)
	if !slices.Equal(sorted, want) {
		w.Errorf("PostgreSQL's order\n%v\nGo's\n%v", sorted, want)
	}
}
