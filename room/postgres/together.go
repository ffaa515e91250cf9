package postgres

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// together writes turns of different rooms, judged from memory, in one
// transaction of one round trip, and notes in each what became of it: nil when it
// is durable, [errMoved] when its room is not as remembered. A room that cannot
// come along is left behind, and does not keep the others from going.
func (s *Store) together(turns []*turn) {
	ctx, cancel := bound(amongAll(turns))
	defer cancel()
	note(turns, errMoved) // until something else is known
	defer survive(turns)
	pooled, err := s.pool.Acquire(ctx)
	if err != nil {
		note(turns, err)
		return
	}
	defer pooled.Release() // a connection left in a transaction is closed by the pool
	turns = ofHistory(pooled.Conn(), turns)
	for len(turns) > 0 {
		err := s.try(ctx, pooled, turns)
		switch pgErr, _ := errors.AsType[*pgconn.PgError](err); {
		case movedOn(err):
			turns = without(turns, leftBehind(pgErr)) // those keep errMoved
		case pgErr != nil && !lostConnection(err) && len(turns) > 1:
			// One of them is at fault. Each is tried alone, and the others do not suffer.
			pooled.Release()
			for i := range turns {
				s.together(turns[i : i+1])
			}
			return
		default:
			note(turns, err)
			return
		}
	}
}

// survive is deferred: after a panic each turn goes a way of its own, where the
// one at fault panics again if it was the room's and not the company's.
func survive(turns []*turn) {
	p := recover()
	if p == nil {
		return
	}
	rooms := make([]string, len(turns))
	for i, t := range turns {
		rooms[i] = string(t.room)
	}
	slog.Error("a panic", slog.String("where", "commit"), slog.String("rooms", strings.Join(rooms, " ")),
		slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
}

// try is one transaction. Without begin and commit it ends with the batch.
func (s *Store) try(ctx context.Context, pooled *pgxpool.Conn, turns []*turn) error {
	var b pgx.Batch
	claim(&b, turns)
	writeRecords(&b, turns)
	err := pooled.Conn().SendBatch(ctx, &b).Close()
	if err != nil && !movedOn(err) {
		return s.settle(ctx, pooled, turns[0], err) // one tells for all: they are one transaction
	}
	return err
}

func note(turns []*turn, err error) {
	for _, t := range turns {
		t.err = err
	}
}

// ofHistory leaves out the turns whose epoch is not that of the connection: it
// leads to another history of the database than the room was read from.
func ofHistory(conn *pgx.Conn, turns []*turn) []*turn {
	return slices.DeleteFunc(slices.Clone(turns), func(t *turn) bool {
		return epochOn(conn, t.number) != t.epoch
	})
}

// leftBehind returns the rooms that a claim says it did not get, nil for all of them.
func leftBehind(claim *pgconn.PgError) []string {
	if claim.Detail == "" {
		return nil
	}
	return strings.Split(claim.Detail, ",")
}

// without returns the turns of other rooms.
func without(turns []*turn, rooms []string) []*turn {
	if rooms == nil {
		return nil
	}
	return slices.DeleteFunc(turns, func(t *turn) bool { return slices.Contains(rooms, string(t.room)) })
}
