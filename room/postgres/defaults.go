package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// Defaults returns what a workspace's new rooms begin with.
func (s *Store) Defaults(ctx context.Context, ws room.WorkspaceID) (room.Defaults, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	d, err := defaultsOf(ctx, s.pool, ws)
	return d, wrap(err, "reading the defaults of workspace %s", ws)
}

func defaultsOf(ctx context.Context, q querier, ws room.WorkspaceID) (room.Defaults, error) {
	var d room.Defaults
	var weekend, holidays []byte
	err := q.QueryRow(ctx, `select coalesce(time_zone, ''), coalesce(country, ''), weekend, holidays from workspaces where id = $1`, ws).
		Scan(&d.TimeZone, &d.Country, &weekend, &holidays)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, errGone()
	}
	if err != nil {
		return d, err
	}
	for _, days := range []struct {
		body []byte
		into *[]string
	}{{weekend, &d.Weekend}, {holidays, &d.Holidays}} {
		if days.body == nil {
			continue
		}
		if err := json.Unmarshal(days.body, days.into); err != nil {
			return d, fmt.Errorf("reading days off: %w", err)
		}
	}
	return d, nil
}

// SetDefaults replaces them; rooms that are there keep what they have.
func (s *Store) SetDefaults(ctx context.Context, ws room.WorkspaceID, d room.Defaults) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	list := func(days []string) *string {
		if days == nil {
			return nil
		}
		body := encode(days)
		return &body
	}
	tag, err := s.pool.Exec(ctx, `update workspaces set time_zone = nullif($2, ''), country = nullif($3, ''),
		weekend = $4::text::jsonb, holidays = $5::text::jsonb where id = $1`, ws, d.TimeZone, d.Country, list(d.Weekend), list(d.Holidays))
	if err == nil && tag.RowsAffected() == 0 {
		return errGone()
	}
	return wrap(err, "writing the defaults of workspace %s", ws)
}
