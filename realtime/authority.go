package realtime

import (
	"context"
	"log/slog"
	"time"

	"parley/room"
)

// liveChunk is how many sessions one read of grants names.
const liveChunk = 500

// recheckTry is how long a failed read of grants waits: two tries fit the two
// seconds in which a revocation takes effect (P36).
const recheckTry = 500 * time.Millisecond

// recheckGrants reads the grants of the room's sessions again and ends or
// changes those that are not what they were. It runs when a participant
// changed, when a link was revoked, and once a minute.
func (r *liveRoom) recheckGrants() {
	members := r.members()
	for {
		err := r.recheckMembers(members)
		if err == nil {
			return
		}
		r.hub.options.Log.Error("reading grants again", slog.String("room", string(r.id)), slog.Any("error", err))
		if !r.hub.sleep(recheckTry) || !r.hub.inUse(r) {
			return
		}
		members = r.members()
	}
}

func (r *liveRoom) recheckMembers(members []*session) error {
	for len(members) > 0 {
		chunk := members[:min(liveChunk, len(members))]
		members = members[len(chunk):]
		var logins []room.SessionID
		seen := map[room.SessionID]bool{}
		for _, s := range chunk {
			if s.login != "" && !seen[s.login] {
				seen[s.login] = true
				logins = append(logins, s.login)
			}
		}
		if len(logins) == 0 {
			continue
		}
		grants, err := r.grants(logins)
		if err != nil {
			return err
		}
		for _, s := range chunk {
			if s.login != "" {
				grant, live := grants[s.login]
				s.regrant(grant, live)
			}
		}
	}
	return nil
}

func (r *liveRoom) grants(logins []room.SessionID) (map[room.SessionID]room.Grant, error) {
	// Not one of hub.read's: revocations do not wait behind a herd of joins.
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return r.hub.store.Live(ctx, logins)
}

// regrant applies what the session may do at present. One whose streams changed
// comes back for another welcome: that is the same way as for everybody.
func (s *session) regrant(grant room.Grant, live bool) {
	if !live {
		s.bye(byeRevoked, 0, closeNoAccess)
		return
	}
	s.expire(grant)
	var streams [len(room.Streams)]bool
	for _, stream := range grant.Streams() {
		streams[streamIndex(stream)] = true
	}
	s.mu.Lock()
	changed := s.member != grant.Member
	moved := s.member.ID != grant.Member.ID || s.streams != streams
	if !moved {
		s.member = grant.Member
	}
	s.mu.Unlock()
	switch {
	case moved:
		s.bye(byeRestart, int(drainMinimum.Milliseconds()), closeRestart)
	case changed:
		s.room.presence.rename(s)
	}
}
