package web

import (
	"context"
	"net/http"
	"strings"

	"parley/room"
)

// OwnEmailBody says which address is the caller's.
type OwnEmailBody struct {
	Email string `json:"email" minLength:"3" maxLength:"254"`
}

type askEmailCodeIn struct {
	Room string `path:"room"`
	Body JSON[OwnEmailBody]
}

// askEmailCode mails a code to the address of somebody who is in the room.
func (s *server) askEmailCode(ctx context.Context, in *askEmailCodeIn) (*askCodeOut, error) {
	grant, link, err := s.enterByLink(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	email, err := typedAddress(body.Email)
	if err != nil {
		return nil, err
	}
	ticket, err := s.sendCode(ctx, link, credentialsIn(ctx).token(), grant.Session, email, true)
	if err != nil {
		return nil, err
	}
	return &askCodeOut{Status: http.StatusAccepted, Body: CodeAsked{Ticket: ticket, ExpiresIn: codeSeconds}}, nil
}

// ConfirmEmailBody tells the code that was mailed.
type ConfirmEmailBody struct {
	Email  string      `json:"email" minLength:"3" maxLength:"254"`
	Ticket room.CodeID `json:"ticket" format:"uuid"`
	Code   string      `json:"code" minLength:"1" maxLength:"20"`
}

type confirmEmailIn struct {
	Room string `path:"room"`
	Body JSON[ConfirmEmailBody]
}

// confirmEmail writes into the plan that an address is its person's.
func (s *server) confirmEmail(ctx context.Context, in *confirmEmailIn) (*struct{}, error) {
	grant, link, err := s.enterByLink(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	email, err := typedAddress(body.Email)
	if err != nil {
		return nil, err
	}
	told, err := s.tellCode(ctx, link, grant.Session, JoinBody{
		Token: credentialsIn(ctx).token(), Email: email, Ticket: body.Ticket, Code: strings.Join(strings.Fields(body.Code), ""),
	})
	if err != nil {
		return nil, err
	}
	if !told {
		return nil, asks("code", "this code is not the one, or it is too old; ask for a new one")
	}
	if err := s.Store.Verify(ctx, grant.Session, email); err != nil {
		return nil, err
	}
	return nil, s.enlist(ctx, grant.Room, grant.Member, addressOf(room.Visitor{Email: email, Verified: true}))
}

// enterByLink returns what a person who came by a link may do, and the link.
func (s *server) enterByLink(ctx context.Context, id string) (room.Grant, room.Link, error) {
	grant, err := s.enter(ctx, id)
	if err != nil {
		return grant, room.Link{}, err
	}
	if grant.Link == "" || grant.Member.ID == "" {
		return grant, room.Link{}, room.Errorf(room.Forbidden, "this is for people who came by a link and said who they are")
	}
	link, err := s.Store.Link(ctx, grant.Workspace, grant.Link)
	return grant, link, hidden(err)
}
