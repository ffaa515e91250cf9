package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// Brand returns by what people know a workspace.
func (s *Store) Brand(ctx context.Context, ws room.WorkspaceID) (room.Brand, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var b room.Brand
	err := s.pool.QueryRow(ctx, `select name, coalesce(accent, '') from workspaces where id = $1`, ws).Scan(&b.Name, &b.Accent)
	if errors.Is(err, pgx.ErrNoRows) {
		return b, errGone()
	}
	return b, wrap(err, "reading the brand of workspace %s", ws)
}

// SetBrand replaces it. Rooms keep the names of companies that stand in them.
func (s *Store) SetBrand(ctx context.Context, ws room.WorkspaceID, b room.Brand) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	tag, err := s.pool.Exec(ctx, `update workspaces set name = $2, accent = nullif($3, '') where id = $1`, ws, b.Name, b.Accent)
	if err == nil && tag.RowsAffected() == 0 {
		return errGone()
	}
	return wrap(err, "writing the brand of workspace %s", ws)
}
