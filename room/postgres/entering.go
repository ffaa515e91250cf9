package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// Seated returns which participant somebody who is signed in is in a room of
// their workspace. It is settled the first time, whoever asks first: a person
// whom somebody added with their address and who has not come in yet, one who
// has shown that the address is theirs, or somebody new. Who only typed the
// address is nobody's before.
func (s *Store) Seated(ctx context.Context, seat room.Seat, id room.ID) (room.Seated, error) {
	if !room.ValidUUID(string(id)) {
		return room.Seated{}, errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	_, err := s.pool.Exec(ctx, `insert into room_accounts (workspace_id, room_id, account_id, participant)
		select r.workspace_id, r.id, $3, coalesce((
			select p.id from participants p join participants q on q.room_id = p.room_id and q.stream = 'seller' and q.id = p.id
			where p.room_id = r.id and p.stream = 'shared' and p.side = 'seller' and not coalesce(p.removed, false)
				and lower(q.email) = $4 and (p.state in ('added', 'invited') or q.verified)
				and not exists (select from room_accounts o where o.room_id = r.id and o.participant = p.id)
			order by p.id limit 1), gen_random_uuid())
		from rooms r where r.workspace_id = $1 and r.id = $2
		on conflict (room_id, account_id) do nothing`, seat.Workspace, id, seat.Account, seat.Email)
	if err != nil {
		return room.Seated{}, wrap(err, "settling who somebody is in a room")
	}
	return s.seated(ctx, seat.Workspace, id, seat.Account)
}

func (s *Store) seated(ctx context.Context, ws room.WorkspaceID, id room.ID, account room.AccountID) (room.Seated, error) {
	var out room.Seated
	err := s.pool.QueryRow(ctx, `select room_id::text, participant::text, founder from room_accounts
		where workspace_id = $1 and room_id = $2 and account_id = $3`, ws, id, account).Scan(&out.Room, &out.Participant, &out.Founder)
	if errors.Is(err, pgx.ErrNoRows) {
		return out, errGone()
	}
	return out, wrap(err, "looking for who somebody is in a room")
}

// SeatedIn lists the rooms in which a member of the workspace is somebody.
func (s *Store) SeatedIn(ctx context.Context, ws room.WorkspaceID, account room.AccountID) ([]room.Seated, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select room_id::text, participant::text, founder from room_accounts
		where workspace_id = $1 and account_id = $2 order by room_id`, ws, account)
	if err != nil {
		return nil, wrap(err, "listing the rooms of a member")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (room.Seated, error) {
		var r room.Seated
		err := row.Scan(&r.Room, &r.Participant, &r.Founder)
		return r, err
	})
	return list, wrap(err, "listing the rooms of a member")
}

// SeatParticipant says which participant a member is in a room, where that is
// not settled yet: the server's own doing.
func (s *Store) SeatParticipant(ctx context.Context, ws room.WorkspaceID, account room.AccountID, in room.Seated) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	return wrap(seatParticipant(ctx, s.pool, ws, account, in), "settling who somebody is in a room")
}

func seatParticipant(ctx context.Context, q querier, ws room.WorkspaceID, account room.AccountID, in room.Seated) error {
	rows, err := q.Query(ctx, `insert into room_accounts (workspace_id, room_id, account_id, participant, founder) values ($1, $2, $3, $4, $5)
		on conflict (room_id, account_id) do nothing`, ws, in.Room, account, in.Participant, in.Founder)
	if err != nil {
		return err
	}
	rows.Close()
	return rows.Err()
}

// CreateMemberSession signs somebody who is signed in to the workspace in to one
// of its rooms, and returns the session's token, which is kept nowhere else. It
// ends when their being signed in or their membership does.
func (s *Store) CreateMemberSession(ctx context.Context, seat room.Seat, in room.Seated) (string, room.Grant, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	token, hash := newToken()
	tag, err := s.pool.Exec(ctx, `insert into sessions (workspace_id, room_id, account_session_id, token_hash, participant, expires_at)
		select a.workspace_id, r.room_id, a.id, $3, r.participant, least(a.expires_at, clock_timestamp() + $4::interval)
		from account_sessions a join members m on m.workspace_id = a.workspace_id and m.account_id = a.account_id
		join room_accounts r on r.workspace_id = a.workspace_id and r.account_id = a.account_id
		where a.id = $1 and r.room_id = $2 and `+liveSeat, seat.Session, in.Room, hash, sessionLife)
	if err != nil {
		return "", room.Grant{}, wrap(err, "making a session")
	}
	if tag.RowsAffected() == 0 {
		return "", room.Grant{}, errGone()
	}
	grant, err := s.Authenticate(ctx, token)
	return token, grant, err
}

// EndMemberSessions ends what sessions an account has in a room.
func (s *Store) EndMemberSessions(ctx context.Context, account room.AccountID, id room.ID) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	err := s.inTurn(ctx, id, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update sessions s set revoked_at = clock_timestamp() where s.revoked_at is null and s.room_id = $1
			and s.account_session_id in (select a.id from account_sessions a where a.account_id = $2)`, id, account)
		return err
	})
	return wrap(err, "ending a member's sessions in room %s", id)
}
