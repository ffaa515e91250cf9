package postgres

import (
	"cmp"
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// liveSeat is true of an account session a of a member m that may be used.
const liveSeat = `a.revoked_at is null and a.expires_at > clock_timestamp() and m.removed_at is null`

const seatQuery = `select a.id::text, a.workspace_id::text, a.account_id::text, c.email, ` + calledName + `, m.role, a.expires_at,
		a.last_used_at < clock_timestamp() - interval '1 minute'
	from account_sessions a join members m on m.workspace_id = a.workspace_id and m.account_id = a.account_id
	join accounts c on c.id = a.account_id where ` + liveSeat + ` and `

// Seat returns who is signed in with a token. The error has code gone when the
// token is unknown, its session over, or its account no longer a member.
func (s *Store) Seat(ctx context.Context, token string) (room.Seat, error) {
	looking, cancel := bound(system(ctx))
	defer cancel()
	var seat room.Seat
	var stale bool
	err := s.pool.QueryRow(looking, seatQuery+`a.token_hash = $1`, hashToken(token)).
		Scan(&seat.Session, &seat.Workspace, &seat.Account, &seat.Email, &seat.Name, &seat.Role, &seat.Expires, &stale)
	if errors.Is(err, pgx.ErrNoRows) {
		return room.Seat{}, errGone()
	}
	if err == nil && stale {
		// What fails here is only known a minute less well.
		_, _ = s.pool.Exec(looking, `update account_sessions set last_used_at = clock_timestamp()
			where id = $1 and last_used_at < clock_timestamp() - interval '1 minute'`, seat.Session)
	}
	if err == nil {
		adopt(ctx, seat.Workspace)
	}
	return seat, wrap(err, "looking for who is signed in")
}

// SignIn signs in the owner of an address, which somebody else has proven, and
// returns the session's token, which is kept nowhere else.
func (s *Store) SignIn(ctx context.Context, n room.SignIn) (string, room.Seat, error) {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	var token string
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
		token, err = signIn(ctx, tx, n)
		return err
	})
	return s.signedIn(ctx, token, err)
}

// signIn makes an account session in the workspace where the account was last,
// or in a new one where that is allowed.
func signIn(ctx context.Context, tx pgx.Tx, n room.SignIn) (string, error) {
	var ws room.WorkspaceID
	err := tx.QueryRow(ctx, `select m.workspace_id::text from members m join accounts c on c.id = m.account_id
		where c.email = $1 and m.removed_at is null
		order by m.workspace_id::text = $2 desc, (select max(a.last_used_at) from account_sessions a
			where a.workspace_id = m.workspace_id and a.account_id = m.account_id) desc nulls last, m.created_at limit 1`, n.Email, n.Workspace).Scan(&ws)
	switch {
	case errors.Is(err, pgx.ErrNoRows) && n.Signup:
		if ws, err = signUp(ctx, tx, n.Email); err != nil {
			return "", err
		}
	case errors.Is(err, pgx.ErrNoRows):
		return "", errGone()
	case err != nil:
		return "", err
	}
	token, hash := newToken()
	_, err = tx.Exec(ctx, `with c as (update accounts set signed_in_at = clock_timestamp(), name = case when name = '' then $2 else name end
			where email = $1 returning id),
		m as (update members set signed_in_at = clock_timestamp() where workspace_id = $3 and account_id = (select id from c))
		insert into account_sessions (workspace_id, account_id, token_hash, agent, expires_at)
		select $3, c.id, $4, $5, clock_timestamp() + $6::interval from c`, n.Email, n.Name, ws, hash, brief(n.Agent), sessionLife)
	return token, err
}

// signUp makes a workspace for somebody who is a member of none, by the name of
// their company as far as the address says it.
func signUp(ctx context.Context, tx pgx.Tx, email string) (room.WorkspaceID, error) {
	var ws room.WorkspaceID
	err := tx.QueryRow(ctx, `insert into workspaces (name) values ($1) returning id::text`, cmp.Or(room.CompanyOf(email), room.Unnamed)).Scan(&ws)
	if err != nil {
		return "", err
	}
	return ws, seatMember(ctx, tx, ws, email, "", room.RoleOwner)
}

// AccountSessions lists where an account is signed in, newest use first.
func (s *Store) AccountSessions(ctx context.Context, account room.AccountID) ([]room.AccountSession, error) {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	rows, err := s.pool.Query(ctx, `select a.id::text, a.workspace_id::text, a.agent, a.created_at, a.last_used_at, a.expires_at
		from account_sessions a join members m on m.workspace_id = a.workspace_id and m.account_id = a.account_id
		where a.account_id = $1 and `+liveSeat+` order by a.last_used_at desc, a.id`, account)
	if err != nil {
		return nil, wrap(err, "listing sessions")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (room.AccountSession, error) {
		var a room.AccountSession
		err := row.Scan(&a.ID, &a.Workspace, &a.Agent, &a.Created, &a.LastUsed, &a.Expires)
		a.Created, a.LastUsed, a.Expires = a.Created.UTC(), a.LastUsed.UTC(), a.Expires.UTC()
		return a, err
	})
	return list, wrap(err, "listing sessions")
}

// EndAccountSession signs an account out of one browser, and returns the rooms
// whose sessions ended with it. Doing it again changes nothing; a session of
// somebody else is gone.
func (s *Store) EndAccountSession(ctx context.Context, account room.AccountID, id room.AccountSessionID) ([]room.ID, error) {
	if !room.ValidUUID(string(id)) {
		return nil, errGone()
	}
	return s.endSeats(system(ctx), true, `account_id = $1 and id = $2`, account, id)
}

// EndAccountSessions signs an account out everywhere but in one session, "" for
// everywhere.
func (s *Store) EndAccountSessions(ctx context.Context, account room.AccountID, but room.AccountSessionID) ([]room.ID, error) {
	return s.endSeats(system(ctx), false, `account_id = $1 and id::text <> $2`, account, but)
}

// endSeats ends the account sessions that which is true of, and the sessions in
// rooms that came from them. It returns those rooms: sockets there are to be
// looked at.
func (s *Store) endSeats(ctx context.Context, exist bool, which string, args ...any) ([]room.ID, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `update account_sessions set revoked_at = coalesce(revoked_at, clock_timestamp()) where `+which+` returning id::text`, args...)
	if err != nil {
		return nil, wrap(err, "ending sessions")
	}
	seats, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, wrap(err, "ending sessions")
	}
	if exist && len(seats) == 0 {
		return nil, errGone()
	}
	return s.endRoomSessions(ctx, `s.account_session_id = any($1::text[]::uuid[])`, seats)
}

// endRoomSessions ends the sessions of rooms that which is true of, room by room
// and each in a turn of its room (P36), and returns the rooms. Those sessions have
// no live source any more, so what fails on the way leaves nobody in.
func (s *Store) endRoomSessions(ctx context.Context, which string, arg any) ([]room.ID, error) {
	rows, err := s.pool.Query(ctx, `select distinct s.room_id::text from sessions s
		where s.revoked_at is null and s.expires_at > clock_timestamp() and `+which, arg)
	if err != nil {
		return nil, wrap(err, "looking for sessions to end")
	}
	rooms, err := pgx.CollectRows(rows, pgx.RowTo[room.ID])
	if err != nil {
		return nil, wrap(err, "looking for sessions to end")
	}
	for _, id := range rooms {
		err := s.inTurn(ctx, id, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `update sessions s set revoked_at = clock_timestamp() where s.revoked_at is null and s.room_id = $2 and `+which, arg, id)
			return err
		})
		if err != nil {
			return rooms, wrap(err, "ending the sessions of room %s", id)
		}
	}
	return rooms, nil
}
