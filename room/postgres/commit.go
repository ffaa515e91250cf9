package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

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
	since := revsOf(plan)
	plan, result, err := s.commit(ctx, plan, id, reqs)
	if unfit(err) {
		return s.commitOneByOne(ctx, id, since, reqs)
	}
	if away(err) {
		s.forget()
	}
	if err != nil {
		return nil, room.Result{}, wrap(err, "committing to room %s", id)
	}
	return plan, result, nil
}

// commit reads top to bottom as the life of a batch.
func (s *Store) commit(ctx context.Context, plan *room.Plan, id room.ID, reqs []room.Request) (*room.Plan, room.Result, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, room.Result{}, err
	}
	defer conn.Release() // a connection left in a transaction is closed by the pool

	h, err := lockHead(ctx, conn.Conn(), id, reqs)
	if err != nil {
		return nil, room.Result{}, err
	}
	plan, missed, err := h.catchUp(ctx, conn.Conn(), plan)
	if err != nil {
		return nil, room.Result{}, err
	}
	if err := h.lookUp(ctx, conn.Conn(), plan, reqs); err != nil {
		return nil, room.Result{}, err
	}

	verdicts, commits := room.Decide(plan, h.at, h.cursors, reqs)
	result := room.Result{Verdicts: verdicts, Commits: append(missed, commits...)}

	w := h.writes(plan, commits)
	if w == nil {
		end := `rollback`
		if h.moved {
			end = `commit`
		}
		_, err := conn.Exec(ctx, end)
		return plan, result, err
	}
	if err := conn.SendBatch(ctx, w).Close(); err != nil {
		return plan, result, s.settle(ctx, id, h, commits, err)
	}
	return plan, result, nil
}

// head is a room's locked head row and what was read along with it.
type head struct {
	room      room.ID
	workspace string
	epoch     room.Epoch
	moved     bool // to another epoch, in this transaction
	revs      room.Revs
	at        time.Time
	cursors   map[room.CursorKey]*room.Cursor
}

// lockHead is the first round trip: begin, lock, clock, cursors, sessions. The
// lock is held until the transaction ends, so commit order is rev order. `no
// key` leaves the foreign keys of other tables' inserts alone.
func lockHead(ctx context.Context, conn *pgx.Conn, id room.ID, reqs []room.Request) (*head, error) {
	clients, sessions := senders(reqs)
	var b pgx.Batch
	b.Queue(`begin`)
	b.Queue(`select workspace_id::text, epoch, shared, seller, buyer, clock_timestamp()
		from heads where room_id = $1 for no key update`, string(id)) // a named type costs pgx a second try
	b.Queue(`select stream, client::text, actor, seq, rev, refused
		from cursors where room_id = $1 and stream = any('{shared,seller,buyer}') and client = any($2::text[]::uuid[])`, string(id), clients)
	if len(sessions) > 0 {
		b.Queue(`select s.id::text from sessions s
			where s.id = any($1::text[]::uuid[]) and s.room_id = $2 and `+liveSession, sessions, string(id))
	}
	results := conn.SendBatch(ctx, &b)
	defer func() { _ = results.Close() }() // its errors are those of the reads
	if _, err := results.Exec(); err != nil {
		return nil, err
	}
	h := &head{room: id, cursors: map[room.CursorKey]*room.Cursor{}}
	var epoch int
	var shared, seller, buyer room.Rev
	err := results.QueryRow().Scan(&h.workspace, &epoch, &shared, &seller, &buyer, &h.at)
	if errors.Is(err, pgx.ErrNoRows) {
		_ = results.Close()
		_, _ = conn.Exec(ctx, `rollback`)
		return nil, errGone()
	}
	if err != nil {
		return nil, err
	}
	h.epoch = epochOn(conn, epoch)
	h.revs = room.Revs{room.Shared: shared, room.Seller: seller, room.Buyer: buyer}
	if err := h.scanCursors(results); err != nil {
		return nil, err
	}
	if len(sessions) > 0 {
		if err := markEnded(results, reqs); err != nil {
			return nil, err
		}
	}
	return h, results.Close()
}

// senders returns the clients and the sessions that the requests come from.
func senders(reqs []room.Request) (clients, sessions []string) {
	clients = []string{} // an empty array, not null
	for i := range reqs {
		if room.ValidUUID(string(reqs[i].Client)) {
			clients = append(clients, string(reqs[i].Client))
		}
		if reqs[i].Session != "" {
			sessions = append(sessions, string(reqs[i].Session))
		}
	}
	return clients, sessions
}

func (h *head) scanCursors(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key room.CursorKey
		var c room.Cursor
		var refused []byte
		if err := rows.Scan(&key.Stream, &key.Client, &c.Actor, &c.Seq, &c.Rev, &refused); err != nil {
			return err
		}
		if refused != nil {
			if err := json.Unmarshal(refused, &c.Refused); err != nil {
				return fmt.Errorf("reading the refusals of client %s: %w", key.Client, err)
			}
		}
		h.cursors[key] = &c
	}
	return rows.Err()
}

// markEnded marks the requests whose session is over. It is read under the
// lock, so no op has a later commit time than its link's revocation.
func markEnded(results pgx.BatchResults, reqs []room.Request) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	live := map[room.SessionID]bool{}
	for rows.Next() {
		var id room.SessionID
		if err := rows.Scan(&id); err != nil {
			rows.Close()
			return err
		}
		live[id] = true
	}
	for i := range reqs {
		reqs[i].Ended = reqs[i].Session != "" && !live[reqs[i].Session]
	}
	return rows.Err()
}

// catchUp brings plan to where the head is: from the log when other servers
// have committed since, from the tables when there is no plan or it is not of
// this history. The lock is held, so nothing changes between the reads.
func (h *head) catchUp(ctx context.Context, conn *pgx.Conn, plan *room.Plan) (*room.Plan, []room.Encoded, error) {
	if plan != nil && plan.Epoch == h.epoch && h.behind(plan) {
		if err := h.rewound(ctx, conn); err != nil {
			return nil, nil, err
		}
	}
	if plan == nil || plan.Epoch != h.epoch {
		plan, err := loadPlan(ctx, conn, h, room.Streams[:])
		return plan, nil, err
	}
	var missed []room.Encoded
	for _, s := range room.Streams {
		if plan.Revs[s] == h.revs[s] {
			continue
		}
		logged, err := after(ctx, conn, h.room, s, plan.Revs[s], int(h.revs[s]-plan.Revs[s]))
		if err != nil {
			return nil, nil, err
		}
		for _, l := range logged {
			c, err := room.DecodeCommit(l.Body)
			if err != nil {
				return nil, nil, fmt.Errorf("reading rev %d of %s: %w", l.Rev, s, err)
			}
			plan.Fold(s, c)
			missed = append(missed, room.Encoded{Stream: s, Commit: c, Body: l.Body})
		}
		if plan.Revs[s] != h.revs[s] {
			return nil, nil, fmt.Errorf("the log of %s ends at %d, the head says %d", s, plan.Revs[s], h.revs[s])
		}
	}
	return plan, missed, nil
}

// behind reports whether the database has less than the plan: it went back in
// time, and the plan holds what never was.
func (h *head) behind(plan *room.Plan) bool {
	for _, s := range room.Streams {
		if plan.Revs[s] > h.revs[s] {
			return true
		}
	}
	return false
}

// commitOneByOne follows a batch that the database would not hold because of
// one of its ops. Each is tried alone, and the one at fault is refused.
func (s *Store) commitOneByOne(ctx context.Context, id room.ID, since room.Revs, reqs []room.Request) (*room.Plan, room.Result, error) {
	var plan *room.Plan
	var all room.Result
	for i := range reqs {
		next, result, err := s.commit(ctx, plan, id, reqs[i:i+1])
		if unfit(err) {
			reqs[i].Malformed = room.Errorf(room.Invalid, "the database cannot hold this value")
			next, result, err = s.commit(ctx, nil, id, reqs[i:i+1])
		}
		if err != nil {
			return nil, room.Result{}, wrap(err, "committing to room %s", id)
		}
		plan = next
		all.Verdicts = append(all.Verdicts, result.Verdicts...)
		all.Commits = append(all.Commits, result.Commits...)
	}
	if since == nil {
		return plan, all, nil
	}
	// The plan was loaded anew, so what others committed before is missing.
	commits, err := s.between(ctx, id, since, plan.Revs)
	all.Commits = commits
	return plan, all, err
}

// between returns what the log has after the revs since, up to until.
func (s *Store) between(ctx context.Context, id room.ID, since, until room.Revs) ([]room.Encoded, error) {
	var out []room.Encoded
	for _, stream := range room.Streams {
		logged, err := after(ctx, s.pool, id, stream, since[stream], int(until[stream]-since[stream]))
		if err != nil {
			return nil, err
		}
		for _, l := range logged {
			c, err := room.DecodeCommit(l.Body)
			if err != nil {
				return nil, err
			}
			out = append(out, room.Encoded{Stream: stream, Commit: c, Body: l.Body})
		}
	}
	return out, nil
}

// revsOf copies where a plan stands; nil for no plan.
func revsOf(plan *room.Plan) room.Revs {
	if plan == nil {
		return nil
	}
	revs := room.Revs{}
	for s, r := range plan.Revs {
		revs[s] = r
	}
	return revs
}

// unfit reports whether the database refused the data itself: a value that a
// column or a constraint does not take. The transaction was rolled back.
func unfit(err error) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pgErr.Code[:2] == "22" || pgErr.Code[:2] == "23")
}
