package postgres

import (
	"context"

	"parley/room"
)

// embedLife is how long a session lasts after its portal last vouched for it.
const embedLife = "15 minutes"

// CreateEmbedSession signs a participant in ("" for nobody in particular) for
// whom a portal's key vouches, and returns the session's token, which is kept
// nowhere else.
func (s *Store) CreateEmbedSession(ctx context.Context, v room.Voucher, id room.ID, participant room.RecordID) (string, room.Grant, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	token, hash := newToken()
	tag, err := s.pool.Exec(ctx, `insert into sessions (workspace_id, room_id, portal_key_id, token_hash, participant, expires_at)
		select r.workspace_id, r.id, k.id, $3, nullif($4, '')::uuid, clock_timestamp() + interval '`+embedLife+`'
		from rooms r join portals o on o.workspace_id = r.workspace_id join portal_keys k on k.portal_id = o.id
		where r.id = $1 and k.id = $2 and `+livePortalKey, id, v.Key, hash, participant)
	if err != nil {
		return "", room.Grant{}, wrap(err, "making a session")
	}
	if tag.RowsAffected() == 0 {
		return "", room.Grant{}, errGone()
	}
	grant, err := s.Authenticate(ctx, token)
	return token, grant, err
}

// ExtendEmbedSession lets a session go on for which its portal vouches again, and
// reports false when it is over, or not that person's.
func (s *Store) ExtendEmbedSession(ctx context.Context, token string, v room.Voucher, id room.ID, participant room.RecordID) (bool, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	// The key may be another one of the same portal: keys are changed while people work.
	tag, err := s.pool.Exec(ctx, `update sessions s set portal_key_id = $2, expires_at = clock_timestamp() + interval '`+embedLife+`'
		from portal_keys k, portal_keys n join portals o on o.id = n.portal_id
		where s.token_hash = $1 and `+liveSession+` and k.id = s.portal_key_id and n.id = $2 and n.portal_id = k.portal_id
			and n.revoked_at is null and o.removed_at is null and s.room_id = $3 and s.participant is not distinct from nullif($4, '')::uuid`,
		hashToken(token), v.Key, id, participant)
	if err != nil {
		return false, wrap(err, "extending a session")
	}
	return tag.RowsAffected() == 1, nil
}
