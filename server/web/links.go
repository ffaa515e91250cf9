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
	Door        room.Door     `json:"door,omitempty" enum:"open,name,email,verified,named" doc:"what it asks of who comes, each what the one before does and more; open when absent"`
	Password    string        `json:"password,omitempty" maxLength:"200" doc:"asked for at the door; 6 characters or more"`
	Emails      []string      `json:"emails,omitempty" maxItems:"200" doc:"with named: whom it lets in"`
	Domains     []string      `json:"domains,omitempty" maxItems:"50" doc:"with named: whose addresses it lets in"`
	Recipient   string        `json:"recipient,omitempty" maxLength:"254" doc:"the address that it is made for"`
	Send        bool          `json:"send,omitempty" doc:"mails it to the recipient"`
	// ShowsProgress is off until somebody says otherwise: a preview is seen by
	// whoever is sent the link.
	ShowsProgress bool `json:"shows_progress,omitempty" doc:"previews of it tell how far the plan is"`
}

// LinkView is a share link, without its token.
type LinkView struct {
	ID            room.LinkID    `json:"id" format:"uuid"`
	Side          room.Side      `json:"side" enum:"seller,buyer,partner,none"`
	Access        room.Access    `json:"access" enum:"viewer,commenter,contributor,editor,owner"`
	Participant   room.RecordID  `json:"participant,omitempty" format:"uuid" doc:"a personal link's person"`
	Label         string         `json:"label,omitempty"`
	Door          room.Door      `json:"door" enum:"open,name,email,verified,named"`
	HasPassword   bool           `json:"has_password"`
	Emails        []string       `json:"emails" nullable:"false"`
	Domains       []string       `json:"domains" nullable:"false"`
	Recipient     string         `json:"recipient,omitempty"`
	ShowsProgress bool           `json:"shows_progress"`
	By            *room.RecordID `json:"by" format:"uuid" doc:"who made it; null: the workspace's own key"`
	CreatedAt     time.Time      `json:"created_at"`
	LastUsedAt    *time.Time     `json:"last_used_at" doc:"to the minute, by a person: whoever only fetches it does not count; null: never"`
	Views         int64          `json:"views" doc:"how often people looked; the same one again after half an hour"`
	ExpiresAt     *time.Time     `json:"expires_at" doc:"null: never"`
	PausedAt      *time.Time     `json:"paused_at" doc:"null: not paused"`
	RevokedAt     *time.Time     `json:"revoked_at" doc:"null: not revoked"`
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
		Door: l.Door, HasPassword: l.PasswordHash != "", Emails: listed(l.Emails), Domains: listed(l.Domains),
		Recipient: l.Recipient, ShowsProgress: l.ShowsProgress,
		CreatedAt: l.Created.UTC(), LastUsedAt: optional(l.LastUsed), Views: l.Views,
		ExpiresAt: optional(l.Expires), PausedAt: optional(l.Paused), RevokedAt: optional(l.Revoked),
	}
	if l.By != "" {
		v.By = &l.By
	}
	return v
}

func listed(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
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
	if err := s.checkEnd(ctx, body.ExpiresAt); err != nil {
		return nil, err
	}
	if !manages(grant, body.Side) {
		return nil, room.FieldErrorf(room.Forbidden, "side", "you make links for your own side and for watchers")
	}
	l := room.NewLink{
		Workspace: grant.Workspace, Room: grant.Room, Side: body.Side, Access: body.Access,
		Label: strings.TrimSpace(body.Label), Participant: body.Participant, By: grant.Member.ID,
		Door: body.Door, Emails: body.Emails, Domains: body.Domains, Recipient: body.Recipient, ShowsProgress: body.ShowsProgress,
	}
	if err := s.checkPersonal(ctx, l); err != nil {
		return nil, err
	}
	if body.ExpiresAt != nil {
		l.Expires = body.ExpiresAt.UTC()
	}
	if l.PasswordHash, err = s.hashPassword(ctx, body.Password); err != nil {
		return nil, err
	}
	made, err := s.makeLink(ctx, actorOf(grant), l)
	if err != nil {
		return nil, err
	}
	if body.Send {
		err = s.invite(ctx, grant, body.Recipient, made.URL)
	}
	return &createLinkOut{Body: made}, err
}

// makeLink makes a link and tells its token, this once.
func (s *server) makeLink(ctx context.Context, by room.Actor, l room.NewLink) (CreatedLink, error) {
	link, token, err := s.Store.CreateLink(ctx, l)
	if err != nil {
		return CreatedLink{}, hidden(err)
	}
	s.auditLink(ctx, link, by, room.ActLinkMade, link.Label)
	return CreatedLink{LinkView: viewOf(link), Token: token, URL: s.PublicURL + linkPath(link, token)}, nil
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

// checkEnd refuses what would have ended before it begins, by the clock by which
// it ends; nil: never.
func (s *server) checkEnd(ctx context.Context, end *time.Time) error {
	if end == nil {
		return nil
	}
	now, err := s.Store.Now(ctx)
	if err == nil && !end.After(now) {
		return errPast
	}
	return err
}

// complete fills what is absent and refuses what cannot be.
func (b *NewLinkBody) complete() (err error) {
	switch {
	case b.Side == room.NoSide && b.Access == "":
		b.Access = room.Viewer
	case b.Side == room.NoSide && b.Access != room.Viewer:
		return errWatchersWatch
	case b.Access == "":
		b.Access = room.Editor
	}
	if b.Door == "" {
		b.Door = room.DoorOpen
	}
	if b.Recipient != "" {
		if b.Recipient, err = typedAddress(b.Recipient); err != nil {
			return room.FieldErrorf(room.Invalid, "recipient", "this is not an e-mail address")
		}
	}
	if b.Send && b.Recipient == "" {
		return room.FieldErrorf(room.Invalid, "recipient", "say to whom the link is sent")
	}
	if b.Emails, b.Domains, err = guestList(b.Emails, b.Domains); err != nil {
		return err
	}
	return checkList(b.Door, b.Emails, b.Domains)
}

var (
	errWatchersWatch = room.FieldErrorf(room.Invalid, "access", "a link of no side only watches: access is viewer")
	errPast          = room.FieldErrorf(room.Invalid, "expires_at", "expires_at is in the past")
)

// guestList puts a list into the form that is compared.
func guestList(emails, domains []string) (people, companies []string, err error) {
	for _, typed := range emails {
		email, err := typedAddress(typed)
		if err != nil {
			return nil, nil, room.FieldErrorf(room.Invalid, "emails", "%q is not an e-mail address", clip(typed))
		}
		people = append(people, email)
	}
	for _, typed := range domains {
		domain := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(typed)), "@")
		if _, err := typedAddress("anybody@" + domain); err != nil || !strings.Contains(domain, ".") {
			return nil, nil, room.FieldErrorf(room.Invalid, "domains", "%q is not a domain, as in acme.com", clip(typed))
		}
		companies = append(companies, domain)
	}
	slices.Sort(people)
	slices.Sort(companies)
	return slices.Compact(people), slices.Compact(companies), nil
}

// checkList refuses a list that nobody is asked about, and a question without one.
func checkList(door room.Door, emails, domains []string) error {
	switch listed := len(emails)+len(domains) > 0; {
	case door == room.DoorNamed && !listed:
		return room.FieldErrorf(room.Invalid, "emails", "say who is let in: name addresses or domains")
	case door != room.DoorNamed && len(emails) > 0:
		return room.FieldErrorf(room.Invalid, "emails", "a list needs the door named")
	case door != room.DoorNamed && len(domains) > 0:
		return room.FieldErrorf(room.Invalid, "domains", "a list needs the door named")
	}
	return nil
}

// clip keeps what somebody sent short enough to be said back.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
