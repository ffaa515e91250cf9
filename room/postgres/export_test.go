package postgres

import "parley/room"

// Together commits one batch to each of several rooms in one transaction, from
// what is remembered with their plans, as rooms do that are ready at the same time.
func Together(s *Store, plans []*room.Plan, reqs [][]room.Request) ([]room.Result, []error) {
	turns := make([]*turn, len(plans))
	for i, plan := range plans {
		h := remembered(plan)
		h.recall()
		turns[i] = judge(h, plan, reqs[i])
	}
	s.together(turns)
	results, errs := make([]room.Result, len(turns)), make([]error, len(turns))
	for i, t := range turns {
		if errs[i] = t.err; t.err == nil {
			t.wrote()
			results[i] = room.Result{Verdicts: t.verdicts, Commits: t.commits}
		}
	}
	return results, errs
}

// ErrMoved is what a room gets that could not come along.
var ErrMoved = errMoved

// TwinSQL finds what the op of an undone commit did in a private stream.
const TwinSQL = twinSQL
