package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

const linkColumns = `id::text, workspace_id::text, room_id::text, side, access, label, coalesce(participant::text, ''), coalesce(made_by::text, ''),
	created_at, expires_at, revoked_at, paused_at, last_used_at, views, door, coalesce(password_hash, ''), emails, domains, recipient, shows_progress`

// CreateLink makes a share link and returns it with its token, which is kept
// nowhere else.
func (s *Store) CreateLink(ctx context.Context, n room.NewLink) (room.Link, string, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	token, hash := newToken()
	if n.Door == "" {
		n.Door = room.DoorOpen
	}
	rows, err := s.pool.Query(ctx, `insert into links (workspace_id, room_id, token_hash, side, access, label, participant, made_by, expires_at,
			door, password_hash, emails, domains, recipient, shows_progress)
		values ($1, $2, $3, $4, $5::text, $6, nullif($7, '')::uuid, nullif($8, '')::uuid, $9, $10::text, nullif($11, ''), $12, $13, $14, $15)
		returning `+linkColumns,
		n.Workspace, n.Room, hash, n.Side, n.Access, n.Label, n.Participant, n.By, orNull(n.Expires),
		n.Door, n.PasswordHash, listed(n.Emails), listed(n.Domains), n.Recipient, n.ShowsProgress)
	if err != nil {
		return room.Link{}, "", wrap(err, "making a link")
	}
	link, err := pgx.CollectExactlyOneRow(rows, scanLink)
	return link, token, wrap(err, "making a link")
}

// listed is a list as an array; nil would be null.
func listed(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Links lists the links of a room, newest first, revoked and expired ones too.
func (s *Store) Links(ctx context.Context, ws room.WorkspaceID, id room.ID) ([]room.Link, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select `+linkColumns+` from links where workspace_id = $1 and room_id = $2 order by created_at desc, id`, ws, id)
	if err != nil {
		return nil, wrap(err, "listing links")
	}
	list, err := pgx.CollectRows(rows, scanLink)
	return list, wrap(err, "listing links")
}

// Link returns the link with the given id, whatever its state.
func (s *Store) Link(ctx context.Context, ws room.WorkspaceID, id room.LinkID) (room.Link, error) {
	return s.oneLink(ctx, `select `+linkColumns+` from links where workspace_id = $1 and id = $2`, ws, id)
}

// LinkByToken returns the link of a token while it is valid.
func (s *Store) LinkByToken(ctx context.Context, token string) (room.Link, error) {
	link, err := s.oneLink(system(ctx), `select `+linkColumns+` from links l where token_hash = $1 and `+liveLink, hashToken(token))
	if err == nil {
		adopt(ctx, link.Workspace)
	}
	return link, err
}

// liveLink is true of a link l that may be used.
const liveLink = `l.revoked_at is null and l.paused_at is null and (l.expires_at is null or l.expires_at > clock_timestamp())`

func (s *Store) oneLink(ctx context.Context, sql string, args ...any) (room.Link, error) {
	for _, a := range args {
		if id, ok := a.(room.LinkID); ok && !room.ValidUUID(string(id)) {
			return room.Link{}, errGone()
		}
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return room.Link{}, wrap(err, "looking for a link")
	}
	link, err := pgx.CollectExactlyOneRow(rows, scanLink)
	if errors.Is(err, pgx.ErrNoRows) {
		return room.Link{}, errGone()
	}
	return link, wrap(err, "looking for a link")
}

func scanLink(row pgx.CollectableRow) (room.Link, error) {
	var l room.Link
	var expires, revoked, paused, used *time.Time
	err := row.Scan(&l.ID, &l.Workspace, &l.Room, &l.Side, &l.Access, &l.Label, &l.Participant, &l.By, &l.Created, &expires, &revoked, &paused, &used,
		&l.Views, &l.Door, &l.PasswordHash, &l.Emails, &l.Domains, &l.Recipient, &l.ShowsProgress)
	l.Created, l.Expires, l.Revoked, l.Paused, l.LastUsed = l.Created.UTC(), orZero(expires), orZero(revoked), orZero(paused), orZero(used)
	return l, err
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func queryLink(ctx context.Context, q querier, sql string, args ...any) (room.Link, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return room.Link{}, err
	}
	link, err := pgx.CollectExactlyOneRow(rows, scanLink)
	if errors.Is(err, pgx.ErrNoRows) {
		return link, errGone()
	}
	return link, err
}
