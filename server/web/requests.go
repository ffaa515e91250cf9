package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"parley/room"
)

// requestsByLink bounds the questions that a link brings its owners.
var requestsByLink = room.Budget{
	Kind: "requests", Burst: 10, Every: 6 * time.Minute,
	Message: "many people are asking for access; try again in a few minutes",
}

// AskAccessBody asks the owners of a room to be let in.
type AskAccessBody struct {
	Token    string `json:"token" minLength:"1" maxLength:"200" doc:"the last part of the link's path"`
	Name     string `json:"name" minLength:"1" maxLength:"200"`
	Email    string `json:"email" minLength:"3" maxLength:"254"`
	Message  string `json:"message,omitempty" maxLength:"500"`
	Password string `json:"password,omitempty" maxLength:"200" doc:"where the link asks for one"`
}

type askAccessIn struct{ Body JSON[AskAccessBody] }

type askAccessOut struct{ Status int }

// askAccess answers the same to everybody, on the list or not, also who asks again.
func (s *server) askAccess(ctx context.Context, in *askAccessIn) (*askAccessOut, error) {
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if body.Name = strings.TrimSpace(body.Name); body.Name == "" {
		return nil, room.FieldErrorf(room.Invalid, "name", "say your name")
	}
	if body.Email, err = typedAddress(body.Email); err != nil {
		return nil, err
	}
	link, err := s.Store.LinkByToken(ctx, body.Token)
	if err != nil {
		return nil, hidden(err)
	}
	if link.Door != room.DoorNamed {
		return nil, room.FieldErrorf(room.Conflict, "token", "this link lets in who has what it asks for")
	}
	if err := s.checkPassword(ctx, link, body.Password); err != nil {
		return nil, err
	}
	if err := s.takeShare(ctx, link, requestsByLink); err != nil {
		return nil, err
	}
	if err := s.Store.Spend(ctx, link.ID, requestsByLink); err != nil {
		return nil, err
	}
	isNew, err := s.Store.AskAccess(ctx, link, room.Visitor{Name: body.Name, Email: body.Email}, strings.TrimSpace(body.Message))
	if err != nil {
		return nil, err
	}
	if isNew {
		s.auditLink(ctx, link, visitor, actAccessRequested, body.Email)
	}
	return &askAccessOut{Status: http.StatusAccepted}, nil
}

// AccessRequestView is somebody who asks for access and waits.
type AccessRequestView struct {
	ID        room.RequestID `json:"id" format:"uuid"`
	Link      room.LinkID    `json:"link" format:"uuid" doc:"by which they came"`
	Side      room.Side      `json:"side" enum:"seller,buyer,partner,none"`
	Access    room.Access    `json:"access" enum:"viewer,commenter,contributor,editor,owner"`
	Name      string         `json:"name" doc:"as typed: nobody has checked it"`
	Email     string         `json:"email" doc:"as typed: nobody has checked it"`
	Message   string         `json:"message,omitempty"`
	CreatedAt time.Time      `json:"created_at"`
}

// AccessRequestList holds those who wait, the first first.
type AccessRequestList struct {
	Requests []AccessRequestView `json:"requests" nullable:"false"`
}

type listRequestsOut struct{ Body AccessRequestList }

func (s *server) listRequests(ctx context.Context, in *listLinksIn) (*listRequestsOut, error) {
	grant, err := s.enterAsOwner(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	waiting, err := s.Store.AccessRequests(ctx, grant.Workspace, grant.Room)
	if err != nil {
		return nil, err
	}
	links, err := s.Store.Links(ctx, grant.Workspace, grant.Room)
	if err != nil {
		return nil, err
	}
	byID := map[room.LinkID]room.Link{}
	for _, l := range links {
		byID[l.ID] = l
	}
	out := AccessRequestList{Requests: []AccessRequestView{}}
	for _, r := range waiting {
		l := byID[r.Link]
		if manages(grant, l.Side) && l.Revoked.IsZero() {
			out.Requests = append(out.Requests, AccessRequestView{
				ID: r.ID, Link: r.Link, Side: l.Side, Access: l.Access, Name: r.Name, Email: r.Email, Message: r.Message, CreatedAt: r.Created,
			})
		}
	}
	return &listRequestsOut{Body: out}, nil
}

// DecisionBody answers a request for access.
type DecisionBody struct {
	Granted bool `json:"granted"`
}

type decideRequestIn struct {
	Room    string `path:"room"`
	Request string `path:"request"`
	Body    JSON[DecisionBody]
}

// Decision is what became of a request: with a yes, the link of their own.
type Decision struct {
	Link Maybe[LinkView] `json:"link" doc:"null after a no"`
}

type decideRequestOut struct{ Body Decision }

// decideRequest lets somebody in by a link of their own, which is mailed to them:
// it opens for that address alone, ends when the link does by which they came, and
// can be taken back alone. A no is not told.
func (s *server) decideRequest(ctx context.Context, in *decideRequestIn) (*decideRequestOut, error) {
	grant, err := s.enterAsOwner(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	request, err := s.Store.AccessRequest(ctx, grant.Workspace, grant.Room, room.RequestID(in.Request))
	if err != nil {
		return nil, hidden(err)
	}
	link, err := s.Store.Link(ctx, grant.Workspace, request.Link)
	if err != nil {
		return nil, hidden(err)
	}
	switch {
	case !manages(grant, link.Side):
		return nil, errNotHere
	case body.Granted && !link.Revoked.IsZero():
		return nil, room.Errorf(room.Conflict, "the link by which they came was revoked; make one for them")
	}
	if _, err := s.Store.DecideAccess(ctx, grant.Workspace, grant.Room, request.ID, grant.Member.ID, body.Granted); err != nil {
		return nil, hidden(err)
	}
	out := &decideRequestOut{}
	if !body.Granted {
		s.auditLink(ctx, link, actorOf(grant), actAccessRefused, request.Email)
		return out, nil
	}
	made, err := s.makeLink(ctx, actorOf(grant), room.NewLink{
		Workspace: grant.Workspace, Room: grant.Room, Side: link.Side, Access: link.Access, Label: request.Name, By: grant.Member.ID,
		Expires: link.Expires, Door: room.DoorNamed, Emails: []string{request.Email}, Recipient: request.Email, ShowsProgress: link.ShowsProgress,
	})
	if err != nil {
		return nil, err
	}
	out.Body.Link.Value = &made.LinkView
	return out, s.invite(ctx, grant, request.Email, made.URL)
}
