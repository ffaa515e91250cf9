package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"parley/room"
)

// RoomSummary is one line of the list of rooms.
type RoomSummary struct {
	ID             room.ID              `json:"id" format:"uuid"`
	Name           string               `json:"name"`
	BuyerCompany   string               `json:"buyer_company"`
	SellerCompany  string               `json:"seller_company"`
	Status         string               `json:"status" enum:"draft,active,won,lost,archived"`
	TimeZone       string               `json:"time_zone" doc:"IANA name; the room's days are days there"`
	Today          string               `json:"today" format:"date" doc:"the day it is there"`
	GoLive         string               `json:"go_live,omitempty" format:"date"`
	ForecastGoLive string               `json:"forecast_go_live,omitempty" format:"date" doc:"where go-live is heading"`
	SlipDays       *int                 `json:"slip_days,omitempty" doc:"calendar days from the agreed go-live, or from the planned one while none is agreed, to the forecast"`
	Progress       room.Progress        `json:"progress"`
	Runway         room.Strip           `json:"runway"`
	Health         room.Health          `json:"health"`
	Next           Maybe[NextMilestone] `json:"next_milestone" doc:"the open milestone due first, null when there is none"`
	CustomerSeen   *time.Time           `json:"customer_seen,omitempty" doc:"when the customer last changed the plan or came in; absent for never"`
	Quiet          *Quiet               `json:"quiet,omitempty" doc:"the customer has not been here for a while"`
	Owner          Maybe[DealOwner]     `json:"owner" doc:"the person of the selling side whose deal it is, null for nobody"`
	Owned          bool                 `json:"owned" doc:"who is signed in owns the room: archives it, and opens it again; false for a key"`
}

// NextMilestone is the open milestone that is due first.
type NextMilestone struct {
	ID    room.RecordID `json:"id" format:"uuid"`
	Title string        `json:"title"`
	Due   string        `json:"due,omitempty" format:"date"`
	Late  bool          `json:"late"`
	With  string        `json:"with" enum:"seller,buyer,both,nobody" doc:"the companies that own it, and so have the ball"`
}

// DealOwner is the person of the selling side whose deal it is.
type DealOwner struct {
	ID   room.RecordID `json:"id" format:"uuid" doc:"the participant"`
	Name string        `json:"name"`
}

type listRoomsIn struct {
	Cursor      string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Limit       int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Filter      string `query:"filter" enum:"all,mine,late,at_risk,quiet,soon,closed" default:"all" doc:"mine: whose deal is that of who is signed in; soon: going live in 30 days or less; closed: won, lost and archived rooms, which no other filter gives"`
	Query       string `query:"q" maxLength:"100" doc:"words that the names of the room, its companies or its owner hold"`
	Room        string `query:"room" format:"uuid" doc:"this room alone, open or closed"`
	IfNoneMatch string `header:"If-None-Match"`
}

// RoomPage is a page of the list of rooms, what needs attention first.
type RoomPage struct {
	Rooms      []RoomSummary `json:"rooms" nullable:"false"`
	Counts     RoomCounts    `json:"counts"`
	NextCursor string        `json:"next_cursor,omitempty" doc:"absent on the last page"`
}

// RoomCounts says how many rooms each filter gives, whatever q is.
type RoomCounts struct {
	All    int `json:"all"`
	Mine   int `json:"mine"`
	Late   int `json:"late"`
	AtRisk int `json:"at_risk"`
	Quiet  int `json:"quiet"`
	Soon   int `json:"soon"`
}

type listRoomsOut struct {
	Status int
	ETag   string `header:"ETag"`
	Body   RoomPage
}

// listRooms answers a page of the list. A page that stays open asks again every
// few seconds: with its tag, so that what has not changed is not sent.
func (s *server) listRooms(ctx context.Context, in *listRoomsIn) (*listRoomsOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleMember)
	if err != nil {
		return nil, err
	}
	after, err := placeOf(in.Cursor)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	lines, err := s.linesOf(ctx, c, in, now)
	if err != nil {
		return nil, err
	}
	page := RoomPage{Rooms: []RoomSummary{}}
	if in.Filter != "closed" && in.Room == "" {
		page.Counts = countsOf(lines, now)
	}
	shown := choose(lines, in.Filter, in.Query, now)
	shown = shown[after.in(shown):]
	for _, l := range shown[:min(in.Limit, len(shown))] {
		page.Rooms = append(page.Rooms, l.view(c.seat.Role, now))
	}
	if len(shown) > in.Limit {
		page.NextCursor = shown[in.Limit-1].place().String()
	}
	body, err := json.Marshal(page)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	if matches(in.IfNoneMatch, tag) {
		return &listRoomsOut{Status: http.StatusNotModified, ETag: tag}, nil
	}
	return &listRoomsOut{Status: http.StatusOK, ETag: tag, Body: page}, nil
}

// linesOf reads the lines that the list is chosen from.
func (s *server) linesOf(ctx context.Context, c caller, in *listRoomsIn, now time.Time) ([]line, error) {
	lines, err := s.outlines.read(ctx, c.workspace, c.seat.Account, in.Filter == "closed", now)
	if err != nil || in.Room == "" {
		return lines, err
	}
	closed, err := s.outlines.read(ctx, c.workspace, c.seat.Account, true, now)
	return slices.DeleteFunc(append(lines, closed...), func(l line) bool { return l.summary.ID != room.ID(in.Room) }), err
}

// shownReasons is how many reasons of its health a line tells: the room has them all.
const shownReasons = 3

// view is the line as a member of the role sees it, "" for a key.
func (l line) view(role room.Role, now time.Time) RoomSummary {
	r, o := l.summary, l.outline
	out := RoomSummary{
		ID: r.ID, Name: r.Name, BuyerCompany: r.BuyerCompany, SellerCompany: r.SellerCompany,
		Status: r.Status, TimeZone: r.TimeZone, Today: l.today, GoLive: r.GoLive, ForecastGoLive: o.ForecastGoLive, SlipDays: o.SlipDays,
		Progress: o.Progress, Runway: o.Strip, Health: o.Health,
		Owned: role.AccessIn(l.standing.Founder) == room.Owner,
	}
	out.Health.Reasons = out.Health.Reasons[:min(shownReasons, len(out.Health.Reasons))]
	if n := o.Next; n != nil {
		out.Next.Value = &NextMilestone{ID: n.ID, Title: n.Title, Due: n.Due, Late: n.Late, With: n.With}
	}
	if at := l.seen(); !at.IsZero() {
		out.CustomerSeen = new(at.UTC().Truncate(time.Second))
	}
	if days := l.quietFor(now); days > 0 {
		out.Quiet = quietOf(r.BuyerCompany, days)
	}
	if o.Owner != "" {
		out.Owner.Value = &DealOwner{ID: o.Owner, Name: o.OwnerName}
	}
	return out
}
