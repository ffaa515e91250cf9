package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"parley/room"
)

// JoinBody exchanges a link token for a session.
type JoinBody struct {
	Token string `json:"token" minLength:"1" maxLength:"200" doc:"the last part of the link's path"`
	Name  string `json:"name,omitempty" minLength:"1" maxLength:"200" doc:"who is coming in; without it a side link only shows the shared plan"`
	Email string `json:"email,omitempty" minLength:"3" maxLength:"254" doc:"seen by the selling side only; unverified where the link asks for no code"`
	// Where the link asks for them: see the problem's field.
	Password string      `json:"password,omitempty" maxLength:"200"`
	Ticket   room.CodeID `json:"ticket,omitempty" format:"uuid" doc:"what asking for a code gave"`
	Code     string      `json:"code,omitempty" maxLength:"20" doc:"the six digits that were mailed"`
}

type joinIn struct{ Body JSON[JoinBody] }

// Joined is a session.
type Joined struct {
	SessionToken string    `json:"session_token" doc:"for Authorization: Bearer and for the socket's hello"`
	Room         room.ID   `json:"room" format:"uuid"`
	Me           Maybe[Me] `json:"me" doc:"null for a watcher"`
}

type joinOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      Joined
}

// join may be repeated: who has a session of the link stays the same person.
func (s *server) join(ctx context.Context, in *joinIn) (*joinOut, error) {
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if err := body.check(); err != nil {
		return nil, err
	}
	link, err := s.Store.LinkByToken(ctx, body.Token)
	if err != nil {
		return nil, hidden(err)
	}
	v, err := s.pass(ctx, link, body)
	if err != nil {
		return nil, err
	}
	if v.Participant, err = s.participant(ctx, link, v); err != nil {
		return nil, err
	}
	token, grant, err := s.Store.CreateSession(ctx, link, v)
	if err != nil {
		return nil, hidden(err)
	}
	if v.Participant != "" { // who only looks is counted by the view
		s.auditLink(ctx, link, visitor, room.ActGranted, v.Email)
	}
	if body.Name != "" { // somebody typed it: no scanner does
		s.viewed(ctx, grant)
	}
	out := &joinOut{Body: Joined{SessionToken: token, Room: link.Room, Me: me(grant)}}
	if !link.Watching() {
		out.SetCookie = []http.Cookie{s.cookie(token, grant.Expires)}
	}
	return out, nil
}

func (b *JoinBody) check() (err error) {
	b.Name, b.Code = strings.TrimSpace(b.Name), strings.Join(strings.Fields(b.Code), "")
	if b.Email = strings.TrimSpace(b.Email); b.Email != "" {
		b.Email, err = typedAddress(b.Email)
	}
	if err == nil && b.Email != "" && b.Name == "" && b.Code == "" {
		return room.FieldErrorf(room.Invalid, "name", "give a name with the e-mail address")
	}
	return err
}

// participant returns who comes in by the link: its own person, the one who
// came in before, somebody new, or "" for nobody in particular.
func (s *server) participant(ctx context.Context, link room.Link, v room.Visitor) (room.RecordID, error) {
	switch {
	case link.Watching():
		return "", nil
	case link.Participant != "":
		return link.Participant, s.arrive(ctx, link, v)
	case v.Participant != "":
		return v.Participant, nil
	case v.Verified:
		if known, err := s.Store.KnownVisitor(ctx, link, v.Email); err != nil || known != "" {
			return known, err
		}
	}
	if v.Name == "" {
		return "", nil
	}
	if err := s.arrivals.take(string(link.ID), time.Now()); err != nil {
		return "", err
	}
	// Always somebody new: an address that is only typed makes nobody the person
	// who typed it before. Who comes back has the session.
	id := room.RecordID(uuid.NewString())
	return id, s.admit(ctx, link, id, v)
}

// arrive makes who comes in by a personal link for the first time a person of
// the room: from then on nobody changes their side or gets another such link.
func (s *server) arrive(ctx context.Context, link room.Link, v room.Visitor) error {
	snapshots, err := s.Store.Snapshot(ctx, link.Room, []room.Stream{room.Shared}, "")
	if err != nil {
		return hidden(err)
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return err
	}
	for _, p := range view.Entities.Participant {
		if p.ID == link.Participant && !p.Removed && p.awaited() {
			return s.enlist(ctx, link.Room, room.Member{ID: p.ID, Name: p.Name, Side: p.Side, Access: p.Access}, addressOf(v))
		}
	}
	return nil // in already, or not let in: the session tells
}

// admit writes the arrival into the plan.
func (s *server) admit(ctx context.Context, link room.Link, id room.RecordID, v room.Visitor) error {
	set := addressOf(v)
	set["name"], set["side"], set["access"] = v.Name, string(link.Side), string(link.Access)
	return s.enlist(ctx, link.Room, room.Member{ID: id, Name: v.Name, Side: link.Side, Access: link.Access}, set)
}

// addressOf is what the plan keeps of a visitor's address.
func addressOf(v room.Visitor) room.Fields {
	set := room.Fields{}
	if v.Email != "" {
		set["email"] = v.Email
	}
	if v.Verified {
		set["verified"] = true
	}
	return set
}

// enlist makes somebody active in a room; set is what is known of who is new.
func (s *server) enlist(ctx context.Context, id room.ID, m room.Member, set room.Fields) error {
	verdict, err := s.Hub.Submit(ctx, id, room.Request{
		// Internal: the link is the permission. The commit is the person's own.
		Member: m, Stream: room.Shared, Internal: true,
		Ops: []room.Op{{Kind: room.KindJoin, ID: m.ID, Set: set}},
	})
	if err != nil {
		return err
	}
	if verdict.Err != nil {
		return bodyField(verdict.Err)
	}
	return nil
}

// cookie lets the browser load pages as the session. Lax: a link from a mail
// opens the room, a form of another site cannot act in it.
func (s *server) cookie(token string, expires time.Time) http.Cookie {
	return http.Cookie{
		Name: sessionCookie, Value: token, Path: "/", Expires: expires,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.onHTTPS(),
	}
}
