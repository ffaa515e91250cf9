package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
)

// Snapshot reads the streams, and how far client has come in each, as of one
// instant: state, rev and seq are of one transaction. Client may be "".
func (s *Store) Snapshot(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) ([]room.StreamSnapshot, error) {
	var plan *room.Plan
	var seqs map[room.Stream]int64
	err := s.readOnly(ctx, func(ctx context.Context, tx pgx.Tx) error {
		h, err := readHead(ctx, tx, id)
		if err != nil {
			return err
		}
		if seqs, err = seqsOf(ctx, tx, id, client); err != nil {
			return err
		}
		plan, err = loadPlan(ctx, tx.Conn(), h, streams)
		return err
	})
	if err != nil {
		return nil, wrap(err, "reading a snapshot of room %s", id)
	}
	out := make([]room.StreamSnapshot, len(streams))
	for i, stream := range streams {
		out[i] = room.StreamSnapshot{
			Stream: stream, Epoch: plan.Epoch, Rev: plan.Revs[stream], Seq: seqs[stream], Body: plan.Snapshot(stream),
		}
	}
	return out, nil
}

// Preview returns what a request would do if it were sent now; nothing is written.
func (s *Store) Preview(ctx context.Context, id room.ID, req room.Request) (room.Outcome, error) {
	var out room.Outcome
	err := s.readOnly(ctx, func(ctx context.Context, tx pgx.Tx) error {
		h, err := readHead(ctx, tx, id)
		if err != nil {
			return err
		}
		plan, err := loadPlan(ctx, tx.Conn(), h, room.Streams[:])
		if err != nil {
			return err
		}
		if err := h.lookUp(ctx, tx.Conn(), plan, []room.Request{req}); err != nil {
			return err
		}
		out, err = room.Preview(plan, h.at, req)
		return err
	})
	return out, wrap(err, "previewing in room %s", id)
}

// After reads at most limit commits of a stream above rev after, ascending.
func (s *Store) After(ctx context.Context, id room.ID, stream room.Stream, rev room.Rev, limit int) ([]room.Logged, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	out, err := after(ctx, s.pool, id, stream, rev, limit)
	return out, wrap(err, "reading the log of room %s", id)
}

// querier is a pool, a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func after(ctx context.Context, q querier, id room.ID, stream room.Stream, rev room.Rev, limit int) ([]room.Logged, error) {
	rows, err := q.Query(ctx, `select rev, body::text from activity
		where room_id = $1 and stream = $2 and rev > $3 order by rev limit $4`, id, stream, rev, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (room.Logged, error) {
		var l room.Logged
		var body string
		err := row.Scan(&l.Rev, &body)
		l.Body = json.RawMessage(body)
		return l, err
	})
}

// logPage is how many commits [Store.At] folds at a time.
const logPage = 500

// At returns the state of a stream as of rev, folded from the log; 0 is the
// state before everything. A rev that is not there yet is gone.
func (s *Store) At(ctx context.Context, id room.ID, stream room.Stream, rev room.Rev) (json.RawMessage, error) {
	plan := room.NewPlan(id, "")
	for plan.Revs[stream] < rev {
		logged, err := s.After(ctx, id, stream, plan.Revs[stream], int(min(logPage, rev-plan.Revs[stream])))
		if err != nil {
			return nil, err
		}
		if len(logged) == 0 {
			return nil, room.FieldErrorf(room.Gone, "rev", "the stream has not come to %d yet", rev)
		}
		for _, l := range logged {
			c, err := room.DecodeCommit(l.Body)
			if err != nil {
				return nil, fmt.Errorf("reading rev %d of room %s: %w", l.Rev, id, err)
			}
			plan.Fold(stream, c)
		}
	}
	return plan.Snapshot(stream), nil
}

// RevAt returns the newest rev of a stream that was committed by a moment, 0
// when there was none yet.
func (s *Store) RevAt(ctx context.Context, id room.ID, stream room.Stream, at time.Time) (room.Rev, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var rev room.Rev
	// Backwards from the newest: moments that are asked for are mostly recent.
	err := s.pool.QueryRow(ctx, `select coalesce((select rev from activity
		where room_id = $1 and stream = $2 and at <= $3 order by rev desc limit 1), 0)`, id, stream, at).Scan(&rev)
	return rev, wrap(err, "looking for a moment of room %s", id)
}

// Heads reads where the rooms stand; a room that is not there is left out.
func (s *Store) Heads(ctx context.Context, ids []room.ID) (map[room.ID]room.Head, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	out := make(map[room.ID]room.Head, len(ids))
	err := s.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		rows, err := conn.Query(ctx, `select h.room_id::text, h.epoch, h.shared, h.seller, h.buyer,
			exists (select from links l where l.room_id = h.room_id and greatest(l.revoked_at, l.changed_at) > clock_timestamp() - interval '1 minute')
				or exists (select from sessions s where s.room_id = h.room_id and s.revoked_at > clock_timestamp() - interval '1 minute')
			from heads h where h.room_id = any($1::text[]::uuid[])`, ids)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id room.ID
			var epoch int
			var shared, seller, buyer room.Rev
			var revoked bool
			if err := rows.Scan(&id, &epoch, &shared, &seller, &buyer, &revoked); err != nil {
				return err
			}
			out[id] = room.Head{
				Epoch:   epochOn(conn.Conn(), epoch),
				Revs:    room.Revs{room.Shared: shared, room.Seller: seller, room.Buyer: buyer},
				Revoked: revoked,
			}
		}
		return rows.Err()
	})
	return out, wrap(err, "reading %d heads", len(ids))
}

// Seqs reads the last processed seq of a client in each stream; 0 for none.
func (s *Store) Seqs(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) (map[room.Stream]int64, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	seqs, err := seqsOf(ctx, s.pool, id, client)
	if err != nil {
		return nil, wrap(err, "reading the cursors of client %s", client)
	}
	out := make(map[room.Stream]int64, len(streams))
	for _, stream := range streams {
		out[stream] = seqs[stream]
	}
	return out, nil
}

func seqsOf(ctx context.Context, q querier, id room.ID, client room.ClientID) (map[room.Stream]int64, error) {
	out := map[room.Stream]int64{}
	if client == "" {
		return out, nil
	}
	rows, err := q.Query(ctx, `select stream, seq from cursors
		where room_id = $1 and stream = any($2::text[]) and client = $3`, id, room.Streams[:], client)
	if err != nil {
		return nil, err
	}
	var stream room.Stream
	var seq int64
	_, err = pgx.ForEachRow(rows, []any{&stream, &seq}, func() error {
		out[stream] = seq
		return nil
	})
	return out, err
}

// readOnly runs read in a transaction that sees one instant.
func (s *Store) readOnly(ctx context.Context, read func(context.Context, pgx.Tx) error) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error { return read(ctx, tx) })
}

// readHead reads a room's head without locking it.
func readHead(ctx context.Context, tx pgx.Tx, id room.ID) (*head, error) {
	h := &head{room: id}
	var epoch int
	var shared, seller, buyer room.Rev
	var at time.Time
	err := tx.QueryRow(ctx, `select epoch, shared, seller, buyer, clock_timestamp() from heads where room_id = $1`, id).
		Scan(&epoch, &shared, &seller, &buyer, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errGone()
	}
	h.at, h.epoch = at, epochOn(tx.Conn(), epoch)
	h.revs = room.Revs{room.Shared: shared, room.Seller: seller, room.Buyer: buyer}
	return h, err
}
