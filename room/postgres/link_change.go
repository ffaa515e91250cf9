package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// ChangeLink changes a link and ends those of its sessions that its door, as it
// is then, would not let in; a new password and another side end them all. One
// that was revoked stays so.
func (s *Store) ChangeLink(ctx context.Context, ws room.WorkspaceID, id room.LinkID, c room.LinkChange) (room.Link, error) {
	link, err := s.Link(ctx, ws, id)
	if err != nil {
		return link, err
	}
	now, err := s.Now(ctx)
	if err != nil {
		return link, err
	}
	err = s.inTurn(ctx, link.Room, func(ctx context.Context, tx pgx.Tx) error {
		link, err = changeLink(ctx, tx, ws, id, c, now)
		return err
	})
	return link, wrap(err, "changing a link")
}

func changeLink(ctx context.Context, tx pgx.Tx, ws room.WorkspaceID, id room.LinkID, c room.LinkChange, now time.Time) (room.Link, error) {
	l, err := queryLink(ctx, tx, `select `+linkColumns+` from links where workspace_id = $1 and id = $2 for no key update`, ws, id)
	if err != nil {
		return l, err
	}
	if !l.Revoked.IsZero() {
		return l, room.Errorf(room.Conflict, "this link was revoked; make a new one")
	}
	all := c.Side != nil && *c.Side != l.Side || c.PasswordHash != nil && *c.PasswordHash != ""
	l.Apply(c, now)
	l, err = queryLink(ctx, tx, `update links set side = $3, access = $4::text, label = $5, expires_at = $6, paused_at = $7, door = $8::text,
			password_hash = nullif($9, ''), emails = $10, domains = $11, shows_progress = $12, changed_at = clock_timestamp()
		where workspace_id = $1 and id = $2 returning `+linkColumns,
		ws, id, l.Side, l.Access, l.Label, orNull(l.Expires), orNull(l.Paused), l.Door, l.PasswordHash, listed(l.Emails), listed(l.Domains), l.ShowsProgress)
	if err != nil {
		return l, err
	}
	_, err = tx.Exec(ctx, `update sessions s set revoked_at = clock_timestamp() from links l
		where l.id = $1 and s.link_id = l.id and s.revoked_at is null and ($2 or not (`+meetsDoor+`))`, id, all)
	return l, err
}

// meetsDoor is [room.Visitor.Meets] of a session s and its link l.
const meetsDoor = `case l.door
	when 'name' then s.name <> '' or s.participant is not null
	when 'email' then s.email <> ''
	when 'verified' then s.verified
	when 'named' then s.verified and (s.email = any(l.emails) or split_part(s.email, '@', 2) = any(l.domains))
	else true end`

// LinkPeople returns who came in by a link with a name.
func (s *Store) LinkPeople(ctx context.Context, id room.LinkID) ([]room.RecordID, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select distinct participant::text from sessions where link_id = $1 and participant is not null`, id)
	if err != nil {
		return nil, wrap(err, "looking for the people of a link")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[room.RecordID])
	return list, wrap(err, "looking for the people of a link")
}
