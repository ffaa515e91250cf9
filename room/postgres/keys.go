package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

const (
	// keyPrefix tells API keys from the tokens of sessions.
	keyPrefix = tokenPrefix + "key_"
	// hintLength is how much of a key is kept to be shown: its prefix and 20 bits.
	hintLength = len(keyPrefix) + 4
)

const keyColumns = `k.id::text, k.workspace_id::text, k.name, k.hint, k.scopes, coalesce(k.made_by::text, ''), k.created_at, k.last_used_at, k.expires_at, k.revoked_at`

// CreateKey makes an API key and returns it with its token, which is kept
// nowhere else. By is "" when another key asks.
func (s *Store) CreateKey(ctx context.Context, k room.APIKey) (room.APIKey, string, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	plain, _ := newToken()
	token := keyPrefix + plain[len(tokenPrefix):]
	rows, err := s.pool.Query(ctx, `insert into api_keys as k (workspace_id, name, hint, token_hash, scopes, made_by, expires_at)
		values ($1, $2, $3, $4, $5, nullif($6, '')::uuid, $7) returning `+keyColumns,
		k.Workspace, k.Name, token[:hintLength], hashToken(token), k.Scopes, k.By, orNull(k.Expires))
	if err != nil {
		return room.APIKey{}, "", wrap(err, "making an API key")
	}
	made, err := pgx.CollectExactlyOneRow(rows, scanKey)
	return made, token, wrap(err, "making an API key")
}

// Keys lists a workspace's API keys that were not revoked, newest first.
func (s *Store) Keys(ctx context.Context, ws room.WorkspaceID) ([]room.APIKey, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select `+keyColumns+` from api_keys k where k.workspace_id = $1 and k.revoked_at is null order by k.created_at desc, k.id`, ws)
	if err != nil {
		return nil, wrap(err, "listing API keys")
	}
	list, err := pgx.CollectRows(rows, scanKey)
	return list, wrap(err, "listing API keys")
}

// KeyByToken returns the API key of a token while it is valid, and notes its use
// to the minute.
func (s *Store) KeyByToken(ctx context.Context, token string) (room.APIKey, error) {
	looking, cancel := bound(system(ctx))
	defer cancel()
	rows, err := s.pool.Query(looking, `select `+keyColumns+` from api_keys k
		where k.token_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > clock_timestamp())`, hashToken(token))
	if err != nil {
		return room.APIKey{}, wrap(err, "looking for an API key")
	}
	k, err := pgx.CollectExactlyOneRow(rows, scanKey)
	if errors.Is(err, pgx.ErrNoRows) {
		return room.APIKey{}, errGone()
	}
	if err == nil && time.Since(k.LastUsed) > time.Minute {
		// What fails here is only known a minute less well.
		_, _ = s.pool.Exec(looking, `update api_keys set last_used_at = clock_timestamp()
			where id = $1 and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')`, k.ID)
	}
	if err == nil {
		adopt(ctx, k.Workspace)
	}
	return k, wrap(err, "looking for an API key")
}

// RevokeKey ends an API key. Doing it again changes nothing.
func (s *Store) RevokeKey(ctx context.Context, ws room.WorkspaceID, id room.KeyID) (room.APIKey, error) {
	if !room.ValidUUID(string(id)) {
		return room.APIKey{}, errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `update api_keys k set revoked_at = coalesce(revoked_at, clock_timestamp())
		where k.workspace_id = $1 and k.id = $2 returning `+keyColumns, ws, id)
	if err != nil {
		return room.APIKey{}, wrap(err, "revoking an API key")
	}
	k, err := pgx.CollectExactlyOneRow(rows, scanKey)
	if errors.Is(err, pgx.ErrNoRows) {
		return k, errGone()
	}
	return k, wrap(err, "revoking an API key")
}

func scanKey(row pgx.CollectableRow) (room.APIKey, error) {
	var k room.APIKey
	var used, expires, revoked *time.Time
	err := row.Scan(&k.ID, &k.Workspace, &k.Name, &k.Hint, &k.Scopes, &k.By, &k.Created, &used, &expires, &revoked)
	k.Created, k.LastUsed, k.Expires, k.Revoked = k.Created.UTC(), orZero(used), orZero(expires), orZero(revoked)
	return k, err
}
