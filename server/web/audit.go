package web

import (
	"context"
	"log/slog"
	"time"

	"parley/room"
)

// audit writes down a decision about access. The decision stands whether or not
// it can be written.
func (s *server) audit(ctx context.Context, ws room.WorkspaceID, e room.AuditEvent) {
	e.Workspace, e.Source = ws, sourceIn(ctx)
	if err := s.Store.Audit(ctx, e); err != nil {
		slog.ErrorContext(ctx, "an audit event is lost", "action", e.Action, "request_id", requestID(ctx), "error", err)
	}
}

// actorOf is the bearer of a grant in the audit.
func actorOf(g room.Grant) room.Actor {
	switch {
	case g.Account != "":
		return room.Actor{Kind: room.ActorAccount, ID: string(g.Account), Name: g.Member.Name}
	case g.Member.ID != "":
		return room.Actor{Kind: room.ActorParticipant, ID: string(g.Member.ID), Name: g.Member.Name}
	case g.Session != "":
		return room.Actor{Kind: room.ActorVisitor}
	default:
		return room.Actor{Kind: room.ActorKey, ID: string(g.Key)}
	}
}

func seatActor(seat room.Seat) room.Actor {
	return room.Actor{Kind: room.ActorAccount, ID: string(seat.Account), Name: seat.Called()}
}

func keyActor(k room.APIKey) room.Actor {
	return room.Actor{Kind: room.ActorKey, ID: string(k.ID), Name: k.Name}
}

// AuditView is one decision about access.
type AuditView struct {
	ID     int64     `json:"id"`
	At     time.Time `json:"at"`
	Action string    `json:"action" doc:"granted, denied, signin, link.made, …"`
	Actor  ActorView `json:"actor"`
	Room   room.ID   `json:"room,omitempty" format:"uuid"`
	Target string    `json:"target,omitempty" doc:"the id of the link, member, key … that it is about"`
	Detail string    `json:"detail,omitempty"`
	Source string    `json:"source,omitempty" doc:"the network address it came from"`
	Times  int       `json:"times" minimum:"1" doc:"refusals of one kind from one source are counted by the hour: how many, at the least"`
}

// ActorView is who caused an audit event.
type ActorView struct {
	Kind room.ActorKind `json:"kind" enum:"account,participant,key,visitor,server"`
	ID   string         `json:"id,omitempty"`
	Name string         `json:"name,omitempty" doc:"as it was then"`
}

type listAuditIn struct {
	Before int64 `query:"before" minimum:"1" doc:"next_before of the page before"`
	Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// AuditPage is a page of audit events, newest first.
type AuditPage struct {
	Events []AuditView `json:"events" nullable:"false"`
	Next   int64       `json:"next_before,omitempty" doc:"absent on the last page"`
}

type listAuditOut struct{ Body AuditPage }

func (s *server) listAudit(ctx context.Context, in *listAuditIn) (*listAuditOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleAdmin)
	if err != nil {
		return nil, err
	}
	events, err := s.Store.AuditEvents(ctx, c.workspace, in.Before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := AuditPage{Events: []AuditView{}}
	if len(events) > in.Limit {
		events = events[:in.Limit]
		out.Next = events[in.Limit-1].ID
	}
	for _, e := range events {
		out.Events = append(out.Events, AuditView{
			ID: e.ID, At: e.At, Action: string(e.Action), Actor: ActorView(e.Actor), Room: e.Room,
			Target: e.Target, Detail: e.Detail, Source: e.Source, Times: e.Times,
		})
	}
	return &listAuditOut{Body: out}, nil
}
