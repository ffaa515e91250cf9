package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"parley/room"
)

// NewRoomBody asks for a room.
type NewRoomBody struct {
	Name          string `json:"name" minLength:"1" maxLength:"200"`
	BuyerCompany  string `json:"buyer_company" minLength:"1" maxLength:"200"`
	SellerCompany string `json:"seller_company" minLength:"1" maxLength:"200"`
	GoLive        string `json:"go_live,omitempty" format:"date" doc:"the day everything is worked back from"`
	TimeZone      string `json:"time_zone" minLength:"1" maxLength:"64" doc:"IANA name, as in Europe/Berlin"`
	Template      string `json:"template,omitempty" doc:"software-purchase or blank; without it the plan is empty"`
}

type createRoomIn struct{ Body JSON[NewRoomBody] }

type createRoomOut struct {
	Location string `header:"Location"`
	Body     Room
}

func (s *server) createRoom(ctx context.Context, in *createRoomIn) (*createRoomOut, error) {
	if err := s.enterWorkspace(ctx); err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	id, err := s.Store.CreateRoom(ctx, room.NewRoom{
		Workspace: s.Workspace, Name: body.Name, BuyerCompany: body.BuyerCompany, SellerCompany: body.SellerCompany,
		TimeZone: body.TimeZone, GoLive: body.GoLive, Template: body.Template,
	})
	if err != nil {
		return nil, bodyField(err)
	}
	snapshots, err := s.Store.Snapshot(ctx, id, []room.Stream{room.Shared}, "")
	if err != nil {
		return nil, err
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return nil, err
	}
	return &createRoomOut{Location: "/api/v1/rooms/" + string(id), Body: view.room(id)}, nil
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
