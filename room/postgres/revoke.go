package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/room"
)

const revokeLink = `update links set revoked_at = coalesce(revoked_at, clock_timestamp())
	where workspace_id = $1 and id = $2 returning ` + linkColumns

// RevokeLink ends a link and with it its sessions. Doing it again changes nothing.
func (s *Store) RevokeLink(ctx context.Context, ws room.WorkspaceID, id room.LinkID) (room.Link, error) {
	before, err := s.Link(ctx, ws, id)
	if err != nil {
		return room.Link{}, err
	}
	var link room.Link
	err = s.inTurn(ctx, before.Room, func(ctx context.Context, tx pgx.Tx) error {
		link, err = queryLink(ctx, tx, revokeLink, ws, id)
		return err
	})
	return link, wrap(err, "revoking a link")
}

const lockNotAvailable = "55P03"

// inTurn takes something from people of a room. No commit of theirs has a later
// time (P36): it is done between two commits, in a turn of its own, so commits
// under way have ended, and those that are judged from memory look again. A head
// that something else keeps locked does not keep anybody in: after half a second
// it is done without, for sockets have to end within two.
func (s *Store) inTurn(ctx context.Context, id room.ID, change func(context.Context, pgx.Tx) error) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local lock_timeout = '500ms'`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update heads set turn = turn + 1 where room_id = $1`, id); err != nil {
			return err
		}
		return change(ctx, tx)
	})
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok && pgErr.Code == lockNotAvailable {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return change(ctx, tx) })
	}
	return err
}
