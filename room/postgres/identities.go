package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// SignInAs signs in the person that a provider vouches for, whose address it has
// verified. Whom it has vouched for before is that account, whatever their address
// is now. Otherwise the address says which account it is, as a mail to it would,
// unless that one is somebody else at the provider: then the address has changed
// hands (ADR 21). The error has code forbidden where nobody is signed in.
func (s *Store) SignInAs(ctx context.Context, who room.Identity, source string, n room.SignIn) (string, room.Seat, error) {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	var token string
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		known, err := identified(ctx, tx, who)
		if err != nil {
			return err
		}
		if known != "" {
			n.Email = known
		}
		if token, err = signIn(ctx, tx, n); err != nil || known != "" {
			return err
		}
		return identify(ctx, tx, who, n.Email, source)
	})
	switch room.CodeOf(err) {
	case room.Gone:
		err = room.FieldErrorf(room.Forbidden, "email", "%s is not a member of any workspace here; ask somebody of yours to invite that address", n.Email)
	case room.Conflict:
		// The transaction is gone with what it did, so this is written by itself.
		if _, noted := noteTicket(ctx, s.pool, n.Email, source, room.ActIdentityRefused); noted != nil {
			return "", room.Seat{}, wrap(noted, "noting a refusal")
		}
		err = room.FieldErrorf(room.Forbidden, "email", "%s belongs to an account of somebody else at the same provider; ask an admin of your workspace to remove that member and to invite you", n.Email)
	}
	return s.signedIn(ctx, token, err)
}

// identified returns the address of the account that somebody is known as, ""
// for nobody.
func identified(ctx context.Context, tx pgx.Tx, who room.Identity) (string, error) {
	var email string
	err := tx.QueryRow(ctx, `select c.email from account_identities i join accounts c on c.id = i.account_id
		where i.issuer = $1 and i.subject = $2`, who.Issuer, who.Subject).Scan(&email)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return email, err
}

// identify notes who the owner of an address is at the provider. The error has
// code conflict when they are somebody else there.
func identify(ctx context.Context, tx pgx.Tx, who room.Identity, email, source string) error {
	tag, err := tx.Exec(ctx, `insert into account_identities (account_id, issuer, subject)
		select id, $2, $3 from accounts where email = $1 on conflict do nothing`, email, who.Issuer, who.Subject)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		// Somebody else has it, or the same person did this at the same moment.
		if known, err := identified(ctx, tx, who); err != nil || known == email {
			return err
		}
		return room.Errorf(room.Conflict, "the account is somebody else at the provider")
	}
	_, err = noteTicket(ctx, tx, email, source, room.ActIdentityLinked)
	return err
}

// forgetIdentities has an account that is a member of nothing any more be nobody
// at a provider: its address may be given to another person, who is invited anew.
func (s *Store) forgetIdentities(ctx context.Context, account room.AccountID) error {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	_, err := s.pool.Exec(ctx, `delete from account_identities i where i.account_id = $1
		and not exists (select from members m where m.account_id = i.account_id and m.removed_at is null)`, account)
	return wrap(err, "forgetting who somebody was at a provider")
}
