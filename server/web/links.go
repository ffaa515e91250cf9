package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/room"
)

// NewLinkBody asks for a share link.
type NewLinkBody struct {
	Side      room.Side   `json:"side" enum:"seller,buyer,partner,none" doc:"whom it is for; none only watches"`
	Access    room.Access `json:"access,omitempty" enum:"viewer,commenter,contributor,editor,owner" doc:"what who joins by it may do; editor when absent, viewer for none"`
	Label     string      `json:"label,omitempty" maxLength:"200" doc:"what its maker calls it"`
	ExpiresAt *time.Time  `json:"expires_at,omitempty" doc:"absent: never"`
	// Participant is of the side; what they may do is their own access.
	Participant room.RecordID `json:"participant,omitempty" format:"uuid" doc:"makes it the personal link of somebody who is not in yet"`
}

// LinkView is a share link, without its token.
type LinkView struct {
	ID          room.LinkID    `json:"id" format:"uuid"`
	Side        room.Side      `json:"side" enum:"seller,buyer,partner,none"`
	Access      room.Access    `json:"access" enum:"viewer,commenter,contributor,editor,owner"`
	Participant room.RecordID  `json:"participant,omitempty" format:"uuid" doc:"a personal link's person"`
	Label       string         `json:"label,omitempty"`
	By          *room.RecordID `json:"by" format:"uuid" doc:"who made it; null: the workspace's own key"`
	CreatedAt   time.Time      `json:"created_at"`
	LastUsedAt  *time.Time     `json:"last_used_at" doc:"to the minute; null: never"`
	ExpiresAt   *time.Time     `json:"expires_at" doc:"null: never"`
	RevokedAt   *time.Time     `json:"revoked_at" doc:"null: not revoked"`
}

// CreatedLink is a share link with its token, which is shown this once.
type CreatedLink struct {
	LinkView
	Token string `json:"token"`
	URL   string `json:"url" format:"uri"`
}

func viewOf(l room.Link) LinkView {
	v := LinkView{
		ID: l.ID, Side: l.Side, Access: l.Access, Participant: l.Participant, Label: l.Label,
		CreatedAt: l.Created.UTC(), LastUsedAt: optional(l.LastUsed), ExpiresAt: optional(l.Expires), RevokedAt: optional(l.Revoked),
	}
	if l.By != "" {
		v.By = &l.By
	}
	return v
}

// linkPath is where a link opens the room.
func linkPath(l room.Link, token string) string {
	if l.Watching() {
		return "/s/" + token
	}
	return "/join/" + token
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

type createLinkIn struct {
	Room string `path:"room"`
	Body JSON[NewLinkBody]
}

type createLinkOut struct{ Body CreatedLink }

func (s *server) createLink(ctx context.Context, in *createLinkIn) (*createLinkOut, error) {
	grant, err := s.enterAsOwner(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if err := body.complete(); err != nil {
		return nil, err
	}
	if !manages(grant, body.Side) {
		return nil, room.FieldErrorf(room.Forbidden, "side", "you make links for your own side and for watchers")
	}
	l := room.NewLink{
		Workspace: grant.Workspace, Room: grant.Room, Side: body.Side, Access: body.Access,
		Label: strings.TrimSpace(body.Label), Participant: body.Participant, By: grant.Member.ID,
	}
	if err := s.checkPersonal(ctx, l); err != nil {
		return nil, err
	}
	if body.ExpiresAt != nil {
		l.Expires = body.ExpiresAt.UTC()
	}
	link, token, err := s.Store.CreateLink(ctx, l)
	if err != nil {
		return nil, hidden(err)
	}
	return &createLinkOut{Body: CreatedLink{LinkView: viewOf(link), Token: token, URL: s.PublicURL + linkPath(link, token)}}, nil
}

// checkPersonal refuses a personal link of somebody else than it is for. Who is
// in the room already has a way in: a link that opens it as them, in another's
// hands, would let that other one act under their name.
func (s *server) checkPersonal(ctx context.Context, l room.NewLink) error {
	if l.Participant == "" {
		return nil
	}
	snapshots, err := s.Store.Snapshot(ctx, l.Room, []room.Stream{room.Shared}, "")
	if err != nil {
		return hidden(err)
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return err
	}
	for _, p := range view.Entities.Participant {
		switch {
		case p.ID != l.Participant || p.Removed:
		case p.Side != l.Side:
			return room.FieldErrorf(room.Invalid, "side", "%s is not of that side", p.Name)
		case !p.awaited():
			return room.FieldErrorf(room.Conflict, "participant", "%s is in the room already; only who is not in yet gets a personal link", p.Name)
		default:
			return nil
		}
	}
	return room.FieldErrorf(room.Invalid, "participant", "nobody in this room has that id")
}

// complete fills what is absent and refuses what cannot be.
func (b *NewLinkBody) complete() error {
	switch {
	case b.Side == room.NoSide && b.Access == "":
		b.Access = room.Viewer
	case b.Side == room.NoSide && b.Access != room.Viewer:
		return room.FieldErrorf(room.Invalid, "access", "a link of no side only watches: access is viewer")
	case b.Access == "":
		b.Access = room.Editor
	}
	if b.ExpiresAt != nil && !b.ExpiresAt.After(time.Now()) {
		return room.FieldErrorf(room.Invalid, "expires_at", "expires_at is in the past")
	}
	return nil
}

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
	ws, err := s.mayRevoke(ctx, room.LinkID(in.ID))
	if err != nil {
		return nil, err
	}
	link, err := s.Store.RevokeLink(ctx, ws, room.LinkID(in.ID))
	if err != nil {
		return nil, hidden(err)
	}
	s.Hub.Recheck(ctx, link.Room)
	return nil, nil
}

// mayRevoke returns the workspace in which the caller may revoke the link: any
// of the workspace's for its key, those it manages for an owner.
func (s *server) mayRevoke(ctx context.Context, id room.LinkID) (room.WorkspaceID, error) {
	c := credentialsIn(ctx)
	switch {
	case c.token() == "":
		return "", errUnauthorized
	case !room.ValidUUID(string(id)):
		return "", errNotHere
	case s.admin(c):
		return s.Workspace, nil
	}
	session, err := s.Store.Authenticate(ctx, c.token())
	if err != nil {
		return "", hidden(err)
	}
	grant, err := s.enterAsOwner(ctx, string(session.Room))
	if err != nil {
		return "", err
	}
	links, err := s.Store.Links(ctx, grant.Workspace, grant.Room)
	if err != nil {
		return "", err
	}
	for _, l := range links {
		if l.ID == id && manages(grant, l.Side) {
			return grant.Workspace, nil
		}
	}
	return "", errNotHere
}
