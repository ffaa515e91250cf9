package realtime

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"time"

	"parley/room"
)

func newSession(h *Hub, r *liveRoom, c *conn, grant room.Grant, client room.ClientID) *session {
	s := &session{
		hub: h, room: r, conn: c, client: client, login: grant.Session,
		id:     presenceID(r.id, client, grant.Member.ID),
		member: grant.Member, watches: grant.Watcher(),
	}
	s.parts.Store(2)
	for _, stream := range grant.Streams() {
		i := streamIndex(stream)
		s.streams[i] = true
		s.audience = max(s.audience, i)
	}
	s.expire(grant)
	return s
}

// expire has the session end when its grant does, by the store's clock (P38). It
// is told again while it lasts: links are extended and cut short, and a portal's
// session goes on while its portal vouches for the person.
func (s *session) expire(grant room.Grant) {
	left, ends := grant.Left()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.past:
	case !ends && s.expiry != nil:
		s.expiry.Stop()
	case ends && s.expiry != nil:
		s.expiry.Reset(left)
	case ends:
		s.expiry = time.AfterFunc(left, func() { s.bye(byeExpired, 0, closeSignIn) })
	}
}

// expireNoMore leaves no timer behind.
func (s *session) expireNoMore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.past = true; s.expiry != nil {
		s.expiry.Stop()
	}
}

// cancel undoes newSession and begin for a socket that is not let in.
func (s *session) cancel() {
	s.room.leave(s)
	s.expireNoMore()
	s.over()
}

// presenceID names a client to the other members. It is the same on every
// server and after a reconnect, and another person's client has another one.
func presenceID(id room.ID, client room.ClientID, member room.RecordID) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%s", id, client, member))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// begin makes the session a member and queues its welcome. The drain starts
// when the reader does.
func (s *session) begin(hello helloFrame, grant room.Grant) error {
	if !s.room.enter(s) {
		return refuseFault(tooFast, "the room is full; try again later", closeTooFast)
	}
	grant, refused := s.confirm(grant)
	if refused != nil {
		return refused
	}
	wants := make([]joinFrame, 0, len(room.Streams))
	for i, reads := range s.streams {
		if reads {
			wants = append(wants, joinFrame{stream: room.Streams[i], at: hello.resume[i]})
		}
	}
	entries, starts, err := s.room.entries(s.client, wants)
	if err != nil {
		s.hub.options.Log.Error("reading a room for a new member", slog.String("room", string(s.room.id)), slog.Any("error", err))
		return refuseForNow()
	}
	if s.hub.draining.Load() {
		return refuseForNow()
	}
	w := welcome{session: s.id, now: grant.At.UTC().Format(room.InstantFormat), streams: entries}
	if member := s.present(); member.ID != "" {
		w.me = &me{ID: member.ID, Name: member.Name, Side: member.Side, Access: member.Access}
	}
	w.here, w.watch, w.count, s.presence = s.room.presence.all(s.audience)
	s.send(item{frame: welcomeFrame(w), starts: starts})
	return nil
}

// confirm reads the grant again now that the session is a member: it may have
// been revoked after hello was authenticated and before a recheck could see the
// session (P36).
func (s *session) confirm(grant room.Grant) (room.Grant, error) {
	if s.login == "" {
		return grant, nil
	}
	var grants map[room.SessionID]room.Grant
	err := s.hub.read(s.room.id, func(ctx context.Context) (err error) {
		grants, err = s.hub.store.Live(ctx, []room.SessionID{s.login})
		return err
	})
	if err != nil {
		s.hub.options.Log.Error("confirming a grant", slog.String("room", string(s.room.id)), slog.Any("error", err))
		return grant, refuseForNow()
	}
	grant, live := grants[s.login]
	if !live {
		return grant, refuseEntry()
	}
	s.regrant(grant, live)
	return grant, nil
}
