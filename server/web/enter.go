package web

import (
	"context"
	"net/http"

	"parley/room"
)

type enterIn struct {
	Room string `path:"room"`
}

// enterRoom lets somebody who is signed in into a room of their workspace: it
// makes them a person of the selling side, the first time, and gives a session.
func (s *server) enterRoom(ctx context.Context, in *enterIn) (*joinOut, error) {
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	seated, err := s.Store.Seated(ctx, seat, room.ID(in.Room))
	if err != nil {
		if room.CodeOf(err) == room.Gone {
			s.audit(ctx, seat.Workspace, room.AuditEvent{Action: room.ActDenied, Actor: seatActor(seat), Detail: "a room that is not the workspace's"})
		}
		return nil, hidden(err)
	}
	if err := s.settle(ctx, seat, seated); err != nil {
		return nil, err
	}
	token, grant, err := s.Store.CreateMemberSession(ctx, seat, seated)
	if err != nil {
		return nil, hidden(err)
	}
	s.audit(ctx, seat.Workspace, room.AuditEvent{Action: room.ActGranted, Actor: seatActor(seat), Room: grant.Room})
	return &joinOut{
		SetCookie: []http.Cookie{s.cookie(token, grant.Expires)},
		Body:      Joined{SessionToken: token, Room: grant.Room, Me: me(grant)},
	}, nil
}

// mayEnter reports whether the caller is signed in to the workspace of a room. It
// changes nothing.
func (s *server) mayEnter(ctx context.Context, id string) bool {
	if !room.ValidUUID(id) {
		return false
	}
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return false
	}
	ws, err := s.Store.RoomWorkspace(ctx, room.ID(id))
	return err == nil && ws == seat.Workspace
}

// settle has the plan say who somebody is who enters by their role. What the
// room's owners decided about a member stands; admins own every room, and come
// back where they were sent away.
func (s *server) settle(ctx context.Context, seat room.Seat, in room.Seated) error {
	access := seat.Role.AccessIn(in.Founder)
	p, ok, err := s.personIn(ctx, in)
	switch {
	case err != nil:
		return err
	case !ok:
		who := room.Member{ID: in.Participant, Name: seat.Called(), Side: room.SideSeller, Access: access}
		return s.enlist(ctx, in.Room, who, room.Fields{
			"name": who.Name, "side": string(who.Side), "access": string(access), "email": seat.Email, "verified": true,
		})
	case p.awaited():
		who := room.Member{ID: p.ID, Name: p.Name, Side: p.Side, Access: p.Access}
		if err := s.enlist(ctx, in.Room, who, room.Fields{"email": seat.Email, "verified": true}); err != nil {
			return err
		}
	case (p.Removed || p.State == "revoked") && !seat.Role.AtLeast(room.RoleAdmin):
		s.audit(ctx, seat.Workspace, room.AuditEvent{Action: room.ActDenied, Actor: seatActor(seat), Room: in.Room, Detail: "their access to the room was taken back"})
		return room.Errorf(room.Forbidden, "your access to this room was taken back; one of its owners can give it again")
	case p.Removed:
		if err := s.tell(ctx, in, room.Op{Kind: "participant.restore", ID: p.ID}); err != nil {
			return err
		}
	}
	if p.State == "revoked" {
		if err := s.tell(ctx, in, room.Op{Kind: room.KindInvite, ID: p.ID}); err != nil {
			return err
		}
	}
	if seat.Role.AtLeast(room.RoleAdmin) {
		return s.grade(ctx, in, p, access)
	}
	return nil
}

// personIn returns the person as the room's shared stream has them, false when
// they are not in it.
func (s *server) personIn(ctx context.Context, in room.Seated) (person, bool, error) {
	snapshots, err := s.Store.Snapshot(ctx, in.Room, []room.Stream{room.Shared}, "")
	if err != nil {
		return person{}, false, hidden(err)
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return person{}, false, err
	}
	for _, p := range view.Entities.Participant {
		if p.ID == in.Participant {
			return p, true, nil
		}
	}
	return person{}, false, nil
}

// grade gives a person of a room another access, where it is another.
func (s *server) grade(ctx context.Context, in room.Seated, p person, access room.Access) error {
	if p.Access == access {
		return nil
	}
	return s.tell(ctx, in, room.Op{Kind: "participant.update", ID: p.ID, Set: room.Fields{"access": string(access)}})
}

// tell changes a plan in the workspace's own name.
func (s *server) tell(ctx context.Context, in room.Seated, op room.Op) error {
	verdict, err := s.Hub.Submit(ctx, in.Room, room.Request{
		Member: room.Member{Side: room.SideSeller, Access: room.Owner}, Stream: room.Shared, Internal: true, Ops: []room.Op{op},
	})
	if err == nil && verdict.Err != nil {
		return verdict.Err
	}
	return err
}
