package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// CreateHandover gives a session in a frame a token that opens one more session,
// for a window of its own: as the same person, or to watch alone. The error has code gone when the session is over, or
// was handed over itself.
func (s *Store) CreateHandover(ctx context.Context, id room.SessionID, watch bool, life time.Duration) (string, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	token, hash := newToken()
	var b pgx.Batch
	b.Queue(`delete from handovers where ctid = any(array(select ctid from handovers where expires_at < clock_timestamp() limit 10))`)
	b.Queue(`insert into handovers (token_hash, workspace_id, session_id, watch, expires_at)
		select $2, s.workspace_id, s.id, $4, clock_timestamp() + $3::interval from sessions s
		where s.id = $1 and s.portal_key_id is not null and s.handed_from is null and `+liveSession, id, hash, life, watch)
	results := s.pool.SendBatch(ctx, &b)
	defer func() { _ = results.Close() }() // its errors are those of the statements
	for range b.Len() - 1 {
		if _, err := results.Exec(); err != nil {
			return "", wrap(err, "handing a session over")
		}
	}
	tag, err := results.Exec()
	if err == nil && tag.RowsAffected() == 0 {
		return "", errGone()
	}
	return token, wrap(err, "handing a session over")
}

// TakeHandover uses a token of [Store.CreateHandover] up and returns the token of
// the session that it stands for, which has the end of the frame's and whatever
// ends that. The error has code gone when the token is unknown, used or expired.
func (s *Store) TakeHandover(ctx context.Context, token string) (string, room.Grant, error) {
	looking, cancel := bound(system(ctx))
	defer cancel()
	session, hash := newToken()
	var ws room.WorkspaceID
	err := s.pool.QueryRow(looking, `with taken as (delete from handovers where token_hash = $1 returning session_id, watch, expires_at)
		insert into sessions (workspace_id, room_id, portal_key_id, token_hash, participant, framed_by, handed_from, expires_at)
		select s.workspace_id, s.room_id, s.portal_key_id, $2, case when not t.watch then s.participant end, s.framed_by, s.id, s.expires_at
		from taken t join sessions s on s.id = t.session_id where t.expires_at > clock_timestamp() and `+liveSession+`
		returning workspace_id::text`, hashToken(token), hash).Scan(&ws)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", room.Grant{}, errGone()
	}
	if err != nil {
		return "", room.Grant{}, wrap(err, "taking a session over")
	}
	adopt(ctx, ws)
	grant, err := s.Authenticate(ctx, session)
	return session, grant, err
}
