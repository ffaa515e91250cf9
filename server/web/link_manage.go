package web

import (
	"context"
	"slices"

	"parley/room"
)

// manages reports whether an owner may make and revoke links of a side. The
// selling side hosts the room and manages all; others their own and watchers'.
func manages(g room.Grant, side room.Side) bool {
	return g.Member.Side == room.SideSeller || side == g.Member.Side || side == room.NoSide
}

type listLinksIn struct {
	Room string `path:"room"`
}

// LinkList holds a room's links, newest first.
type LinkList struct {
	Links []LinkView `json:"links" nullable:"false"`
}

type listLinksOut struct{ Body LinkList }

func (s *server) listLinks(ctx context.Context, in *listLinksIn) (*listLinksOut, error) {
	grant, err := s.enterAsOwner(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	links, err := s.Store.Links(ctx, grant.Workspace, grant.Room)
	if err != nil {
		return nil, err
	}
	out := LinkList{Links: []LinkView{}}
	for _, l := range links {
		if manages(grant, l.Side) {
			out.Links = append(out.Links, viewOf(l))
		}
	}
	slices.SortStableFunc(out.Links, func(a, b LinkView) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return &listLinksOut{Body: out}, nil
}

type revokeLinkIn struct {
	ID string `path:"id"`
}

// revokeLink ends a link and, within two seconds, the sockets that came by it.
func (s *server) revokeLink(ctx context.Context, in *revokeLinkIn) (*struct{}, error) {
	grant, err := s.mayManage(ctx, room.LinkID(in.ID))
	if err != nil {
		return nil, err
	}
	link, err := s.Store.RevokeLink(ctx, grant.Workspace, room.LinkID(in.ID))
	if err != nil {
		return nil, hidden(err)
	}
	s.auditLink(ctx, link, actorOf(grant), room.ActLinkRevoked, link.Label)
	s.Hub.Recheck(ctx, link.Room)
	return nil, nil
}

// mayManage returns what the caller may do in the room of a link that they may
// change: any of the workspace's for its keys, those it manages for an owner.
func (s *server) mayManage(ctx context.Context, id room.LinkID) (room.Grant, error) {
	c := credentialsIn(ctx)
	switch {
	case c.token() == "":
		return room.Grant{}, errUnauthorized
	case !room.ValidUUID(string(id)):
		return room.Grant{}, errNotHere
	}
	if key, ok, err := s.keyOf(ctx, c); ok || err != nil {
		if err != nil {
			return room.Grant{}, hidden(err)
		}
		link, err := s.Store.Link(ctx, key.Workspace, id)
		if err != nil {
			return room.Grant{}, hidden(err)
		}
		return s.enterByKey(ctx, key, link.Room)
	}
	session, err := s.Store.Authenticate(ctx, c.token())
	if err != nil {
		return room.Grant{}, hidden(err)
	}
	grant, err := s.enterAsOwner(ctx, string(session.Room))
	if err != nil {
		return grant, err
	}
	link, err := s.Store.Link(ctx, grant.Workspace, id)
	if err != nil {
		return grant, hidden(err)
	}
	if link.Room != grant.Room || !manages(grant, link.Side) {
		return grant, errNotHere
	}
	return grant, nil
}
