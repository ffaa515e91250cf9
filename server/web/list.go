package web

import (
	"context"
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
	GoLive         string               `json:"go_live,omitempty" format:"date"`
	ForecastGoLive string               `json:"forecast_go_live,omitempty" format:"date" doc:"where go-live is heading"`
	Progress       room.Progress        `json:"progress"`
	Health         room.Health          `json:"health"`
	Next           Maybe[NextMilestone] `json:"next_milestone" doc:"the open milestone due first, null when there is none"`
}

// NextMilestone is the open milestone that is due first.
type NextMilestone struct {
	ID    room.RecordID `json:"id" format:"uuid"`
	Title string        `json:"title"`
	Due   string        `json:"due,omitempty" format:"date"`
}

type listRoomsIn struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// RoomPage is a page of the list of rooms.
type RoomPage struct {
	Rooms      []RoomSummary `json:"rooms" nullable:"false"`
	NextCursor string        `json:"next_cursor,omitempty" doc:"absent on the last page"`
}

type listRoomsOut struct{ Body RoomPage }

func (s *server) listRooms(ctx context.Context, in *listRoomsIn) (*listRoomsOut, error) {
	if err := s.enterWorkspace(ctx); err != nil {
		return nil, err
	}
	rooms, next, err := s.Store.Rooms(ctx, s.Workspace, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	page := RoomPage{Rooms: []RoomSummary{}, NextCursor: next}
	for _, r := range rooms {
		page.Rooms = append(page.Rooms, summaryOf(r, time.Now()))
	}
	return &listRoomsOut{Body: page}, nil
}

func summaryOf(r room.Summary, now time.Time) RoomSummary {
	dates := room.NewView(r.Plan, []room.Stream{room.Shared}).Schedule(room.Today(now, r.TimeZone))
	out := RoomSummary{
		ID: r.ID, Name: r.Name, BuyerCompany: r.BuyerCompany, SellerCompany: r.SellerCompany,
		Status: r.Status, TimeZone: r.TimeZone, GoLive: r.GoLive, ForecastGoLive: dates.ForecastGoLive,
		Progress: dates.Progress, Health: dates.Health,
	}
	if next := r.Plan.Streams[room.Shared][room.Milestone][dates.Next]; next != nil {
		title, _ := next.Fields["title"].(string)
		due, _ := next.Fields["due"].(string)
		out.Next.Value = &NextMilestone{ID: next.ID, Title: title, Due: due}
	}
	return out
}
