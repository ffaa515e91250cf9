package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// lookUp reads what few batches need: from the log the commits that op.undo
// names and the revs that repeated ops got, and the workspace's own templates
// that ops name. It is a round trip of its own, taken only then.
func (h *head) lookUp(ctx context.Context, conn *pgx.Conn, plan *room.Plan, reqs []room.Request) error {
	var b pgx.Batch
	for i := range reqs {
		req := &reqs[i]
		if rev, ok := undoes(req); ok && rev >= 1 && rev <= plan.Revs[req.Stream] {
			b.Queue(`select body::text from activity where room_id = $1 and stream = $2 and rev = $3`, h.room, req.Stream, rev).
				QueryRow(func(row pgx.Row) error { return scanUndone(row, req) })
			twinRead(&b, h.room, req, rev)
		}
		for j := range req.Ops {
			if namesTemplate(req.Ops[j]) {
				templateRead(&b, h.room, &req.Ops[j])
			}
		}
		if c := h.repeated(req); c != nil {
			// Backwards from the cursor's rev: what is asked again is recent.
			b.Queue(`select rev from activity where room_id = $1 and stream = $2 and rev <= $3 and client = $4 and seq = $5
				order by rev desc limit 1`, h.room, req.Stream, c.Rev, req.Client, req.Seq).
				Query(func(rows pgx.Rows) error { return scanAccepted(rows, c, req.Seq) })
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return conn.SendBatch(ctx, &b).Close()
}

// asks reports whether [head.lookUp] has something to read for a request.
func (h *head) asks(req *room.Request) bool {
	_, undo := undoes(req)
	return undo || h.repeated(req) != nil || slices.ContainsFunc(req.Ops, namesTemplate)
}

// undoes returns the rev that a request takes back.
func undoes(req *room.Request) (room.Rev, bool) {
	if len(req.Ops) != 1 || req.Ops[0].Kind != room.KindUndo || req.Undone != nil {
		return 0, false
	}
	return req.Ops[0].Rev, true
}

func scanUndone(row pgx.Row, req *room.Request) error {
	var body string
	if err := row.Scan(&body); err != nil {
		return fmt.Errorf("reading rev %d to undo it: %w", req.Ops[0].Rev, err)
	}
	c, err := room.DecodeCommit([]byte(body))
	req.Undone = &c
	return err
}

// twinSQL looks at what is no client's and of the commit's time, which has an
// index; their own word for what they belong to decides.
const twinSQL = `select t.body::text from activity c join activity t on t.room_id = c.room_id and t.stream = $3 and t.at = c.at
	where c.room_id = $1 and c.stream = 'shared' and c.rev = $2
		and t.client is null and t.body->'of'->>'stream' = 'shared' and (t.body->'of'->>'rev')::bigint = $2`

// twinRead reads what the op of an undone commit did in its sender's private
// stream. Twins are committed together, so they have one time.
func twinRead(b *pgx.Batch, id room.ID, req *room.Request, rev room.Rev) {
	side := room.Stream(req.Member.Side)
	if req.Stream != room.Shared || side != room.Seller && side != room.Buyer {
		return
	}
	b.Queue(twinSQL, id, rev, side).
		Query(func(rows pgx.Rows) error { return scanTwin(rows, side, req) })
}

func scanTwin(rows pgx.Rows, side room.Stream, req *room.Request) error {
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return fmt.Errorf("reading the twin of rev %d: %w", req.Ops[0].Rev, err)
		}
		c, err := room.DecodeCommit([]byte(body))
		if err != nil {
			return err
		}
		req.Undone.Twin = &room.Twin{Stream: side, Commit: c}
	}
	return rows.Err()
}

// repeated returns the cursor of an op that was answered before, unless the
// cursor itself knows the answer.
func (h *head) repeated(req *room.Request) *room.Cursor {
	c := h.cursors[room.CursorKey{Client: req.Client, Stream: req.Stream}]
	if c == nil || req.Internal || req.Seq < 1 || req.Seq > c.Seq || c.Refused[req.Seq] != nil {
		return nil
	}
	return c
}

func scanAccepted(rows pgx.Rows, c *room.Cursor, seq int64) error {
	for rows.Next() {
		var rev room.Rev
		if err := rows.Scan(&rev); err != nil {
			return err
		}
		if c.Accepted == nil {
			c.Accepted = map[int64]room.Rev{}
		}
		c.Accepted[seq] = rev
	}
	return rows.Err()
}
