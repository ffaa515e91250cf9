package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

const voucherColumns = `o.workspace_id::text, o.id::text, o.origins, k.id::text, k.kind, k.material`

// Voucher returns a key of a portal while both are valid; the error has code gone
// otherwise.
func (s *Store) Voucher(ctx context.Context, portal room.PortalID, key room.PortalKeyID) (room.Voucher, error) {
	if !room.ValidUUID(string(portal)) || !room.ValidUUID(string(key)) {
		return room.Voucher{}, errGone()
	}
	looking, cancel := bound(system(ctx))
	defer cancel()
	var v room.Voucher
	err := s.pool.QueryRow(looking, `select `+voucherColumns+` from portal_keys k join portals o on o.id = k.portal_id
		where k.id = $1 and o.id = $2 and `+livePortalKey, key, portal).Scan(&v.Workspace, &v.Portal, &v.Origins, &v.Key, &v.Kind, &v.Material)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, errGone()
	}
	return v, wrap(err, "looking for a portal's key")
}

// TakeToken notes that a portal's token was used, and reports false when it was
// before. What has expired is forgotten: it opens nothing any more.
func (s *Store) TakeToken(ctx context.Context, v room.Voucher, jti string, expires time.Time) (bool, error) {
	adopt(ctx, v.Workspace) // what was signed by its key is checked by now
	ctx, cancel := bound(ctx)
	defer cancel()
	hash := sha256.Sum256([]byte(jti))
	var b pgx.Batch
	b.Queue(`delete from portal_tokens where ctid = any(array(select ctid from portal_tokens where expires_at < clock_timestamp() limit 10))`)
	b.Queue(`update portal_keys set last_used_at = clock_timestamp() where id = $1
		and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')`, v.Key)
	b.Queue(`insert into portal_tokens (portal_id, jti_hash, workspace_id, expires_at) values ($1, $2, $3, $4) on conflict do nothing`,
		v.Portal, hash[:], v.Workspace, expires)
	results := s.pool.SendBatch(ctx, &b)
	defer func() { _ = results.Close() }() // its errors are those of the statements
	var first bool
	for range b.Len() {
		tag, err := results.Exec()
		if err != nil {
			return false, wrap(err, "using a portal's token")
		}
		first = tag.RowsAffected() == 1 // of the last one
	}
	return first, nil
}

// CreateEmbedToken vouches for somebody by the workspace's API key, and returns
// the token that says so, which is kept nowhere else and opens one session.
func (s *Store) CreateEmbedToken(ctx context.Context, ws room.WorkspaceID, portal room.PortalID, v room.Vouched, life time.Duration) (string, time.Time, error) {
	if !room.ValidUUID(string(portal)) {
		return "", time.Time{}, errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	claims, err := json.Marshal(v)
	if err != nil {
		return "", time.Time{}, err
	}
	token, hash := newToken()
	var expires time.Time
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// The portal's row is locked: two that come first make one key.
		var paused bool
		if err := tx.QueryRow(ctx, `select paused_at is not null from portals where workspace_id = $1 and id = $2 and removed_at is null for no key update`, ws, portal).Scan(&paused); err != nil {
			return err
		}
		if paused {
			return room.FieldErrorf(room.Conflict, "portal", "this portal is paused; resume it in the settings")
		}
		if _, err := tx.Exec(ctx, `insert into portal_keys (workspace_id, portal_id, kind) select $1, $2, 'api'
			where not exists (select from portal_keys where portal_id = $2 and kind = 'api' and revoked_at is null)`, ws, portal); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from embed_tokens where ctid = any(array(select ctid from embed_tokens where expires_at < clock_timestamp() limit 10))`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `insert into embed_tokens (token_hash, workspace_id, room_id, key_id, claims, expires_at)
			select $3, r.workspace_id, r.id, k.id, $5::text::jsonb, clock_timestamp() + $6::interval
			from rooms r join portal_keys k on k.portal_id = $2 and k.kind = 'api' and k.revoked_at is null
			where r.workspace_id = $1 and r.id = $4 limit 1 returning expires_at`, ws, portal, hash, v.Room, string(claims), life).Scan(&expires)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", time.Time{}, errGone()
	}
	return token, expires.UTC(), wrap(err, "making an embed token")
}

// TakeEmbedToken uses a token of [Store.CreateEmbedToken] up, and returns what it
// says. The error has code gone when it is unknown, used, expired or revoked.
func (s *Store) TakeEmbedToken(ctx context.Context, token string) (room.Voucher, room.Vouched, error) {
	looking, cancel := bound(system(ctx))
	defer cancel()
	var v room.Voucher
	var said room.Vouched
	var claims []byte
	err := s.pool.QueryRow(looking, `with taken as (delete from embed_tokens where token_hash = $1 returning key_id, claims, expires_at)
		select `+voucherColumns+`, t.claims from taken t join portal_keys k on k.id = t.key_id join portals o on o.id = k.portal_id
		where t.expires_at > clock_timestamp() and `+livePortalKey, hashToken(token)).
		Scan(&v.Workspace, &v.Portal, &v.Origins, &v.Key, &v.Kind, &v.Material, &claims)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, said, errGone()
	}
	if err == nil {
		adopt(ctx, v.Workspace)
		err = json.Unmarshal(claims, &said)
	}
	return v, said, wrap(err, "using an embed token")
}

// Known returns who a portal's person is in a room. It is settled the first time,
// whoever asks first.
func (s *Store) Known(ctx context.Context, v room.Voucher, who room.Vouched) (room.Known, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var k room.Known
	_, err := s.pool.Exec(ctx, `insert into portal_people (workspace_id, room_id, portal_id, subject, participant, access)
		values ($1, $2, $3, $4, gen_random_uuid(), $5) on conflict do nothing`, v.Workspace, who.Room, v.Portal, who.Subject, who.Access)
	if err == nil {
		err = s.pool.QueryRow(ctx, `select participant::text, access from portal_people where room_id = $1 and portal_id = $2 and subject = $3`,
			who.Room, v.Portal, who.Subject).Scan(&k.Participant, &k.Access)
	}
	return k, wrap(err, "looking for who somebody is in a room")
}

// SetKnownAccess notes what the portal asks that its person may do.
func (s *Store) SetKnownAccess(ctx context.Context, v room.Voucher, who room.Vouched) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	_, err := s.pool.Exec(ctx, `update portal_people set access = $4 where room_id = $1 and portal_id = $2 and subject = $3`,
		who.Room, v.Portal, who.Subject, who.Access)
	return wrap(err, "noting what a portal asks for")
}
