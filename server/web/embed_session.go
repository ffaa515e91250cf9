package web

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"parley/room"
	"parley/server/portal"
)

// EmbedTokenBody asks for a token for somebody who looks at a portal's page.
type EmbedTokenBody struct {
	Portal  room.PortalID `json:"portal" format:"uuid"`
	Subject string        `json:"sub" minLength:"1" maxLength:"200" doc:"the portal's own name for the person, the same every time"`
	Name    string        `json:"name,omitempty" maxLength:"200"`
	Email   string        `json:"email,omitempty" maxLength:"254"`
	Side    room.Side     `json:"side,omitempty" enum:"seller,buyer,partner,none" doc:"buyer when absent; none only watches"`
	Access  room.Access   `json:"access,omitempty" enum:"viewer,commenter,contributor,editor" doc:"editor when absent, viewer for none"`
}

// EmbedToken is a token for the page, which opens one session.
type EmbedToken struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

type createEmbedTokenIn struct {
	Room string `path:"room"`
	Body JSON[EmbedTokenBody]
}

type createEmbedTokenOut struct{ Body EmbedToken }

// createEmbedToken is for portals that sign nothing: their back end asks with
// the workspace's API key.
func (s *server) createEmbedToken(ctx context.Context, in *createEmbedTokenIn) (*createEmbedTokenOut, error) {
	grant, err := s.enterByAPIKey(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	who := room.Vouched{Subject: body.Subject, Name: body.Name, Email: body.Email, Side: body.Side, Access: body.Access, Room: grant.Room}
	if err := portal.Check(&who); err != nil {
		return nil, room.Errorf(room.Invalid, "this token cannot be made: %s", err)
	}
	token, expires, err := s.Store.CreateEmbedToken(ctx, grant.Workspace, body.Portal, who, portal.MaxLife)
	if err != nil {
		return nil, hidden(err)
	}
	return &createEmbedTokenOut{Body: EmbedToken{Token: token, ExpiresAt: expires}}, nil
}

// EmbedSessionBody exchanges a portal's token for a session.
type EmbedSessionBody struct {
	Token  string  `json:"token" minLength:"1" maxLength:"4096" doc:"a JWT that the portal signed, or one of embed-tokens"`
	Room   room.ID `json:"room" format:"uuid" doc:"the room that the page shows"`
	Parent string  `json:"parent" minLength:"1" maxLength:"300" doc:"the origin of the page around the frame, as the browser says it"`
}

// EmbedSession is a session for a frame. It is kept in memory and goes on for as
// long as its portal vouches again.
type EmbedSession struct {
	Joined
	ExpiresAt time.Time `json:"expires_at" doc:"exchange another token before, with this session as the bearer, and the session goes on"`
	ExpiresIn int       `json:"expires_in" doc:"the same in seconds from now: for a machine whose clock is off"`
}

type createEmbedSessionIn struct{ Body JSON[EmbedSessionBody] }

type createEmbedSessionOut struct{ Body EmbedSession }

// errToken is the one answer to every token that is not taken.
var errToken = room.FieldErrorf(codeUnauthorized, "token", "this token is not accepted; the portal has to make another one")

// createEmbedSession sets no cookie: a frame on another site would not get it
// back. With the bearer of a session of the same person that one goes on.
func (s *server) createEmbedSession(ctx context.Context, in *createEmbedSessionIn) (*createEmbedSessionOut, error) {
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	by, who, err := s.vouched(ctx, body)
	if err != nil {
		return nil, err
	}
	f := room.Framed{Room: who.Room, Parent: body.Parent}
	if f.Participant, err = s.portalPerson(ctx, by, who); err != nil {
		return nil, err
	}
	token, grant, err := s.embedSession(ctx, by, who, f)
	if err != nil {
		return nil, hidden(err)
	}
	left, _ := grant.Left()
	return &createEmbedSessionOut{Body: EmbedSession{
		Joined:    Joined{SessionToken: token, Room: who.Room, Me: me(grant)},
		ExpiresAt: grant.Expires, ExpiresIn: int(left.Seconds()),
	}}, nil
}

// vouched returns who a token is about and whose word it is. It uses the token up.
func (s *server) vouched(ctx context.Context, body EmbedSessionBody) (by room.Voucher, who room.Vouched, err error) {
	if strings.Count(body.Token, ".") == 2 {
		by, who, err = s.signedToken(ctx, body.Token)
	} else {
		by, who, err = s.Store.TakeEmbedToken(ctx, body.Token)
	}
	if err == nil {
		err = s.fits(ctx, by, who, body)
	}
	if why, refused := portal.IsRefusal(err); refused || room.CodeOf(err) == room.Gone {
		if by.Workspace != "" {
			s.auditToken(ctx, by, who, why)
		}
		slog.DebugContext(ctx, "a portal's token is refused", "why", why, "request_id", requestID(ctx))
		return by, who, errToken
	}
	return by, who, err
}

func (s *server) signedToken(ctx context.Context, token string) (by room.Voucher, who room.Vouched, err error) {
	// By the clock by which used tokens are forgotten: one that ended is not taken again.
	now, err := s.Store.Now(ctx)
	if err != nil {
		return by, who, err
	}
	t, err := portal.Verify(token, s.PublicURL, now, func(p room.PortalID, k room.PortalKeyID) (room.Voucher, error) {
		return s.Store.Voucher(ctx, p, k)
	})
	if err != nil {
		return t.Voucher, t.Vouched, err
	}
	first, err := s.Store.TakeToken(ctx, t.Voucher, t.JTI, t.Expires)
	if err == nil && !first {
		err = portal.Refuse("it was used before")
	}
	return t.Voucher, t.Vouched, err
}

// fits refuses a token of another room, of another tenant, and one that a page of
// another portal shows.
func (s *server) fits(ctx context.Context, by room.Voucher, who room.Vouched, body EmbedSessionBody) error {
	if who.Room != body.Room {
		return portal.Refuse("it is for another room than the page shows")
	}
	if !portal.Allows(by.Origins, body.Parent) {
		return portal.Refuse("the page around the frame is not of the portal's origins")
	}
	ws, err := s.Store.RoomWorkspace(ctx, who.Room)
	if err != nil && room.CodeOf(err) != room.Gone {
		return err
	}
	if err != nil || ws != by.Workspace {
		return portal.Refuse("the workspace has no such room")
	}
	return nil
}

// portalPerson returns who the person is in the room, "" for a watcher, and lets
// them in the first time.
func (s *server) portalPerson(ctx context.Context, by room.Voucher, who room.Vouched) (room.RecordID, error) {
	if who.Watching() {
		return "", nil
	}
	known, err := s.Store.Known(ctx, by, who)
	if err != nil {
		return "", err
	}
	snapshots, err := s.Store.Snapshot(ctx, who.Room, []room.Stream{room.Shared}, "")
	if err != nil {
		return "", hidden(err)
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return "", err
	}
	member, here := view.member(known.Participant)
	switch {
	case !here:
		return known.Participant, s.admitVouched(ctx, known.Participant, who)
	case member.Side != who.Side:
		return "", room.FieldErrorf(room.Conflict, "token", "%s is in this room for another side than the token says", member.Name)
	case known.Access == who.Access:
		return known.Participant, nil // what the room's owner made of it stands
	}
	return known.Participant, s.changeVouched(ctx, by, member, who)
}

// admitVouched writes the arrival into the plan. Who was let go of is refused.
func (s *server) admitVouched(ctx context.Context, id room.RecordID, who room.Vouched) error {
	set := room.Fields{"name": who.Name, "side": string(who.Side), "access": string(who.Access)}
	if who.Email != "" {
		set["email"] = who.Email
	}
	return s.enlist(ctx, who.Room, room.Member{ID: id, Name: who.Name, Side: who.Side, Access: who.Access}, set)
}

// changeVouched follows a portal that asks for another access than the last time.
// Somebody whom the room made an owner is the room's affair.
func (s *server) changeVouched(ctx context.Context, by room.Voucher, member room.Member, who room.Vouched) error {
	if !member.Access.AtLeast(room.Owner) {
		verdict, err := s.Hub.Submit(ctx, who.Room, room.Request{
			// Internal: the portal's key is the permission. It is nobody's of the room own doing.
			Member: room.Member{Side: room.SideSeller, Access: room.Owner}, Stream: room.Shared, Internal: true,
			Ops: []room.Op{{Kind: room.KindParticipantUpdate, ID: member.ID, Set: room.Fields{"access": string(who.Access)}}},
		})
		if err := errors.Join(err, verdictError(verdict)); err != nil {
			return err
		}
	}
	return s.Store.SetKnownAccess(ctx, by, who)
}

func verdictError(v room.Verdict) error {
	if v.Err != nil {
		return bodyField(v.Err)
	}
	return nil
}

// embedSession lets the caller's session go on, or makes one.
func (s *server) embedSession(ctx context.Context, by room.Voucher, who room.Vouched, f room.Framed) (string, room.Grant, error) {
	if token := credentialsIn(ctx).bearer; token != "" {
		extended, err := s.Store.ExtendEmbedSession(ctx, token, by, f)
		if err != nil {
			return "", room.Grant{}, err
		}
		if extended {
			s.Hub.Recheck(ctx, who.Room) // the socket's own end moves with it
			grant, err := s.Store.Authenticate(ctx, token)
			return token, grant, err
		}
	}
	token, grant, err := s.Store.CreateEmbedSession(ctx, by, f)
	if err == nil {
		s.auditToken(ctx, by, who, "")
	}
	return token, grant, err
}
