package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// memberColumns tell of an account only what the workspace has given it, until it
// signs in there: to add an address tells nothing about who has it.
const memberColumns = `m.account_id::text, c.email, case when m.signed_in_at is null then m.name else ` + calledName + ` end,
	m.role, m.created_at, m.signed_in_at`

// calledName is the name of an account c that is the member m.
const calledName = `coalesce(nullif(c.name, ''), m.name)`

// Members lists a workspace's members: owners first, then by address.
func (s *Store) Members(ctx context.Context, ws room.WorkspaceID) ([]room.WorkspaceMember, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select `+memberColumns+` from members m join accounts c on c.id = m.account_id
		where m.workspace_id = $1 and m.removed_at is null
		order by array_position('{owner,admin,member}', m.role::text), c.email`, ws)
	if err != nil {
		return nil, wrap(err, "listing members")
	}
	list, err := pgx.CollectRows(rows, scanMember)
	return list, wrap(err, "listing members")
}

func scanMember(row pgx.CollectableRow) (room.WorkspaceMember, error) {
	var m room.WorkspaceMember
	var signedIn *time.Time
	err := row.Scan(&m.Account, &m.Email, &m.Name, &m.Role, &m.Added, &signedIn)
	m.Added, m.SignedIn = m.Added.UTC(), orZero(signedIn)
	return m, err
}

// AddMember makes the owner of an address a member; one who is already is a
// conflict. Nothing says that the address is theirs until they sign in with it.
func (s *Store) AddMember(ctx context.Context, ws room.WorkspaceID, email, name string, role room.Role) (room.WorkspaceMember, error) {
	var member room.WorkspaceMember
	err := s.changeMembers(ctx, ws, func(ctx context.Context, tx pgx.Tx) error {
		_, err := oneMember(ctx, tx, `m.workspace_id = $1 and c.email = $2`, ws, email)
		if err == nil {
			return room.FieldErrorf(room.Conflict, "email", "%s is a member already", email)
		}
		if room.CodeOf(err) != room.Gone {
			return err
		}
		if err := seatMember(ctx, tx, ws, email, name, role); err != nil {
			return err
		}
		member, err = oneMember(ctx, tx, `m.workspace_id = $1 and c.email = $2`, ws, email)
		return err
	})
	return member, wrap(err, "adding a member")
}

// seatMember makes the owner of an address a member, for the first time or again.
func seatMember(ctx context.Context, tx pgx.Tx, ws room.WorkspaceID, email, name string, role room.Role) error {
	_, err := tx.Exec(ctx, `with c as (insert into accounts (email) values ($2) on conflict (email) do update set email = excluded.email returning id)
		insert into members (workspace_id, account_id, name, role) select $1, c.id, $3, $4::text from c
		on conflict (workspace_id, account_id) do update set name = excluded.name, role = excluded.role, created_at = now(), removed_at = null`, ws, email, name, role)
	return err
}

// Member returns a member of a workspace.
func (s *Store) Member(ctx context.Context, ws room.WorkspaceID, account room.AccountID) (room.WorkspaceMember, error) {
	if !room.ValidUUID(string(account)) {
		return room.WorkspaceMember{}, errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	m, err := oneMember(ctx, s.pool, `m.workspace_id = $1 and m.account_id = $2`, ws, account)
	return m, wrap(err, "looking for a member")
}

func oneMember(ctx context.Context, q querier, which string, args ...any) (room.WorkspaceMember, error) {
	rows, err := q.Query(ctx, `select `+memberColumns+` from members m join accounts c on c.id = m.account_id
		where m.removed_at is null and `+which, args...)
	if err != nil {
		return room.WorkspaceMember{}, err
	}
	m, err := pgx.CollectExactlyOneRow(rows, scanMember)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, errGone()
	}
	return m, err
}

// SetRole gives a member another role. The last owner keeps theirs.
func (s *Store) SetRole(ctx context.Context, ws room.WorkspaceID, account room.AccountID, role room.Role) (room.WorkspaceMember, error) {
	var member room.WorkspaceMember
	err := s.changeMembers(ctx, ws, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `update members set role = $3::text where workspace_id = $1 and account_id = $2 and removed_at is null`, ws, account, role); err != nil {
			return err
		}
		var err error
		if member, err = oneMember(ctx, tx, `m.workspace_id = $1 and m.account_id = $2`, ws, account); err != nil {
			return err
		}
		return owned(ctx, tx, ws, "role")
	})
	return member, wrap(err, "changing a role")
}

// RemoveMember ends a membership and with it every session of theirs in the
// workspace and its rooms, and their calendar addresses; it returns those rooms. The last owner stays.
func (s *Store) RemoveMember(ctx context.Context, ws room.WorkspaceID, account room.AccountID) ([]room.ID, error) {
	err := s.changeMembers(ctx, ws, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update members set removed_at = clock_timestamp() where workspace_id = $1 and account_id = $2 and removed_at is null`, ws, account)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errGone()
		}
		// A member again, they begin without calendars, as without sessions.
		if _, err := tx.Exec(ctx, `update feeds set revoked_at = clock_timestamp() where workspace_id = $1 and account_id = $2 and revoked_at is null`, ws, account); err != nil {
			return err
		}
		return owned(ctx, tx, ws, "")
	})
	if err != nil {
		return nil, wrap(err, "removing a member")
	}
	rooms, err := s.endSeats(ctx, false, `workspace_id = $1 and account_id = $2 and revoked_at is null`, ws, account)
	if err != nil {
		return rooms, err
	}
	return rooms, s.forgetIdentities(ctx, account)
}

// changeMembers lets one change of a workspace's members at a time through.
func (s *Store) changeMembers(ctx context.Context, ws room.WorkspaceID, change func(context.Context, pgx.Tx) error) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select from workspaces where id = $1 for no key update`, ws); err != nil {
			return err
		}
		return change(ctx, tx)
	})
}

// owned refuses to leave a workspace to nobody.
func owned(ctx context.Context, tx pgx.Tx, ws room.WorkspaceID, field string) error {
	var owners int
	err := tx.QueryRow(ctx, `select count(*) from members where workspace_id = $1 and role = 'owner' and removed_at is null`, ws).Scan(&owners)
	if err == nil && owners == 0 {
		return room.FieldErrorf(room.Conflict, field, "a workspace needs an owner: make somebody else one first")
	}
	return err
}

// EnsureOwner makes the owner of an address an owner of the workspace, if they
// are not. A workspace that has no name yet gets that of their company, as far as
// the address says it.
func (s *Store) EnsureOwner(ctx context.Context, ws room.WorkspaceID, email, name string) (room.WorkspaceMember, error) {
	var member room.WorkspaceMember
	err := s.changeMembers(ctx, ws, func(ctx context.Context, tx pgx.Tx) (err error) {
		if member, err = oneMember(ctx, tx, `m.workspace_id = $1 and c.email = $2 and m.role = 'owner'`, ws, email); room.CodeOf(err) != room.Gone {
			return err
		}
		if err = seatMember(ctx, tx, ws, email, name, room.RoleOwner); err != nil {
			return err
		}
		if company := room.CompanyOf(email); company != "" {
			if _, err = tx.Exec(ctx, `update workspaces set name = $2 where id = $1 and name = $3`, ws, company, room.Unnamed); err != nil {
				return err
			}
		}
		member, err = oneMember(ctx, tx, `m.workspace_id = $1 and c.email = $2`, ws, email)
		return err
	})
	return member, wrap(err, "seeing to the workspace's owner")
}

// WorkspacesOf lists the workspaces that an account is a member of, by name.
func (s *Store) WorkspacesOf(ctx context.Context, account room.AccountID) ([]room.Workspace, error) {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	rows, err := s.pool.Query(ctx, `select w.id::text, w.name from members m join workspaces w on w.id = m.workspace_id
		where m.account_id = $1 and m.removed_at is null order by w.name, w.id`, account)
	if err != nil {
		return nil, wrap(err, "listing workspaces")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[room.Workspace])
	return list, wrap(err, "listing workspaces")
}

// SetName sets what others see of an account.
func (s *Store) SetName(ctx context.Context, account room.AccountID, name string) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	_, err := s.pool.Exec(ctx, `update accounts set name = $2 where id = $1`, account, name)
	return wrap(err, "setting a name")
}
