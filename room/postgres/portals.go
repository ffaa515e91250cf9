package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// livePortalKey is true of a key k of a portal o that may be used.
const livePortalKey = `k.revoked_at is null and o.removed_at is null and o.paused_at is null`

// mayFrame is true of a portal o while its origins have that of the page around
// a session s: portal.Allows in SQL. Nothing else of an origin means anything to like.
const mayFrame = `(s.framed_by is null or s.framed_by like any (select replace(origin, '://*.', '://_%.') from unnest(o.origins) as origin))`

// CreatePortal makes a portal without keys.
func (s *Store) CreatePortal(ctx context.Context, ws room.WorkspaceID, name string, origins []string) (room.Portal, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	p := room.Portal{Workspace: ws, Name: name, Origins: origins}
	err := s.pool.QueryRow(ctx, `insert into portals (workspace_id, name, origins) values ($1, $2, $3) returning id::text, created_at`,
		ws, name, origins).Scan(&p.ID, &p.Created)
	p.Created = p.Created.UTC()
	return p, wrap(err, "making a portal")
}

// Portals lists a workspace's portals with their keys, oldest first.
func (s *Store) Portals(ctx context.Context, ws room.WorkspaceID) ([]room.Portal, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	list, err := s.portals(ctx, `workspace_id = $1`, ws)
	return list, wrap(err, "listing portals")
}

// ChangePortal changes a portal, ends the sessions in frames that it would not
// let in any more, and returns the rooms whose sockets are to be looked at.
func (s *Store) ChangePortal(ctx context.Context, ws room.WorkspaceID, id room.PortalID, c room.PortalChange) (room.Portal, []room.ID, error) {
	if !room.ValidUUID(string(id)) {
		return room.Portal{}, nil, errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	tag, err := s.pool.Exec(ctx, `update portals set name = $3, origins = $4,
			paused_at = case when coalesce($5, paused_at is not null) then coalesce(paused_at, clock_timestamp()) end
		where workspace_id = $1 and id = $2 and removed_at is null`, ws, id, c.Name, c.Origins, c.Paused)
	if err != nil {
		return room.Portal{}, nil, wrap(err, "changing a portal")
	}
	if tag.RowsAffected() == 0 {
		return room.Portal{}, nil, errGone()
	}
	rooms, err := s.endRoomSessions(ctx, `s.portal_key_id in (select k.id from portal_keys k where k.portal_id = $1) and not `+livePortal, id)
	if err != nil {
		return room.Portal{}, rooms, err
	}
	list, err := s.portals(ctx, `workspace_id = $1 and id = $2`, ws, id)
	if err != nil || len(list) == 0 {
		return room.Portal{}, rooms, wrap(errors.Join(err, errGone()), "changing a portal")
	}
	return list[0], rooms, nil
}

func (s *Store) portals(ctx context.Context, which string, args ...any) ([]room.Portal, error) {
	rows, err := s.pool.Query(ctx, `select id::text, workspace_id::text, name, origins, created_at, paused_at from portals
		where removed_at is null and `+which+` order by created_at, id`, args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (room.Portal, error) {
		var p room.Portal
		var paused *time.Time
		err := row.Scan(&p.ID, &p.Workspace, &p.Name, &p.Origins, &p.Created, &paused)
		p.Created, p.Paused = p.Created.UTC(), orZero(paused)
		return p, err
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Keys, err = s.portalKeys(ctx, list[i].ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Store) portalKeys(ctx context.Context, id room.PortalID) ([]room.PortalKey, error) {
	rows, err := s.pool.Query(ctx, `select id::text, kind, created_at, last_used_at, revoked_at from portal_keys
		where portal_id = $1 order by created_at, id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanPortalKey)
}

func scanPortalKey(row pgx.CollectableRow) (room.PortalKey, error) {
	var k room.PortalKey
	var used, revoked *time.Time
	err := row.Scan(&k.ID, &k.Kind, &k.Created, &used, &revoked)
	k.Created, k.LastUsed, k.Revoked = k.Created.UTC(), orZero(used), orZero(revoked)
	return k, err
}

// AddPortalKey gives a portal another key. Material is a public key or a secret.
func (s *Store) AddPortalKey(ctx context.Context, ws room.WorkspaceID, id room.PortalID, kind room.KeyKind, material []byte) (room.PortalKey, error) {
	if !room.ValidUUID(string(id)) {
		return room.PortalKey{}, errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `insert into portal_keys (workspace_id, portal_id, kind, material)
		select p.workspace_id, p.id, $3, $4 from portals p where p.workspace_id = $1 and p.id = $2 and p.removed_at is null
		returning id::text, kind, created_at, last_used_at, revoked_at`, ws, id, kind, material)
	if err != nil {
		return room.PortalKey{}, wrap(err, "adding a portal's key")
	}
	key, err := pgx.CollectExactlyOneRow(rows, scanPortalKey)
	if errors.Is(err, pgx.ErrNoRows) {
		return room.PortalKey{}, errGone()
	}
	return key, wrap(err, "adding a portal's key")
}

// RevokePortalKey ends a key and the sessions that came from it, and returns the
// rooms whose sockets are to be looked at. Doing it again changes nothing.
func (s *Store) RevokePortalKey(ctx context.Context, ws room.WorkspaceID, id room.PortalID, key room.PortalKeyID) ([]room.ID, error) {
	if !room.ValidUUID(string(id)) || !room.ValidUUID(string(key)) {
		return nil, errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	tag, err := s.pool.Exec(ctx, `update portal_keys set revoked_at = coalesce(revoked_at, clock_timestamp())
		where workspace_id = $1 and portal_id = $2 and id = $3`, ws, id, key)
	if err != nil {
		return nil, wrap(err, "revoking a portal's key")
	}
	if tag.RowsAffected() == 0 {
		return nil, errGone()
	}
	return s.endRoomSessions(ctx, `s.portal_key_id = $1`, key)
}

// RemovePortal ends a portal, its keys and their sessions, and returns the rooms
// whose sockets are to be looked at.
func (s *Store) RemovePortal(ctx context.Context, ws room.WorkspaceID, id room.PortalID) ([]room.ID, error) {
	if !room.ValidUUID(string(id)) {
		return nil, errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	tag, err := s.pool.Exec(ctx, `update portals set removed_at = clock_timestamp() where workspace_id = $1 and id = $2 and removed_at is null`, ws, id)
	if err != nil {
		return nil, wrap(err, "removing a portal")
	}
	if tag.RowsAffected() == 0 {
		return nil, errGone()
	}
	return s.endRoomSessions(ctx, `s.portal_key_id in (select k.id from portal_keys k where k.portal_id = $1)`, id)
}

// FrameOrigins lists the origins whose pages may frame a room: those of all the
// portals of its workspace that are not paused. It is empty for a room that is not there.
func (s *Store) FrameOrigins(ctx context.Context, id room.ID) ([]string, error) {
	if !room.ValidUUID(string(id)) {
		return nil, nil
	}
	ctx, cancel := bound(system(ctx))
	defer cancel()
	rows, err := s.pool.Query(ctx, `select distinct origin from rooms r join portals p on p.workspace_id = r.workspace_id and p.removed_at is null and p.paused_at is null,
		unnest(p.origins) as origin where r.id = $1 order by origin`, id)
	if err != nil {
		return nil, wrap(err, "looking for who may frame a room")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return list, wrap(err, "looking for who may frame a room")
}
