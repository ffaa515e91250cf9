package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

const (
	// ticketLife is how long a code or link of a mail lets in.
	ticketLife = 10 * time.Minute
	// codeTries is how often a code is compared: with ticketsPerHour and ticketPause
	// somebody who guesses has 45 of a million in an hour at an address at most, and
	// 25 in each further one.
	codeTries = 5
	// ticketsPerHour is how many codes an address gets in an hour without waiting.
	ticketsPerHour = 5
	// ticketPause is how long it waits for each further one. So somebody else who asks
	// in its name keeps it out no longer than that; they have links mailed to it, too,
	// which are as good as those that it asks for.
	ticketPause = 12 * time.Minute
	// ticketsKept is when a ticket is forgotten.
	ticketsKept = 24 * time.Hour
)

// NewTicket makes a ticket for an address: what the browser keeps, and what is
// mailed. Known says whether to mail it. One who is not known gets a ticket that
// nobody has the code of, in the same time. The error has code busy when the
// address had its share of codes for the hour.
func (s *Store) NewTicket(ctx context.Context, email, source string, signup bool) (room.Ticket, error) {
	code, err := newCode()
	if err != nil {
		return room.Ticket{}, err
	}
	return s.keepTicket(ctx, email, code, ticketLife, func(ctx context.Context, tx pgx.Tx, t *room.Ticket) error {
		wait, err := ticketWait(ctx, tx, email)
		if err != nil {
			return err
		}
		if wait > 0 {
			refusal := room.Errorf(room.Busy, "this address has got %d codes within an hour; use the link in the newest mail, or ask again in a few minutes", ticketsPerHour)
			refusal.RetryMS = max(1, int(wait.Milliseconds()))
			return refusal
		}
		t.Known, err = noteTicket(ctx, tx, email, source, room.ActCodeRequested)
		t.Known = t.Known || signup
		return err
	})
}

// NewSignInLink makes a link that signs the owner of an address in once, for who
// starts the server to hand on.
func (s *Store) NewSignInLink(ctx context.Context, email string, life time.Duration) (string, error) {
	code, err := newCode()
	if err != nil {
		return "", err
	}
	t, err := s.keepTicket(ctx, email, code, life, nil)
	return t.Link, err
}

func (s *Store) keepTicket(ctx context.Context, email, code string, life time.Duration, check func(context.Context, pgx.Tx, *room.Ticket) error) (room.Ticket, error) {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	ticket, ticketHash := newToken()
	link, linkHash := newToken()
	t := room.Ticket{Token: ticket, Link: link, Code: code}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// One at a time per address, so that the count holds.
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('sign in ' || $1, 0))`, email); err != nil {
			return err
		}
		if check != nil {
			if err := check(ctx, tx, &t); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `with old as (delete from sign_in_tickets where id in (
				select id from sign_in_tickets where created_at < clock_timestamp() - $6::interval limit 100 for update skip locked))
			insert into sign_in_tickets (email, ticket_hash, link_hash, code_mac, created_at, expires_at)
			values ($1, $2, $3, $4, clock_timestamp(), clock_timestamp() + $5::interval)`,
			email, ticketHash, linkHash, codeMAC(ticket, code), life, ticketsKept)
		return err
	})
	return t, wrap(err, "making a ticket to sign in")
}

// ticketWait returns how long an address waits for its next code.
func ticketWait(ctx context.Context, tx pgx.Tx, email string) (time.Duration, error) {
	var wait time.Duration
	err := tx.QueryRow(ctx, `select max(created_at) + $3::interval - clock_timestamp() from sign_in_tickets
		where email = $1 and created_at > clock_timestamp() - interval '1 hour' having count(*) >= $2`, email, ticketsPerHour, ticketPause).Scan(&wait)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return wait, err
}

// noteTicket writes an event into the workspaces of an address, and returns
// whether it has any. It is part of a transaction that writes anyway: nobody can
// tell by the time whether there was something to write.
func noteTicket(ctx context.Context, q querier, email, source string, action room.Action) (bool, error) {
	var known bool
	err := q.QueryRow(ctx, `with noted as (insert into audit_events as e (workspace_id, action, actor_kind, target, detail, source, fold)
			select m.workspace_id, $2, 'visitor', m.account_id::text, c.email, $3,
				concat_ws('|', $2::text, $3::text, m.account_id, date_trunc('hour', clock_timestamp()))
			from members m join accounts c on c.id = m.account_id where c.email = $1 and m.removed_at is null
			on conflict (workspace_id, fold) where fold is not null do update set times = e.times + 1, at = clock_timestamp() returning 1)
		select exists (select from noted)`, email, action, source).Scan(&known)
	return known, err
}

// SignInByCode signs in with a ticket and the code that was mailed with it. The
// error is the same for a wrong code and for a ticket that is unknown, used,
// tried too often or too old.
func (s *Store) SignInByCode(ctx context.Context, ticket, code, source string, n room.SignIn) (string, room.Seat, error) {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	var token string
	refused := false
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var mac []byte
		// However many come at once, the row's lock lets five of them be compared.
		err := tx.QueryRow(ctx, `update sign_in_tickets set tries = tries + 1
			where ticket_hash = $1 and used_at is null and tries < $2 and expires_at > clock_timestamp()
			returning email, code_mac`, hashToken(ticket), codeTries).Scan(&n.Email, &mac)
		if errors.Is(err, pgx.ErrNoRows) {
			return errCode()
		}
		if err != nil {
			return err
		}
		if refused = !hmac.Equal(mac, codeMAC(ticket, code)); refused {
			_, err := noteTicket(ctx, tx, n.Email, source, room.ActCodeFailed)
			return err // the try is counted
		}
		token, err = redeem(ctx, tx, `ticket_hash = $1`, hashToken(ticket), n)
		return err
	})
	if err == nil && refused {
		err = errCode()
	}
	return s.signedIn(ctx, token, err)
}

// SignInByLink signs in with the token of a mailed link.
func (s *Store) SignInByLink(ctx context.Context, link string, n room.SignIn) (string, room.Seat, error) {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	var token string
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
		token, err = redeem(ctx, tx, `link_hash = $1`, hashToken(link), n)
		return err
	})
	return s.signedIn(ctx, token, err)
}

// redeem uses a ticket up and signs its owner in.
func redeem(ctx context.Context, tx pgx.Tx, which string, hash []byte, n room.SignIn) (string, error) {
	err := tx.QueryRow(ctx, `update sign_in_tickets set used_at = clock_timestamp()
		where used_at is null and expires_at > clock_timestamp() and `+which+` returning email`, hash).Scan(&n.Email)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", errCode()
	}
	if err != nil {
		return "", err
	}
	token, err := signIn(ctx, tx, n)
	if room.CodeOf(err) == room.Gone {
		return "", errCode() // no longer a member since the mail went out
	}
	return token, err
}

func (s *Store) signedIn(ctx context.Context, token string, err error) (string, room.Seat, error) {
	if err != nil {
		return "", room.Seat{}, wrap(err, "signing somebody in")
	}
	seat, err := s.Seat(ctx, token)
	return token, seat, err
}

// errCode is the one answer to what does not sign anybody in.
func errCode() error {
	return room.Errorf(room.Gone, "that code or link does not work, or no longer: ask for a new one")
}

// newCode returns six random digits.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("making a code: %w", err)
	}
	return fmt.Sprintf("%06d", n), nil
}

// codeMAC is what is kept of a code. Its key is the ticket, which is not kept.
func codeMAC(ticket, code string) []byte {
	mac := hmac.New(sha256.New, []byte(ticket))
	_, _ = mac.Write([]byte(code)) // a hash never fails
	return mac.Sum(nil)
}
