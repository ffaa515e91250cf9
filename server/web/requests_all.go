package web

import (
	"context"
	"time"

	"parley/room"
)

// shownRequests is how many requests for access are listed at once: who answers
// them sees the next ones then.
const shownRequests = 100

// RoomRequest is somebody who asks for access to a room and waits.
type RoomRequest struct {
	ID        room.RequestID `json:"id" format:"uuid"`
	Link      room.LinkID    `json:"link" format:"uuid" doc:"by which they came"`
	Name      string         `json:"name" doc:"as typed: nobody has checked it"`
	Email     string         `json:"email" doc:"as typed: nobody has checked it"`
	Message   string         `json:"message,omitempty"`
	CreatedAt time.Time      `json:"created_at"`
	Room      RoomName       `json:"room"`
}

// RoomRequestList holds those who wait in any room, the first first.
type RoomRequestList struct {
	Requests []RoomRequest `json:"requests" nullable:"false"`
}

type listAllRequestsOut struct{ Body RoomRequestList }

// listAllRequests lists who waits for an answer in any room.
func (s *server) listAllRequests(ctx context.Context, _ *struct{}) (*listAllRequestsOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleAdmin)
	if err != nil {
		return nil, err
	}
	waiting, err := s.Store.WorkspaceRequests(ctx, c.workspace, shownRequests)
	if err != nil {
		return nil, err
	}
	names, err := s.roomNames(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	out := RoomRequestList{Requests: []RoomRequest{}}
	for _, r := range waiting {
		out.Requests = append(out.Requests, RoomRequest{
			ID: r.ID, Link: r.Link, Name: r.Name, Email: r.Email, Message: r.Message, CreatedAt: r.Created, Room: names[r.Room],
		})
	}
	return &listAllRequestsOut{Body: out}, nil
}
