package web

import (
	"context"
	"net/mail"
	"strings"

	"parley/room"
)

// codeDoor says that a link asks for something before it lets anybody in: field
// names it.
const codeDoor room.Code = "door"

func asks(field, message string) *room.Error { return room.FieldErrorf(codeDoor, field, "%s", message) }

// opened reports whether the caller sees what is behind a link's door: there is
// none, or they came through it and have the session to show for it.
func (s *server) opened(ctx context.Context, link room.Link) bool {
	if !link.Closed() {
		return true
	}
	_, ok := s.cameBy(ctx, link)
	return ok
}

// cameBy returns what the caller's session grants, if it came by this link.
func (s *server) cameBy(ctx context.Context, link room.Link) (room.Grant, bool) {
	c := credentialsIn(ctx)
	if c.token() == "" {
		return room.Grant{}, false
	}
	grant, err := s.Store.Authenticate(ctx, c.token())
	if err != nil || grant.Link != link.ID {
		return room.Grant{}, false
	}
	return grant, true
}

// pass returns who comes in by a link, once they have given what its door asks
// for. The refusal names the first thing that is missing or wrong. It is the same
// for an address that is on the link's list and for one that is not: that one is
// told no code.
func (s *server) pass(ctx context.Context, link room.Link, body JoinBody) (room.Visitor, error) {
	if grant, ok := s.cameBy(ctx, link); ok {
		v, err := s.Store.Visitor(ctx, grant.Session)
		if v.Name == "" {
			v.Name = body.Name
		}
		if body.Email != "" && !v.Verified {
			v.Email = body.Email
		}
		return v, err
	}
	v := room.Visitor{Name: body.Name, Email: body.Email}
	if err := s.checkPassword(ctx, link, body.Password); err != nil {
		return v, err
	}
	switch {
	case link.Door.AtLeast(room.DoorName) && v.Name == "" && link.Participant == "":
		return v, asks("name", "say your name to come in")
	case link.Door.AtLeast(room.DoorEmail) && v.Email == "":
		return v, asks("email", "give your e-mail address to come in")
	case link.Door.AtLeast(room.DoorVerified):
		told, err := s.tellCode(ctx, link, "", body)
		if err != nil {
			return v, err
		}
		if v.Verified = told && (link.Door != room.DoorNamed || link.Lists(v.Email)); !v.Verified {
			return v, asks("code", "this code is not the one, or it is too old; ask for a new one")
		}
	}
	return v, nil
}

// typedAddress puts an e-mail address into the form that is compared and kept.
func typedAddress(typed string) (string, error) {
	email := strings.ToLower(strings.TrimSpace(typed))
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email || strings.ContainsAny(email, "\"\\ ()<>,;:") {
		return "", room.FieldErrorf(room.Invalid, "email", "this is not an e-mail address")
	}
	return email, nil
}
