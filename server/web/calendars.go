package web

import (
	"context"
	"time"

	"parley/room"
)

// NewCalendarBody asks for a calendar address.
type NewCalendarBody struct {
	Shows room.FeedShows `json:"shows" enum:"mine,plan" doc:"what the caller owns, or every milestone"`
}

// CalendarView is a calendar address, without the address.
type CalendarView struct {
	ID          room.FeedID    `json:"id" format:"uuid"`
	Shows       room.FeedShows `json:"shows" enum:"mine,plan"`
	Room        *room.ID       `json:"room" format:"uuid" doc:"null: all rooms of its member"`
	RoomName    string         `json:"room_name"`
	Participant *room.RecordID `json:"participant" format:"uuid" doc:"whose it is; null: that of who watches by a link, or of a member over all rooms"`
	Link        *room.LinkID   `json:"link" format:"uuid" doc:"the link that a watcher has it by"`
	LinkLabel   string         `json:"link_label"`
	CreatedAt   time.Time      `json:"created_at"`
	LastUsedAt  *time.Time     `json:"last_used_at" doc:"when a calendar last asked, to the hour; null: never"`
}

// CreatedCalendar is a calendar address, which is shown this once.
type CreatedCalendar struct {
	CalendarView
	URL string `json:"url" doc:"for a subscription, from URL"`
}

// CalendarList holds calendar addresses that are alive, newest first.
type CalendarList struct {
	Calendars []CalendarView `json:"calendars" nullable:"false"`
}

func calendarView(f room.Feed) CalendarView {
	return CalendarView{
		ID: f.ID, Shows: f.Shows, Room: idOrNull(f.Room), RoomName: f.RoomName, Participant: idOrNull(f.Participant), Link: idOrNull(f.Link), LinkLabel: f.LinkLabel,
		CreatedAt: f.Created, LastUsedAt: optional(f.LastUsed),
	}
}

// idOrNull is an id, nil for none.
func idOrNull[T ~string](id T) *T {
	if id == "" {
		return nil
	}
	return &id
}

type createCalendarIn struct {
	Room string `path:"room"`
	Body JSON[NewCalendarBody]
}

type createCalendarOut struct{ Body CreatedCalendar }

// createCalendar makes an address for somebody of the room. It ends with the link
// that they came by, or with their membership, and when they lose access.
func (s *server) createCalendar(ctx context.Context, in *createCalendarIn) (*createCalendarOut, error) {
	grant, err := s.enter(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	n := room.NewFeed{Workspace: grant.Workspace, Room: grant.Room, Shows: body.Shows, Participant: grant.Member.ID, Side: grant.Member.Side}
	switch {
	case body.Shows != room.FeedMine && body.Shows != room.FeedPlan:
		return nil, room.FieldErrorf(room.Invalid, "shows", "shows is mine or plan")
	case grant.Member.ID == "":
		return nil, room.Errorf(room.Forbidden, "a calendar address is somebody's: say who you are first")
	case grant.Account != "":
		n.Account = grant.Account
	case grant.Link != "":
		n.Session = grant.Session
	default:
		return nil, room.Errorf(room.Forbidden, "open the room in a window of its own to make a calendar address")
	}
	return s.makeCalendar(ctx, n, actorOf(grant), string(grant.Session))
}

// makeCalendar makes an address, as often as who makes it may.
func (s *server) makeCalendar(ctx context.Context, n room.NewFeed, by room.Actor, bucket string) (*createCalendarOut, error) {
	if err := s.costly.take(bucket, time.Now()); err != nil {
		return nil, err
	}
	feed, token, err := s.Store.CreateFeed(ctx, n)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, n.Workspace, room.AuditEvent{Action: room.ActCalendarMade, Actor: by, Room: n.Room, Target: string(feed.ID), Detail: string(n.Shows)})
	return &createCalendarOut{Body: CreatedCalendar{CalendarView: calendarView(feed), URL: s.PublicURL + feedPath(token)}}, nil
}

type listCalendarsIn struct {
	Room string `path:"room"`
}

type listCalendarsOut struct{ Body CalendarList }

// listCalendars lists the addresses that the caller may end.
func (s *server) listCalendars(ctx context.Context, in *listCalendarsIn) (*listCalendarsOut, error) {
	_, of, err := s.calendarsOf(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	return s.calendarList(ctx, of)
}

func (s *server) calendarList(ctx context.Context, of room.FeedsOf) (*listCalendarsOut, error) {
	feeds, err := s.Store.Feeds(ctx, of)
	out := CalendarList{Calendars: []CalendarView{}}
	for _, f := range feeds {
		out.Calendars = append(out.Calendars, calendarView(f))
	}
	return &listCalendarsOut{Body: out}, err
}

// calendarsOf says which addresses of a room the caller may end: an owner those
// that links are theirs to manage of, others their own.
func (s *server) calendarsOf(ctx context.Context, id string) (room.Grant, room.FeedsOf, error) {
	grant, err := s.enter(ctx, id)
	of := room.FeedsOf{Workspace: grant.Workspace, Room: grant.Room}
	switch {
	case err != nil:
	case grant.Watcher():
		err = room.Errorf(room.Forbidden, "who watches has the calendar addresses that they keep themselves")
	case !grant.Member.Access.AtLeast(room.Owner):
		of.Participant = grant.Member.ID
	case grant.Member.Side != room.SideSeller:
		of.Side = grant.Member.Side
	}
	return grant, of, err
}

type endCalendarIn struct {
	Room string `path:"room"`
	ID   string `path:"calendar"`
}

// endCalendar ends an address: the next time its calendar asks, it is gone.
func (s *server) endCalendar(ctx context.Context, in *endCalendarIn) (*struct{}, error) {
	grant, of, err := s.calendarsOf(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	return nil, s.dropCalendar(ctx, of, in.ID, actorOf(grant))
}

func (s *server) dropCalendar(ctx context.Context, of room.FeedsOf, id string, by room.Actor) error {
	if err := s.Store.EndFeed(ctx, of, room.FeedID(id)); err != nil {
		return hidden(err)
	}
	s.audit(ctx, of.Workspace, room.AuditEvent{Action: room.ActCalendarEnded, Actor: by, Room: of.Room, Target: id})
	return nil
}

// createAccountCalendar makes an address of what the caller owns in every room of
// the workspace. It ends with their membership.
func (s *server) createAccountCalendar(ctx context.Context, _ *struct{}) (*createCalendarOut, error) {
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	return s.makeCalendar(ctx, room.NewFeed{Workspace: seat.Workspace, Shows: room.FeedMine, Account: seat.Account}, seatActor(seat), string(seat.Session))
}

// listAccountCalendars lists the caller's addresses in the workspace, those of one
// room too.
func (s *server) listAccountCalendars(ctx context.Context, _ *struct{}) (*listCalendarsOut, error) {
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	return s.calendarList(ctx, room.FeedsOf{Workspace: seat.Workspace, Account: seat.Account})
}

type endAccountCalendarIn struct {
	ID string `path:"calendar"`
}

func (s *server) endAccountCalendar(ctx context.Context, in *endAccountCalendarIn) (*struct{}, error) {
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.dropCalendar(ctx, room.FeedsOf{Workspace: seat.Workspace, Account: seat.Account}, in.ID, seatActor(seat))
}
