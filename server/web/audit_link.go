package web

import (
	"context"

	"parley/room"
)

// What happens at doors, beside what happens to everybody.
const (
	actAccessRequested room.Action = "access.requested"
	actAccessRefused   room.Action = "access.refused"
)

// visitor is who knocks at a door.
var visitor = room.Actor{Kind: room.ActorVisitor}

// auditLink writes down a decision about who comes in by a link.
func (s *server) auditLink(ctx context.Context, link room.Link, by room.Actor, action room.Action, detail string) {
	s.audit(ctx, link.Workspace, room.AuditEvent{Room: link.Room, Target: string(link.ID), Action: action, Actor: by, Detail: detail})
}
