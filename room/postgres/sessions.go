package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// sessionLife is how long a session lasts. What it came from may end earlier.
const sessionLife = 30 * 24 * time.Hour

// grantColumns says what a session grants: the participant's present name, side
// and access where it has one, its link's otherwise.
const grantColumns = `s.id::text, s.workspace_id::text, s.room_id::text, coalesce(s.link_id::text, ''), coalesce(a.account_id::text, ''), coalesce(s.portal_key_id::text, ''),
	coalesce(s.participant::text, ''), coalesce(p.name, ''), coalesce(p.side, l.side, 'none'), coalesce(p.access, l.access, 'viewer'),
	coalesce(p.removed, false) or coalesce(p.state, '') in ('revoked', 'requested'), least(s.expires_at, l.expires_at, a.expires_at), clock_timestamp()`

const grantTables = ` from sessions s left join links l on l.id = s.link_id left join account_sessions a on a.id = s.account_session_id
	left join participants p on p.room_id = s.room_id and p.stream = 'shared' and p.id = s.participant `

// CreateSession signs somebody in through a link and returns the session's
// token, which is kept nowhere else. The door may have changed since: one who
// would not be let in any more gets none.
func (s *Store) CreateSession(ctx context.Context, l room.Link, v room.Visitor) (string, room.Grant, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	token, hash := newToken()
	// Inserted only while the link is valid: it may have been revoked since.
	tag, err := s.pool.Exec(ctx, `insert into sessions (workspace_id, room_id, link_id, token_hash, participant, name, email, verified, expires_at)
		select l.workspace_id, l.room_id, l.id, $2, s.participant, s.name, s.email, s.verified, clock_timestamp() + $7::interval
		from links l, (values (nullif($3, '')::uuid, $4::text, $5::text, $6::boolean)) as s (participant, name, email, verified)
		where l.id = $1 and `+liveLink+` and l.side = $8 and l.password_hash is not distinct from nullif($9, '') and `+meetsDoor,
		l.ID, hash, v.Participant, v.Name, v.Email, v.Verified, sessionLife, l.Side, l.PasswordHash)
	if err != nil {
		return "", room.Grant{}, wrap(err, "making a session")
	}
	if tag.RowsAffected() == 0 {
		return "", room.Grant{}, errGone()
	}
	grant, err := s.Authenticate(ctx, token)
	return token, grant, err
}

// Authenticate returns what the bearer of a session token may do. The error has
// code gone when the token is unknown, its session over, what it came from ended,
// or its participant without access.
func (s *Store) Authenticate(ctx context.Context, token string) (room.Grant, error) {
	looking, cancel := bound(system(ctx))
	defer cancel()
	rows, err := s.pool.Query(looking, `select `+grantColumns+grantTables+`where s.token_hash = $1 and `+liveSession, hashToken(token))
	if err != nil {
		return room.Grant{}, wrap(err, "looking for a session")
	}
	found, err := pgx.CollectExactlyOneRow(rows, scanGrant)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && found.barred {
		return room.Grant{}, errGone()
	}
	if err == nil {
		adopt(ctx, found.Workspace)
	}
	return found.Grant, wrap(err, "looking for a session")
}

// Live returns the present grants of those sessions that are still valid.
func (s *Store) Live(ctx context.Context, sessions []room.SessionID) (map[room.SessionID]room.Grant, error) {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	rows, err := s.pool.Query(ctx, `select `+grantColumns+grantTables+`where s.id = any($1::text[]::uuid[]) and `+liveSession, sessions)
	if err != nil {
		return nil, wrap(err, "checking sessions")
	}
	list, err := pgx.CollectRows(rows, scanGrant)
	if err != nil {
		return nil, wrap(err, "checking sessions")
	}
	out := make(map[room.SessionID]room.Grant, len(list))
	for _, g := range list {
		if !g.barred {
			out[g.Session] = g.Grant
		}
	}
	return out, nil
}

// grant is a session's grant; barred when its participant lost access.
type grant struct {
	room.Grant
	barred bool
}

func scanGrant(row pgx.CollectableRow) (grant, error) {
	var g grant
	m := &g.Member
	err := row.Scan(&g.Session, &g.Workspace, &g.Room, &g.Link, &g.Account, &g.PortalKey, &m.ID, &m.Name, &m.Side, &m.Access, &g.barred, &g.Expires, &g.At)
	if m.ID == "" {
		// Without a name one only reads, whatever the link allows a person.
		m.Access = room.Viewer
	}
	return g, err
}
