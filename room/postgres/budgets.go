package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// Spend uses up one of each of a link's budgets. The error, with code busy, says
// when to try again; nothing is used up of any then, and no row is made, so those
// that others name cannot fill the table. Callers at the same time wait for each
// other on the first one's row, so that no two of them get the same one.
func (s *Store) Spend(ctx context.Context, id room.LinkID, budgets ...room.Budget) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	if len(budgets) == 1 {
		return spend(ctx, s.pool, id, budgets[0])
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, b := range budgets {
			if err := spend(ctx, tx, id, b); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(err, "counting what is done by a link")
}

func spend(ctx context.Context, q querier, id room.LinkID, b room.Budget) error {
	var until time.Time
	err := q.QueryRow(ctx, `insert into link_budgets as b (workspace_id, link_id, kind, spent_until)
			select l.workspace_id, l.id, $2, clock_timestamp() + $3::interval from links l where l.id = $1
		on conflict (link_id, kind) do update set spent_until = greatest(b.spent_until, clock_timestamp()) + $3::interval
			where b.spent_until <= clock_timestamp() + $4::interval
		returning spent_until`, id, b.Kind, b.Every, time.Duration(b.Burst-1)*b.Every).Scan(&until)
	if errors.Is(err, pgx.ErrNoRows) {
		refusal := room.Errorf(room.Busy, "%s", b.Message)
		refusal.RetryMS = int(b.Every.Milliseconds())
		return refusal
	}
	return wrap(err, "counting what is done by a link")
}

// Refund gives back what was spent on something that was no guess.
func (s *Store) Refund(ctx context.Context, id room.LinkID, b room.Budget) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	_, err := s.pool.Exec(ctx, `update link_budgets set spent_until = spent_until - $3::interval where link_id = $1 and kind = $2`, id, b.Kind, b.Every)
	return wrap(err, "counting what is done by a link")
}
