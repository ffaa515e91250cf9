package web

import (
	"context"

	"parley/room"
)

// Brand is by what people know the workspace.
type Brand struct {
	Name   string `json:"name" minLength:"1" maxLength:"200"`
	Accent string `json:"accent,omitempty" maxLength:"7" doc:"#rrggbb; absent: Parley's own. Pages darken or lighten it until it can be read"`
}

type brandOut struct{ Body Brand }

func (s *server) getBrand(ctx context.Context, _ *struct{}) (*brandOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleMember)
	if err != nil {
		return nil, err
	}
	b, err := s.Store.Brand(ctx, c.workspace)
	return &brandOut{Body: Brand(b)}, hidden(err)
}

type putBrandIn struct{ Body JSON[Brand] }

func (s *server) putBrand(ctx context.Context, in *putBrandIn) (*brandOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleAdmin)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	b, err := room.Brand(body).Check()
	if err == nil {
		err = s.Store.SetBrand(ctx, c.workspace, b)
	}
	if err == nil {
		s.audit(ctx, c.workspace, room.AuditEvent{Action: room.ActSettings, Actor: c.actor(), Detail: "company and brand"})
	}
	return &brandOut{Body: Brand(b)}, hidden(err)
}
