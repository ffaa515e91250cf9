package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// settle finds out what became of a transaction whose commit did not answer. A
// connection can break after the database has committed and before it says so;
// the log tells. It returns nil when the batch is durable. The connection's place
// in the pool is given back first: when the database goes away all writers come
// here at once, and each needs another connection.
func (s *Store) settle(ctx context.Context, pooled *pgxpool.Conn, t *turn, cause error) error {
	if _, refused := errors.AsType[*pgconn.PgError](cause); refused && !lostConnection(cause) {
		return cause // the database answered: it rolled back
	}
	if _, torn := errors.AsType[tornError](cause); torn {
		return cause // durable, and in need of somebody who looks into it
	}
	pooled.Release()
	ctx, cancel := bound(ctx) // the first deadline may be what broke the connection
	defer cancel()
	durable, err := s.committed(ctx, t)
	switch {
	case err != nil:
		return fmt.Errorf("%w; its outcome could not be read: %w", cause, err)
	case !durable:
		return cause
	default:
		return nil
	}
}

// lostConnection reports whether the database ended the session (class 57P, an
// administrator or a crash) rather than refused the statement.
func lostConnection(err error) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return ok && len(pgErr.Code) == 5 && pgErr.Code[:3] == "57P"
}

// committed reports whether the batch is in the database. It takes the lock
// first: the lost transaction may still hold it, undecided.
func (s *Store) committed(ctx context.Context, t *turn) (bool, error) {
	id := string(t.room)
	var durable bool
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select from heads where room_id = $1 for no key update`, id); err != nil {
			return err
		}
		if len(t.commits) > 0 {
			first := &t.commits[0]
			var body string
			err := tx.QueryRow(ctx, `select body::text from activity where room_id = $1 and stream = $2 and rev = $3`,
				id, first.Stream, first.Commit.Rev).Scan(&body)
			durable = body == string(first.Body) // its time, client and seq are in it
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			return err
		}
		for key, c := range t.cursors {
			if !c.Dirty {
				continue
			}
			var seq int64
			err := tx.QueryRow(ctx, `select seq from cursors where room_id = $1 and stream = $2 and client = $3`,
				id, key.Stream, key.Client).Scan(&seq)
			durable = err == nil && seq >= c.Seq
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			return err // one tells for all: they are one transaction
		}
		return nil
	})
	return durable, err
}
