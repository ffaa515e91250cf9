package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// head is a room's head row and what goes with it: read under the row's lock, or
// remembered from the last commit.
type head struct {
	room      room.ID
	workspace string
	number    int // of the epoch, without the timeline
	epoch     room.Epoch
	moved     bool // to another epoch, in this transaction
	turn      int64
	revs      room.Revs
	at        time.Time // of the batch
	clock     clock
	cursors   map[room.CursorKey]*room.Cursor // that there are, of known
	known     map[room.ClientID]bool          // the clients that were looked up
	sources   map[string]int                  // of the sessions that were found alive
	wary      int                             // batches that look first, see waryBatches
}

// lockHead is the first of two round trips: begin, lock, clock, cursors, sessions. The
// lock is held until the transaction ends, so commit order is rev order. `no
// key` leaves the foreign keys of other tables' inserts alone.
func lockHead(ctx context.Context, conn *pgx.Conn, id room.ID, reqs []room.Request) (*head, error) {
	clients, sessions := clientsOf(reqs), sessionsOf(reqs)
	var b pgx.Batch
	b.Queue(`begin`)
	b.Queue(`select workspace_id::text, epoch, turn, shared, seller, buyer, clock_timestamp()
		from heads where room_id = $1 for no key update`, string(id)) // a named type costs pgx a second try
	b.Queue(`select stream, client::text, actor, seq, rev, refused
		from cursors where room_id = $1 and stream = any('{shared,seller,buyer}') and client = any($2::text[]::uuid[])`, string(id), clients)
	if len(sessions) > 0 {
		b.Queue(`select s.id::text, `+sourceColumn+` from sessions s
			where s.id = any($1::text[]::uuid[]) and s.room_id = $2 and `+liveSession, sessions, string(id))
	}
	results := conn.SendBatch(ctx, &b)
	defer func() { _ = results.Close() }() // its errors are those of the reads
	if _, err := results.Exec(); err != nil {
		return nil, err
	}
	h := &head{room: id, cursors: map[room.CursorKey]*room.Cursor{}, known: map[room.ClientID]bool{}, sources: map[string]int{}}
	for _, client := range clients {
		h.known[room.ClientID(client)] = true
	}
	var shared, seller, buyer room.Rev
	err := results.QueryRow().Scan(&h.workspace, &h.number, &h.turn, &shared, &seller, &buyer, &h.at)
	if errors.Is(err, pgx.ErrNoRows) {
		_ = results.Close()
		_, _ = conn.Exec(ctx, `rollback`)
		return nil, errGone()
	}
	if err != nil {
		return nil, err
	}
	h.clock = clock{h.at, time.Now()}
	h.epoch = epochOn(conn, h.number)
	h.revs = room.Revs{room.Shared: shared, room.Seller: seller, room.Buyer: buyer}
	if err := h.scanCursors(results); err != nil {
		return nil, err
	}
	if len(sessions) > 0 {
		if err := h.markEnded(results, reqs); err != nil {
			return nil, err
		}
	}
	return h, results.Close()
}

// clientsOf returns the clients that the requests come from.
func clientsOf(reqs []room.Request) []string {
	clients := []string{} // an empty array, not null
	for i := range reqs {
		if room.ValidUUID(string(reqs[i].Client)) {
			clients = append(clients, string(reqs[i].Client))
		}
	}
	return clients
}

// sessionsOf returns the sessions that the requests come from, each once.
func sessionsOf(reqs []room.Request) []string {
	var sessions []string
	for i := range reqs {
		if reqs[i].Session != "" {
			sessions = append(sessions, string(reqs[i].Session))
		}
	}
	slices.Sort(sessions)
	return slices.Compact(sessions)
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
func (h *head) markEnded(results pgx.BatchResults, reqs []room.Request) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	var id string
	var place int
	if _, err := pgx.ForEachRow(rows, []any{&id, &place}, func() error {
		h.sources[id] = place
		return nil
	}); err != nil {
		return err
	}
	for i := range reqs {
		_, live := h.sources[string(reqs[i].Session)]
		reqs[i].Ended = reqs[i].Session != "" && !live
	}
	return nil
}

// catchUp brings plan to where the head is, and returns what others committed
// since last: from the log, or from the tables when the plan is lost or not of
// this history. The lock is held, so nothing changes between the reads.
func (h *head) catchUp(ctx context.Context, conn *pgx.Conn, plan *room.Plan, last *head) (*room.Plan, []room.Encoded, error) {
	if last != nil && last.epoch == h.epoch && h.behind(last) {
		if err := h.rewound(ctx, conn); err != nil {
			return nil, nil, err
		}
	}
	if last == nil || last.epoch != h.epoch {
		plan, err := loadPlan(ctx, conn, h, room.Streams[:])
		return plan, nil, err
	}
	missed, err := h.missed(ctx, conn, last)
	if err != nil {
		return nil, nil, err
	}
	if plan == nil {
		plan, err := loadPlan(ctx, conn, h, room.Streams[:])
		return plan, missed, err
	}
	for i := range missed {
		plan.Fold(missed[i].Stream, missed[i].Commit)
	}
	return plan, missed, nil
}

// missed reads from the log what was committed between last and h.
func (h *head) missed(ctx context.Context, conn *pgx.Conn, last *head) ([]room.Encoded, error) {
	var out []room.Encoded
	for _, s := range room.Streams {
		n := int(h.revs[s] - last.revs[s])
		if n == 0 {
			continue
		}
		logged, err := after(ctx, conn, h.room, s, last.revs[s], n)
		if err != nil {
			return nil, err
		}
		for _, l := range logged {
			c, err := room.DecodeCommit(l.Body)
			if err != nil {
				return nil, fmt.Errorf("reading rev %d of %s: %w", l.Rev, s, err)
			}
			out = append(out, room.Encoded{Stream: s, Commit: c, Body: l.Body})
		}
		if len(logged) != n || logged[n-1].Rev != h.revs[s] {
			return nil, fmt.Errorf("the log of %s has %d commits from %d on, the head says %d", s, len(logged), last.revs[s]+1, h.revs[s])
		}
	}
	return out, nil
}

// behind reports whether the database has less than was remembered: it went
// back in time, and the plan holds what never was.
func (h *head) behind(last *head) bool {
	for _, s := range room.Streams {
		if last.revs[s] > h.revs[s] {
			return true
		}
	}
	return false
}
