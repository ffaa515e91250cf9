package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/room"
)

// revokeLink is one statement, so that it can be tried in a transaction and alone.
const revokeLink = `update links set revoked_at = coalesce(revoked_at, clock_timestamp())
	where workspace_id = $1 and id = $2 returning ` + linkColumns

// RevokeLink ends a link and with it its sessions. Doing it again changes nothing.
// No commit of theirs has a later time than the revocation (P36): it takes a turn
// of the room, so commits under way have ended, and those that are judged from
// memory look again. A head that something else keeps locked does not keep the
// link alive.
func (s *Store) RevokeLink(ctx context.Context, ws room.WorkspaceID, id room.LinkID) (room.Link, error) {
	before, err := s.Link(ctx, ws, id)
	if err != nil {
		return room.Link{}, err
	}
	link, err := s.revokeInTurn(ctx, before)
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok && pgErr.Code == lockNotAvailable {
		return s.oneLink(ctx, revokeLink, ws, id)
	}
	return link, wrap(err, "revoking a link")
}

const lockNotAvailable = "55P03"

// revokeInTurn revokes between two commits of the room. It waits for half a
// second at most: sockets have to end within two (P36).
func (s *Store) revokeInTurn(ctx context.Context, l room.Link) (link room.Link, err error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local lock_timeout = '500ms'`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update heads set turn = turn + 1 where room_id = $1`, l.Room); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, revokeLink, l.Workspace, l.ID)
		if err != nil {
			return err
		}
		link, err = pgx.CollectExactlyOneRow(rows, scanLink)
		return err
	})
	return link, err
}
