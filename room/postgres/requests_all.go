package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// WorkspaceRequests lists the undecided requests for access to a workspace's
// rooms, oldest first, by links that still work.
func (s *Store) WorkspaceRequests(ctx context.Context, ws room.WorkspaceID, limit int) ([]room.AccessRequest, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select `+requestColumns+` from access_requests r
		where workspace_id = $1 and decided_at is null
			and exists (select from links l where l.id = r.link_id and l.revoked_at is null)
		order by created_at, id limit $2`, ws, limit)
	if err != nil {
		return nil, wrap(err, "listing the requests for access of workspace %s", ws)
	}
	list, err := pgx.CollectRows(rows, scanRequest)
	return list, wrap(err, "listing the requests for access of workspace %s", ws)
}
