package web

import (
	"context"
	"log/slog"

	"parley/room"
)

// regrade brings what a member may do in the rooms they are in to what their
// present role gives. The commit that says so reaches their sockets as every
// change of access does. A room that cannot be written at present has their
// sessions in it ended instead, and the caller is told to ask again.
func (s *server) regrade(ctx context.Context, c caller, m room.WorkspaceMember) error {
	return s.inRooms(ctx, c, m, func(in room.Seated, p person) error {
		return s.grade(ctx, in, p, m.Role.AccessIn(in.Founder))
	})
}

// expel takes a removed member's access back in the rooms they were in. Their
// sessions have ended already: this is what people see.
func (s *server) expel(ctx context.Context, c caller, m room.WorkspaceMember) {
	err := s.inRooms(ctx, c, m, func(in room.Seated, p person) error {
		if p.State == "revoked" {
			return nil
		}
		return s.tell(ctx, in, room.Op{Kind: room.KindRevoke, ID: p.ID})
	})
	if err != nil {
		slog.WarnContext(ctx, "a removed member is still listed in a room", "account", m.Account, "request_id", requestID(ctx), "error", err)
	}
}

// inRooms does something about a member in every room they are in, and returns
// the first error of those it could not be done in.
func (s *server) inRooms(ctx context.Context, c caller, m room.WorkspaceMember, do func(room.Seated, person) error) error {
	list, err := s.Store.SeatedIn(ctx, c.workspace, m.Account)
	if err != nil {
		return err
	}
	var first error
	for _, in := range list {
		if err := s.inRoom(ctx, c, m, in, do); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (s *server) inRoom(ctx context.Context, c caller, m room.WorkspaceMember, in room.Seated, do func(room.Seated, person) error) error {
	p, ok, err := s.personIn(ctx, in)
	if err != nil || !ok || p.Removed {
		return err
	}
	err = do(in, p)
	if room.CodeOf(err) == room.Conflict && c.seat.Account != "" && c.seat.Account != m.Account {
		// They were the last owner of the room: who asks takes it over.
		if err = s.takeOver(ctx, c.seat, in); err == nil {
			err = do(in, p)
		}
	}
	if err == nil || room.CodeOf(err) == room.Conflict {
		return nil // a room keeps its last owner, as a founder keeps theirs
	}
	if ended := s.Store.EndMemberSessions(ctx, m.Account, in.Room); ended != nil {
		slog.ErrorContext(ctx, "sessions of a member in a room are not ended", "room", in.Room, "request_id", requestID(ctx), "error", ended)
	}
	s.Hub.Recheck(ctx, in.Room)
	return err
}

// takeOver makes somebody an owner of a room.
func (s *server) takeOver(ctx context.Context, seat room.Seat, in room.Seated) error {
	own, err := s.Store.Seated(ctx, seat, in.Room)
	if err != nil {
		return err
	}
	return s.settle(ctx, seat, own)
}
