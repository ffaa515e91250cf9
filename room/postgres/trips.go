package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// NewTrip notes that a browser leaves for the provider that people sign in at,
// and returns the secret that the browser keeps. Next is where it wants to go
// afterwards. A trip is as long as a ticket.
func (s *Store) NewTrip(ctx context.Context, next string) (string, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	secret, hash := newToken()
	_, err := s.pool.Exec(ctx, `with old as (delete from sign_in_trips where id in (
			select id from sign_in_trips where created_at < clock_timestamp() - $4::interval limit 100 for update skip locked))
		insert into sign_in_trips (secret_hash, next, created_at, expires_at)
		values ($1, $2, clock_timestamp(), clock_timestamp() + $3::interval)`, hash, next, ticketLife, ticketsKept)
	return secret, wrap(err, "beginning a trip to sign in")
}

// EndTrip uses a trip up and returns where its browser wants to go. The error has
// code gone when the secret is unknown, used, or too old.
func (s *Store) EndTrip(ctx context.Context, secret string) (string, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var next string
	err := s.pool.QueryRow(ctx, `update sign_in_trips set used_at = clock_timestamp()
		where secret_hash = $1 and used_at is null and expires_at > clock_timestamp() returning next`, hashToken(secret)).Scan(&next)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", room.Errorf(room.Gone, "this sign-in is over, or was begun too long ago; start again from the sign-in page")
	}
	return next, wrap(err, "ending a trip to sign in")
}
