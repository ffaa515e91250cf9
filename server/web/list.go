package web

import (
	"context"
	"fmt"
	"time"

	"parley/room"
)

// RoomSummary is one line of the list of rooms.
type RoomSummary struct {
	ID            room.ID              `json:"id" format:"uuid"`
	Name          string               `json:"name"`
	BuyerCompany  string               `json:"buyer_company"`
	SellerCompany string               `json:"seller_company"`
	Status        string               `json:"status" enum:"draft,active,won,lost,archived"`
	TimeZone      string               `json:"time_zone" doc:"IANA name; the room's days are days there"`
	GoLive        string               `json:"go_live,omitempty" format:"date"`
	Progress      Progress             `json:"progress"`
	Health        Health               `json:"health"`
	Next          Maybe[NextMilestone] `json:"next_milestone" doc:"the open milestone due first, null when there is none"`
}

// Progress counts the shared milestones that are done, of those not cancelled.
type Progress struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}

// Health says how the shared plan stands, and why, in words.
type Health struct {
	State  string `json:"state" enum:"on_track,at_risk,late"`
	Reason string `json:"reason"`
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
	out := RoomSummary{
		ID: r.ID, Name: r.Name, BuyerCompany: r.BuyerCompany, SellerCompany: r.SellerCompany,
		Status: r.Status, TimeZone: r.TimeZone, GoLive: r.GoLive,
		Progress: Progress{Total: len(r.Milestones)}, Health: healthOf(r, now),
	}
	for _, m := range r.Milestones { // due first comes first
		switch {
		case m.Status == "done":
			out.Progress.Done++
		case out.Next.Value == nil:
			out.Next.Value = &NextMilestone{ID: m.ID, Title: m.Title, Due: m.Due}
		}
	}
	return out
}

// soon is how near an open milestone without an owner is a risk: plan.md rule 12.
const soon = 14 * 24 * time.Hour

// healthOf judges by what is stored: dates, statuses and owners. The first
// reason that holds is told, the worst first.
func healthOf(r room.Summary, now time.Time) Health {
	zone, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		zone = time.UTC // a zone this build does not know; the day is off by one at most
	}
	today, near := now.In(zone).Format(room.DateFormat), now.In(zone).Add(soon).Format(room.DateFormat)
	open := make([]room.SummaryMilestone, 0, len(r.Milestones))
	for _, m := range r.Milestones {
		if m.Status != "done" {
			open = append(open, m)
		}
	}
	if len(open) > 0 && r.GoLive != "" && r.GoLive < today {
		return Health{"late", fmt.Sprintf("go-live was %s and %s", r.GoLive, count(len(open), "milestone is open", "milestones are open"))}
	}
	for _, m := range open {
		if m.Due != "" && m.Due < today {
			return Health{"at_risk", fmt.Sprintf("“%s” was due %s", m.Title, m.Due)}
		}
	}
	for _, m := range open {
		if m.Status == "blocked" {
			return Health{"at_risk", fmt.Sprintf("“%s” is blocked", m.Title)}
		}
	}
	for _, m := range open {
		if m.Due != "" && m.Due <= near && !m.Owned {
			return Health{"at_risk", fmt.Sprintf("“%s” is due %s and has no owner", m.Title, m.Due)}
		}
	}
	return Health{"on_track", "nothing is late or blocked"}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
