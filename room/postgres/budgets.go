package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// Spend uses up one of a link's budget. The error, with code busy, says when to
// try again; nothing is used up then. Callers at the same time wait for each
// other on the row, so that no two of them get the same one.
func (s *Store) Spend(ctx context.Context, id room.LinkID, b room.Budget) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	var until time.Time
	err := s.pool.QueryRow(ctx, `insert into link_budgets as b (workspace_id, link_id, kind, spent_until)
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
