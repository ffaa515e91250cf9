package web

import (
	"context"
	"time"

	"parley/room"
)

// caller is who asks something of a workspace: somebody who is signed in to it,
// or a key of it.
type caller struct {
	workspace room.WorkspaceID
	role      room.Role // a key's is owner: its scopes say what it may do
	seat      room.Seat // zero for a key
	key       room.APIKey
}

// actor is the caller in the audit.
func (c caller) actor() room.Actor {
	if c.seat.Account != "" {
		return seatActor(c.seat)
	}
	return keyActor(c.key)
}

// enterWorkspace returns who asks, if their role is least or more, or their key
// has the call's scope.
func (s *server) enterWorkspace(ctx context.Context, least room.Role) (caller, error) {
	c := credentialsIn(ctx)
	key, ok, err := s.keyOf(ctx, c)
	switch {
	case err != nil:
		return caller{}, unauthorized(err)
	case ok:
		return caller{workspace: key.Workspace, role: room.RoleOwner, key: key}, nil
	case c.account == "" && c.token() != "":
		if _, err := s.Store.Authenticate(ctx, c.token()); err == nil {
			return caller{}, room.Errorf(room.Forbidden, "this needs somebody who is signed in, or an API key; a session is for one room")
		}
		return caller{}, errUnauthorized
	}
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return caller{}, err
	}
	if !seat.Role.AtLeast(least) {
		return caller{}, room.Errorf(room.Forbidden, "this needs the role %s or more in the workspace", least)
	}
	return caller{workspace: seat.Workspace, role: seat.Role, seat: seat}, nil
}

// enterAccount returns who is signed in.
func (s *server) enterAccount(ctx context.Context) (room.Seat, error) {
	c := credentialsIn(ctx)
	if c.account == "" {
		return room.Seat{}, errUnauthorized
	}
	seat, err := s.Store.Seat(ctx, c.account)
	return seat, unauthorized(err)
}

// unauthorized is what to say to credentials that are not, or no longer, any.
func unauthorized(err error) error {
	if room.CodeOf(err) == room.Gone {
		return errUnauthorized
	}
	return err
}

// enterAnywhere returns what the caller may do in the workspace: a key all of its
// scope, somebody who is signed in what their role allows, a session of a room
// what it may there.
func (s *server) enterAnywhere(ctx context.Context) (room.Grant, error) {
	c := credentialsIn(ctx)
	if c.none() {
		return room.Grant{}, errUnauthorized
	}
	if key, ok, err := s.keyOf(ctx, c); ok || err != nil {
		return grantOf(key), hidden(err)
	}
	if c.account != "" {
		seat, err := s.Store.Seat(ctx, c.account)
		if err == nil {
			return seatGrant(seat), nil
		}
		if room.CodeOf(err) != room.Gone {
			return room.Grant{}, err
		}
	}
	if c.token() == "" {
		return room.Grant{}, errUnauthorized
	}
	grant, err := s.Store.Authenticate(ctx, c.token())
	return grant, hidden(err)
}

// seatGrant is what somebody who is signed in may do outside of rooms.
func seatGrant(seat room.Seat) room.Grant {
	return room.Grant{
		Workspace: seat.Workspace, Account: seat.Account, Expires: seat.Expires,
		Member: room.Member{Name: seat.Called(), Side: room.SideSeller, Access: seat.Role.AccessIn(false)},
	}
}

// bucketOf tells the bearers of grants apart in what bounds them; "" for a key,
// which has no bound.
func bucketOf(g room.Grant) string {
	if g.Session == "" {
		return string(g.Account)
	}
	return string(g.Session)
}

// takeCostly uses up one of the caller's allowance of what is dear to answer.
func (s *server) takeCostly(g room.Grant) error { return s.costly.take(bucketOf(g), time.Now()) }
