package web

import (
	"context"
	"log/slog"

	"parley/room"
)

// managesPortals returns the workspace whose portals the caller manages.
func (s *server) managesPortals(ctx context.Context) (room.WorkspaceID, error) {
	return s.Workspace, s.enterWorkspace(ctx)
}

// enterByAPIKey returns what the workspace's key may do in a room. A session does
// not pass: it could make itself into anybody.
func (s *server) enterByAPIKey(ctx context.Context, id string) (room.Grant, error) {
	grant, err := s.enter(ctx, id)
	if err == nil && grant.Session != "" {
		err = room.Errorf(room.Forbidden, "this needs an API key of the workspace")
	}
	return grant, err
}

// auditPortal writes down what was done to a portal.
func (s *server) auditPortal(ctx context.Context, ws room.WorkspaceID, id room.PortalID, what string) {
	s.note(ctx, room.AuditEvent{
		Workspace: ws, Action: room.ActSettings, Actor: room.Actor{Kind: room.ActorKey}, Target: string(id), Detail: what,
	})
}

// auditToken writes down that a portal's token let somebody in, or why not.
func (s *server) auditToken(ctx context.Context, by room.Voucher, who room.Vouched, why string) {
	e := room.AuditEvent{
		Workspace: by.Workspace, Action: room.ActGranted, Actor: room.Actor{Kind: room.ActorVisitor, Name: who.Name},
		Room: who.Room, Target: string(by.Key), Detail: "by a portal's token",
	}
	if why != "" {
		e.Action, e.Room, e.Detail = room.ActDenied, "", "a portal's token: "+why
	}
	s.note(ctx, e)
}

// note writes an audit event. The decision stands whether or not it can be written.
func (s *server) note(ctx context.Context, e room.AuditEvent) {
	if err := s.Store.Audit(ctx, e); err != nil {
		slog.ErrorContext(ctx, "an audit event is lost", "action", e.Action, "request_id", requestID(ctx), "error", err)
	}
}
