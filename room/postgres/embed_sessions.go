package postgres

import (
	"context"

	"parley/room"
)

// embedLife is how long a session lasts after its portal last vouched for it.
const embedLife = "15 minutes"

// CreateEmbedSession signs somebody in for whom a portal's key vouches, and
// returns the session's token, which is kept nowhere else.
func (s *Store) CreateEmbedSession(ctx context.Context, v room.Voucher, f room.Framed) (string, room.Grant, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	token, hash := newToken()
	tag, err := s.pool.Exec(ctx, `insert into sessions (workspace_id, room_id, portal_key_id, token_hash, participant, framed_by, expires_at)
		select r.workspace_id, r.id, k.id, $3, s.participant, s.framed_by, clock_timestamp() + interval '`+embedLife+`'
		from rooms r join portals o on o.workspace_id = r.workspace_id join portal_keys k on k.portal_id = o.id,
			(values (nullif($4, '')::uuid, $5::text)) as s (participant, framed_by)
		where r.id = $1 and k.id = $2 and `+livePortalKey+` and `+mayFrame, f.Room, v.Key, hash, f.Participant, f.Parent)
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
// reports false when it is over, or not that person's. What was handed over from
// it goes on with it.
func (s *Store) ExtendEmbedSession(ctx context.Context, token string, v room.Voucher, f room.Framed) (bool, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	// The key may be another one of the same portal: keys are changed while people work.
	tag, err := s.pool.Exec(ctx, `with extended as (
			update sessions s set portal_key_id = $2, framed_by = $5, expires_at = clock_timestamp() + interval '`+embedLife+`'
			from portal_keys k, portal_keys n join portals o on o.id = n.portal_id
			where s.token_hash = $1 and `+liveSession+` and k.id = s.portal_key_id and n.id = $2 and n.portal_id = k.portal_id
				and n.revoked_at is null and s.room_id = $3 and s.participant is not distinct from nullif($4, '')::uuid and s.handed_from is null
			returning s.id, s.portal_key_id, s.expires_at),
		along as (update sessions s set portal_key_id = e.portal_key_id, expires_at = e.expires_at from extended e
			where s.handed_from = e.id and s.revoked_at is null and s.expires_at > clock_timestamp())
		select from extended`, hashToken(token), v.Key, f.Room, f.Participant, f.Parent)
	if err != nil {
		return false, wrap(err, "extending a session")
	}
	return tag.RowsAffected() == 1, nil
}
