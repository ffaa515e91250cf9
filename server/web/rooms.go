package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"parley/room"
)

// NewRoomBody asks for a room.
type NewRoomBody struct {
	Name          string `json:"name" minLength:"1" maxLength:"200"`
	BuyerCompany  string `json:"buyer_company" minLength:"1" maxLength:"200"`
	SellerCompany string `json:"seller_company" minLength:"1" maxLength:"200"`
	GoLive        string `json:"go_live,omitempty" format:"date" doc:"the day everything is worked back from"`
	TimeZone      string `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name, as in Europe/Berlin; without it the workspace's"`
	Template      string `json:"template,omitempty" doc:"a template's slug or id; without it the plan is empty"`

	SellerWeekend  []string `json:"seller_weekend,omitempty" maxItems:"6" doc:"the days the seller does not work, mon to sun; absent: sat, sun"`
	BuyerWeekend   []string `json:"buyer_weekend,omitempty" maxItems:"6"`
	SellerHolidays []string `json:"seller_holidays,omitempty" maxItems:"400" doc:"days, YYYY-MM-DD"`
	BuyerHolidays  []string `json:"buyer_holidays,omitempty" maxItems:"400"`
	SellerCountry  string   `json:"seller_country,omitempty" maxLength:"200" doc:"where the holidays are from: a code of the list of countries brings them along"`
	BuyerCountry   string   `json:"buyer_country,omitempty" maxLength:"200"`
}

// CreatedRoom is a new room and, for a person who made it, their own way in.
type CreatedRoom struct {
	Room
	Link Maybe[CreatedLink] `json:"link" doc:"the personal link of a founder who came by a link, shown this once; null for a member, who enters the room, and for an API key"`
}

type createRoomIn struct{ Body JSON[NewRoomBody] }

type createRoomOut struct {
	Location string `header:"Location"`
	Body     CreatedRoom
}

func (s *server) createRoom(ctx context.Context, in *createRoomIn) (*createRoomOut, error) {
	grant, err := s.enterAnywhere(ctx)
	if err != nil {
		return nil, err
	}
	if !mayFound(grant) {
		return nil, errNotHost()
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if err := s.takeCostly(grant); err != nil {
		return nil, err
	}
	id, link, err := s.makeRoom(ctx, grant, body.room(grant.Workspace))
	if err != nil {
		return nil, bodyField(err)
	}
	s.audit(ctx, grant.Workspace, room.AuditEvent{Action: room.ActRoomMade, Actor: actorOf(grant), Room: id, Detail: body.Name})
	snapshots, err := s.Store.Snapshot(ctx, id, []room.Stream{room.Shared}, "")
	if err != nil {
		return nil, err
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return nil, err
	}
	return &createRoomOut{Location: "/api/v1/rooms/" + string(id), Body: CreatedRoom{Room: view.room(id), Link: link}}, nil
}

// makeRoom makes a room for a key, for a member, who becomes its owner and enters
// it as every other room, or for a person who came by a link, who becomes its
// owner and gets a link of their own into it.
func (s *server) makeRoom(ctx context.Context, grant room.Grant, n room.NewRoom) (room.ID, Maybe[CreatedLink], error) {
	switch {
	case grant.Account != "":
		seat, err := s.Store.Member(ctx, grant.Workspace, grant.Account)
		if err != nil {
			return "", Maybe[CreatedLink]{}, hidden(err)
		}
		n.Founder = &room.Founder{ID: room.RecordID(uuid.NewString()), Name: seat.Called(), Email: seat.Email, Account: seat.Account}
		id, err := s.Store.CreateRoom(ctx, n)
		return id, Maybe[CreatedLink]{}, err
	case grant.Member.ID == "":
		id, err := s.Store.CreateRoom(ctx, n)
		return id, Maybe[CreatedLink]{}, err
	}
	n.Founder = &room.Founder{ID: room.RecordID(uuid.NewString()), Name: grant.Member.Name, Session: grant.Session}
	link, token, err := s.Store.FoundRoom(ctx, n)
	if err != nil {
		return "", Maybe[CreatedLink]{}, hidden(err)
	}
	made := CreatedLink{LinkView: viewOf(link), Token: token, URL: s.PublicURL + linkPath(link, token)}
	return link.Room, Maybe[CreatedLink]{&made}, nil
}

func (b NewRoomBody) room(ws room.WorkspaceID) room.NewRoom {
	n := room.NewRoom{
		Workspace: ws, Name: b.Name, BuyerCompany: b.BuyerCompany, SellerCompany: b.SellerCompany,
		TimeZone: b.TimeZone, GoLive: b.GoLive, Template: b.Template, Calendars: map[string]any{},
	}
	if b.SellerHolidays == nil {
		b.SellerHolidays = holidaysOf(b.SellerCountry, time.Now())
	}
	if b.BuyerHolidays == nil {
		b.BuyerHolidays = holidaysOf(b.BuyerCountry, time.Now())
	}
	for name, days := range map[string][]string{
		"seller_weekend": b.SellerWeekend, "buyer_weekend": b.BuyerWeekend, "seller_holidays": b.SellerHolidays, "buyer_holidays": b.BuyerHolidays,
	} {
		if len(days) > 0 {
			list := make([]any, len(days))
			for i, d := range days {
				list[i] = d
			}
			n.Calendars[name] = list
		}
	}
	for name, country := range map[string]string{"seller_country": b.SellerCountry, "buyer_country": b.BuyerCountry} {
		if country != "" {
			n.Calendars[name] = country
		}
	}
	return n
}

// bodyField names a refused field as the body does: the rules know it as
// part of an op.
func bodyField(err error) error {
	e, ok := errors.AsType[*room.Error](err)
	if !ok || e.Field == "" {
		return err
	}
	named := *e
	named.Field = e.Field[strings.LastIndexByte(e.Field, '.')+1:]
	return &named
}

type getRoomIn struct {
	Room        string `path:"room"`
	IfNoneMatch string `header:"If-None-Match"`
}

// RoomState is a room as its caller sees it.
type RoomState struct {
	Room    Room          `json:"room"`
	Me      Maybe[Me]     `json:"me" doc:"null for an API key and for a watcher"`
	Streams []StreamState `json:"streams" nullable:"false" doc:"those the caller may read"`
}

type getRoomOut struct {
	Status int
	ETag   string `header:"ETag"`
	Body   RoomState
}

func (s *server) getRoom(ctx context.Context, in *getRoomIn) (*getRoomOut, error) {
	grant, err := s.enter(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	if in.IfNoneMatch != "" {
		heads, err := s.Store.Heads(ctx, []room.ID{grant.Room})
		if err != nil {
			return nil, err
		}
		head := heads[grant.Room]
		if tag := etag(grant, head.Epoch, head.Revs); matches(in.IfNoneMatch, tag) {
			return &getRoomOut{Status: http.StatusNotModified, ETag: tag}, nil
		}
	}
	snapshots, err := s.Store.Snapshot(ctx, grant.Room, grant.Streams(), "")
	if err != nil {
		return nil, hidden(err)
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return nil, err
	}
	revs, epoch := room.Revs{}, room.Epoch("")
	for _, snap := range snapshots {
		revs[snap.Stream], epoch = snap.Rev, snap.Epoch
	}
	return &getRoomOut{
		Status: http.StatusOK, ETag: etag(grant, epoch, revs),
		Body: RoomState{Room: view.room(grant.Room), Me: me(grant), Streams: statesOf(snapshots)},
	}, nil
}

// etag names what this caller would read: who it is, and the revs of the
// streams it sees (and of no other).
func etag(g room.Grant, epoch room.Epoch, revs room.Revs) string {
	var b strings.Builder
	fmt.Fprintf(&b, `"%s-%s-%s`, epoch, g.Member.ID, g.Member.Access)
	for _, s := range g.Streams() {
		fmt.Fprintf(&b, "-%d", revs[s])
	}
	return b.String() + `"`
}

// matches reports whether an If-None-Match header names the tag (RFC 9110
// §13.1.2: weak comparison).
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == tag || candidate == "*" {
			return true
		}
	}
	return false
}
