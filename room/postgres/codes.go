package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

const (
	// codeLife is how long a code can be told.
	codeLife = 10 * time.Minute
)

// NewCode keeps a code for an address, as a MAC with the link's token as its key,
// and forgets the link's codes of earlier days. Session is whose address it is to
// confirm, "" at the door.
func (s *Store) NewCode(ctx context.Context, l room.Link, token string, session room.SessionID, email, code string) (room.CodeID, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var id room.CodeID
	err := s.pool.QueryRow(ctx, `with old as (delete from link_codes where link_id = $2 and expires_at < clock_timestamp() - interval '1 day')
		insert into link_codes (workspace_id, link_id, session_id, email, mac, expires_at)
		values ($1, $2, nullif($3, '')::uuid, $4, $5, clock_timestamp() + $6::interval) returning id::text`,
		l.Workspace, l.ID, session, email, macOf(token, email, code), codeLife).Scan(&id)
	return id, wrap(err, "keeping a code")
}

// UseCode tells a code and returns whether it is the one; then it is used up. At
// most five tries of a code are compared, and of all the link's codes as many as
// b allows, at whatever server and however many at once: each is counted before
// it is looked at, and one that was no guess is given back.
func (s *Store) UseCode(ctx context.Context, l room.Link, token string, session room.SessionID, id room.CodeID, email, code string, b room.Budget) (bool, error) {
	if !room.ValidUUID(string(id)) {
		return false, nil
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	var mac []byte
	err := s.pool.QueryRow(ctx, `update link_codes set tries = tries + 1
		where id = $1 and link_id = $2 and session_id is not distinct from nullif($3, '')::uuid and email = $4
			and used_at is null and tries < $5 and expires_at > clock_timestamp()
		returning mac`, id, l.ID, session, email, codeTries).Scan(&mac)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil // nothing to guess: it costs the others nothing
	}
	if err != nil {
		return false, wrap(err, "reading a code")
	}
	if err := s.Spend(ctx, l.ID, b); err != nil {
		return false, err
	}
	if !hmac.Equal(mac, macOf(token, email, code)) {
		return false, nil
	}
	tag, err := s.pool.Exec(ctx, `update link_codes set used_at = clock_timestamp() where id = $1 and used_at is null`, id)
	if err != nil || tag.RowsAffected() == 0 {
		return false, wrap(err, "using a code")
	}
	return true, s.Refund(ctx, l.ID, b)
}

func macOf(token, email, code string) []byte {
	mac := hmac.New(sha256.New, []byte(token))
	_, _ = mac.Write([]byte(email + "\x00" + code)) // a hash never fails
	return mac.Sum(nil)
}
