package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
)

// Commit judges the requests in one transaction and returns one verdict for
// each; when it returns, everything accepted is durable. Plan is what an earlier
// Commit of this room returned, or nil; it is brought up to date and changed, and
// the returned plan replaces it. After an error the plan must not be used again;
// what of the batch took effect all the same gets its verdict when it is sent again.
func (s *Store) Commit(ctx context.Context, plan *room.Plan, id room.ID, reqs []room.Request) (*room.Plan, room.Result, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	last := remembered(plan)
	if last != nil {
		ctx = among(ctx, last.workspace) // the wall stands around commits too
	}
	plan, result, err := s.commit(ctx, plan, last, id, reqs)
	if unfit(err) {
		plan, result, err = s.commitOneByOne(ctx, last, id, reqs)
	}
	if away(err) {
		s.forget()
	}
	if err != nil {
		return nil, room.Result{}, wrap(err, "committing to room %s", id)
	}
	return plan, result, nil
}

// commit takes one round trip, which it may share with other rooms, when what is
// remembered of the room suffices, and two when the room has to be looked at
// first. Last is what was remembered with the plan that the caller began with,
// also when that plan is lost.
func (s *Store) commit(ctx context.Context, plan *room.Plan, last *head, id room.ID, reqs []room.Request) (*room.Plan, room.Result, error) {
	if plan != nil && last.suffices(reqs) {
		var result room.Result
		var err error
		plan, result, err = s.commitFromMemory(plan, last, reqs)
		if !errors.Is(err, errMoved) {
			return plan, result, err
		}
	}
	select {
	case s.locks <- struct{}{}:
		defer func() { <-s.locks }()
	case <-ctx.Done():
		return nil, room.Result{}, ctx.Err()
	}
	pooled, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, room.Result{}, err
	}
	defer pooled.Release() // a connection left in a transaction is closed by the pool
	return s.commitUnderLock(ctx, pooled, plan, last, id, reqs)
}

// commitFromMemory judges before it knows that the room is as remembered; the
// claim, first of the transaction, proves it or ends the transaction. With
// [errMoved] the plan comes back if it is still good, else nil.
func (s *Store) commitFromMemory(plan *room.Plan, h *head, reqs []room.Request) (*room.Plan, room.Result, error) {
	h.recall()
	t := judge(h, plan, reqs)
	if !t.changes() {
		return plan, room.Result{}, errMoved // nothing to write, so nothing would prove the verdicts
	}
	if s.gang.commit(t); t.err != nil {
		return nil, room.Result{}, t.err
	}
	t.wrote()
	return plan, room.Result{Verdicts: t.verdicts, Commits: t.commits}, nil
}

// commitUnderLock locks the room, looks, judges and writes.
func (s *Store) commitUnderLock(ctx context.Context, pooled *pgxpool.Conn, plan *room.Plan, last *head, id room.ID, reqs []room.Request) (*room.Plan, room.Result, error) {
	conn := pooled.Conn()
	h, err := lockHead(ctx, conn, id, reqs)
	if err != nil {
		return nil, room.Result{}, err
	}
	h.follow(last, plan)
	plan, missed, err := h.catchUp(ctx, conn, plan, last)
	if err != nil {
		return nil, room.Result{}, err
	}
	if err := h.lookUp(ctx, conn, plan, reqs); err != nil {
		return nil, room.Result{}, err
	}

	t := judge(h, plan, reqs)
	result := room.Result{Verdicts: t.verdicts, Commits: append(missed, t.commits...)}

	plan.Memory = h
	if !t.changes() {
		end := `rollback`
		if h.moved {
			end = `commit`
		}
		_, err := conn.Exec(ctx, end)
		return plan, result, err
	}
	var b pgx.Batch
	t.write(&b)
	t.writeHead(&b)
	b.Queue(`commit`)
	if err := conn.SendBatch(ctx, &b).Close(); err != nil {
		if err := s.settle(ctx, pooled, t, err); err != nil {
			return nil, room.Result{}, err
		}
	}
	t.wrote()
	return plan, result, nil
}

// commitOneByOne follows a batch that the database would not hold because of
// one of its ops. Each is tried alone, and the one at fault is refused.
func (s *Store) commitOneByOne(ctx context.Context, last *head, id room.ID, reqs []room.Request) (*room.Plan, room.Result, error) {
	var plan *room.Plan
	var all room.Result
	for i := range reqs {
		next, result, err := s.commit(ctx, plan, last, id, reqs[i:i+1])
		if unfit(err) {
			reqs[i].Malformed = room.Errorf(room.Invalid, "the database cannot hold this value")
			next, result, err = s.commit(ctx, nil, last, id, reqs[i:i+1])
		}
		if err != nil {
			return nil, room.Result{}, err
		}
		plan, last = next, remembered(next)
		all.Verdicts = append(all.Verdicts, result.Verdicts...)
		all.Commits = append(all.Commits, result.Commits...)
	}
	return plan, all, nil
}

// unfit reports whether the database refused the data itself: a value that a
// column or a constraint does not take. The transaction was rolled back.
func unfit(err error) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pgErr.Code[:2] == "22" || pgErr.Code[:2] == "23")
}
