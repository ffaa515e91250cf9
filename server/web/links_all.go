package web

import (
	"context"
	"time"

	"parley/room"
)

// RoomName tells a room from others in a list of what belongs to rooms.
type RoomName struct {
	ID            room.ID `json:"id" format:"uuid"`
	Name          string  `json:"name"`
	BuyerCompany  string  `json:"buyer_company"`
	SellerCompany string  `json:"seller_company"`
}

// RoomLink is a share link, and the room that it opens.
type RoomLink struct {
	LinkView
	Room RoomName `json:"room"`
}

type listAllLinksIn struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// RoomLinkPage is a page of a workspace's links, newest first, without the revoked ones.
type RoomLinkPage struct {
	Links      []RoomLink `json:"links" nullable:"false"`
	NextCursor string     `json:"next_cursor,omitempty" doc:"absent on the last page"`
}

type listAllLinksOut struct{ Body RoomLinkPage }

// listAllLinks lists the links of every room.
func (s *server) listAllLinks(ctx context.Context, in *listAllLinksIn) (*listAllLinksOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleAdmin)
	if err != nil {
		return nil, err
	}
	links, next, err := s.Store.WorkspaceLinks(ctx, c.workspace, room.LinkID(in.Cursor), in.Limit)
	if err != nil {
		return nil, err
	}
	names, err := s.roomNames(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	page := RoomLinkPage{Links: []RoomLink{}, NextCursor: string(next)}
	for _, l := range links {
		page.Links = append(page.Links, RoomLink{LinkView: viewOf(l), Room: names[l.Room]})
	}
	return &listAllLinksOut{Body: page}, nil
}

// roomNames returns the names of all rooms of a workspace, open and closed.
func (s *server) roomNames(ctx context.Context, ws room.WorkspaceID) (map[room.ID]RoomName, error) {
	out := map[room.ID]RoomName{}
	for _, closed := range []bool{false, true} {
		lines, err := s.outlines.read(ctx, ws, "", closed, time.Now())
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			out[l.summary.ID] = RoomName{ID: l.summary.ID, Name: l.summary.Name, BuyerCompany: l.summary.BuyerCompany, SellerCompany: l.summary.SellerCompany}
		}
	}
	return out, nil
}
