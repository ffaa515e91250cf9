package web

import (
	"context"

	"parley/room"
)

// managesPortals returns who manages portals, and with it whose.
func (s *server) managesPortals(ctx context.Context) (caller, error) {
	return s.enterWorkspace(ctx, room.RoleAdmin)
}

// enterByAPIKey returns what an API key may do in a room. A session does
// not pass: it could make itself into anybody.
func (s *server) enterByAPIKey(ctx context.Context, id string) (room.Grant, error) {
	grant, err := s.enter(ctx, id)
	if err == nil && grant.Session != "" {
		err = room.Errorf(room.Forbidden, "this needs an API key of the workspace")
	}
	return grant, err
}

// auditPortal writes down what was done to a portal.
func (s *server) auditPortal(ctx context.Context, c caller, id room.PortalID, what string) {
	s.audit(ctx, c.workspace, room.AuditEvent{Action: room.ActSettings, Actor: c.actor(), Target: string(id), Detail: what})
}

// auditToken writes down that a portal's token let somebody in, or why not.
func (s *server) auditToken(ctx context.Context, by room.Voucher, who room.Vouched, why string) {
	e := room.AuditEvent{
		Action: room.ActGranted, Actor: room.Actor{Kind: room.ActorVisitor, Name: who.Name},
		Room: who.Room, Target: string(by.Key), Detail: "by a portal's token",
	}
	if why != "" {
		e.Action, e.Room, e.Detail = room.ActDenied, "", "a portal's token: "+why
	}
	s.audit(ctx, by.Workspace, e)
}
