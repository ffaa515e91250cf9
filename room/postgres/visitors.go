package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// Visitor returns what was known at the door of who has a session.
func (s *Store) Visitor(ctx context.Context, id room.SessionID) (room.Visitor, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var v room.Visitor
	err := s.pool.QueryRow(ctx, `select coalesce(participant::text, ''), name, email, verified from sessions where id = $1`, id).
		Scan(&v.Participant, &v.Name, &v.Email, &v.Verified)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, errGone()
	}
	return v, wrap(err, "looking for a visitor")
}

// Verify notes that the address of a session's visitor is theirs.
func (s *Store) Verify(ctx context.Context, id room.SessionID, email string) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	_, err := s.pool.Exec(ctx, `update sessions set email = $2, verified = true where id = $1`, id, email)
	return wrap(err, "noting a verified address")
}

// KnownVisitor returns who came in before on the link's side of its room with a
// verified address, "" for nobody: an address that is proven makes one the same
// person again.
func (s *Store) KnownVisitor(ctx context.Context, l room.Link, email string) (room.RecordID, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var id room.RecordID
	err := s.pool.QueryRow(ctx, `select p.id::text from sessions s
		join participants p on p.room_id = s.room_id and p.stream = 'shared' and p.id = s.participant
		where s.room_id = $1 and s.email = $2 and s.verified and p.side = $3::text and not coalesce(p.removed, false)
		order by s.created_at limit 1`, l.Room, email, l.Side).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return id, wrap(err, "looking for a visitor")
}
