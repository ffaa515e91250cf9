package web

import (
	"context"
	"strings"
	"time"

	"parley/room"
)

// ChangeLinkBody says what is to be different about a link; what is absent stays.
type ChangeLinkBody struct {
	Side          *room.Side     `json:"side,omitempty" enum:"seller,buyer,partner,none" doc:"whoever is in by it comes in anew"`
	Access        *room.Access   `json:"access,omitempty" enum:"viewer,commenter,contributor,editor,owner" doc:"also of those who came by it and still have what it gave"`
	Label         *string        `json:"label,omitempty" maxLength:"200"`
	ExpiresAt     Nullable[Time] `json:"expires_at,omitempty" doc:"null: never"`
	Paused        *bool          `json:"paused,omitempty" doc:"while it is, the link opens nothing, and whoever came by it is out"`
	Door          *room.Door     `json:"door,omitempty" enum:"open,name,email,verified,named"`
	Password      *string        `json:"password,omitempty" maxLength:"200" doc:"empty: none any more"`
	Emails        *[]string      `json:"emails,omitempty" maxItems:"200" doc:"who is not on it any more is out"`
	Domains       *[]string      `json:"domains,omitempty" maxItems:"50"`
	ShowsProgress *bool          `json:"shows_progress,omitempty"`
}

type changeLinkIn struct {
	ID   string `path:"id"`
	Body JSON[ChangeLinkBody]
}

type changeLinkOut struct{ Body LinkView }

// changeLink takes effect, within two seconds, on the sockets of those who came
// by the link.
func (s *server) changeLink(ctx context.Context, in *changeLinkIn) (*changeLinkOut, error) {
	grant, err := s.mayManage(ctx, room.LinkID(in.ID))
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	link, err := s.Store.Link(ctx, grant.Workspace, room.LinkID(in.ID))
	if err != nil {
		return nil, hidden(err)
	}
	change, err := s.changeOf(ctx, grant, link, body)
	if err != nil {
		return nil, err
	}
	changed, err := s.Store.ChangeLink(ctx, grant.Workspace, link.ID, change)
	if err != nil {
		return nil, hidden(err)
	}
	if err := s.changeAccess(ctx, grant, link, changed); err != nil {
		return nil, err
	}
	s.auditLink(ctx, changed, actorOf(grant), room.ActLinkChanged, changed.Label)
	s.Hub.Recheck(ctx, changed.Room)
	return &changeLinkOut{Body: viewOf(changed)}, nil
}

func (s *server) changeOf(ctx context.Context, grant room.Grant, link room.Link, b ChangeLinkBody) (c room.LinkChange, err error) {
	c = room.LinkChange{Side: b.Side, Access: b.Access, Label: b.Label, Paused: b.Paused, Door: b.Door, ShowsProgress: b.ShowsProgress}
	side, access, door, emails, domains := or(b.Side, link.Side), or(b.Access, link.Access), or(b.Door, link.Door), or(b.Emails, link.Emails), or(b.Domains, link.Domains)
	switch {
	case !manages(grant, side):
		return c, room.FieldErrorf(room.Forbidden, "side", "you make links for your own side and for watchers")
	case link.Participant != "" && side != link.Side:
		return c, room.FieldErrorf(room.Conflict, "side", "a personal link is of its person's side")
	case side == room.NoSide && b.Access == nil:
		access = room.Viewer
		c.Access = &access
	case side == room.NoSide && access != room.Viewer:
		return c, errWatchersWatch
	}
	if b.Label != nil {
		c.Label = new(strings.TrimSpace(*b.Label))
	}
	if b.ExpiresAt.Given {
		if c.Expires = new(time.Time(b.ExpiresAt.Value)); !c.Expires.IsZero() {
			if err := s.checkEnd(ctx, c.Expires); err != nil {
				return c, err
			}
		}
	}
	if door != room.DoorNamed && b.Emails == nil && b.Domains == nil {
		emails, domains = nil, nil // the list goes with the question
	}
	if emails, domains, err = guestList(emails, domains); err != nil {
		return c, err
	}
	if err := checkList(door, emails, domains); err != nil {
		return c, err
	}
	c.Emails, c.Domains = &emails, &domains
	if b.Password != nil {
		hash, err := s.hashPassword(ctx, *b.Password)
		if err != nil {
			return c, err
		}
		c.PasswordHash = &hash
	}
	return c, nil
}

func or[T any](given *T, present T) T {
	if given != nil {
		return *given
	}
	return present
}

// changeAccess gives those who came in by a link what it gives now, unless
// somebody has decided otherwise about them since. It is written into the plan, by
// who changed the link, as one of the people is changed.
func (s *server) changeAccess(ctx context.Context, grant room.Grant, before, after room.Link) error {
	if after.Access == before.Access || after.Side != before.Side || after.Participant != "" {
		return nil
	}
	came, err := s.Store.LinkPeople(ctx, after.ID)
	if err != nil {
		return err
	}
	snapshots, err := s.Store.Snapshot(ctx, after.Room, []room.Stream{room.Shared}, "")
	if err != nil {
		return hidden(err)
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return err
	}
	for _, id := range came {
		if m, ok := view.member(id); ok && m.Access == before.Access && m.ID != grant.Member.ID {
			verdict, err := s.Hub.Submit(ctx, after.Room, room.Request{
				Member: grant.Member, Session: grant.Session, Stream: room.Shared, Internal: true,
				Ops: []room.Op{{Kind: "participant.update", ID: id, Set: room.Fields{"access": string(after.Access)}}},
			})
			if err != nil {
				return err
			}
			if verdict.Err != nil {
				return verdict.Err
			}
		}
	}
	return nil
}
