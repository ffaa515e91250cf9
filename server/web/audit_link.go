package web

import (
	"context"
	"log/slog"

	"parley/room"
)

// What happens at doors, beside what happens to everybody.
const (
	actAccessRequested room.Action = "access.requested"
	actAccessRefused   room.Action = "access.refused"
)

// auditLink writes down a decision about who comes in by a link. The decision
// stands whether or not it can be written.
func (s *server) auditLink(ctx context.Context, link room.Link, by room.Actor, action room.Action, detail string) {
	err := s.Store.Audit(ctx, room.AuditEvent{
		Workspace: link.Workspace, Room: link.Room, Target: string(link.ID), Action: action, Actor: by, Detail: detail,
	})
	if err != nil {
		slog.ErrorContext(ctx, "an audit event is lost", "action", action, "request_id", requestID(ctx), "error", err)
	}
}

var visitor = room.Actor{Kind: room.ActorVisitor}

// managerOf is who manages links in the audit.
func managerOf(g room.Grant) room.Actor {
	switch {
	case g.Account != "":
		return room.Actor{Kind: room.ActorAccount, ID: string(g.Account), Name: g.Member.Name}
	case g.Member.ID != "":
		return room.Actor{Kind: room.ActorParticipant, ID: string(g.Member.ID), Name: g.Member.Name}
	default:
		return room.Actor{Kind: room.ActorKey}
	}
}
