package web

import (
	"context"
	"log/slog"

	"parley/room"
)

// countView is what a page says once a person has looked at it: it was visible for
// some seconds and somebody moved, touched or typed. A page that is only fetched,
// or run by a scanner, says nothing.
func (s *server) countView(ctx context.Context, in *listLinksIn) (*struct{}, error) {
	grant, err := s.enter(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	s.viewed(ctx, grant)
	return nil, nil
}

func (s *server) viewed(ctx context.Context, grant room.Grant) {
	if grant.Link == "" {
		return
	}
	if err := s.Store.CountView(ctx, grant.Session); err != nil {
		slog.WarnContext(ctx, "a view is not counted", "error", err) // the session stands
	}
}
