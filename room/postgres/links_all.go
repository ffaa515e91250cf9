package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// WorkspaceLinks lists the links of all rooms of a workspace that are not
// revoked, newest first, limit at a time. After is the last link of the page
// before, "" for the first; the returned one is "" after the last page.
func (s *Store) WorkspaceLinks(ctx context.Context, ws room.WorkspaceID, after room.LinkID, limit int) ([]room.Link, room.LinkID, error) {
	if after != "" && !room.ValidUUID(string(after)) {
		return nil, "", room.FieldErrorf(room.Invalid, "cursor", "this is not a cursor that a page of links gave")
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select `+linkColumns+` from links
		where workspace_id = $1 and revoked_at is null
			and ($2 = '' or (created_at, id) < (select a.created_at, a.id from links a where a.workspace_id = $1 and a.id = nullif($2, '')::uuid))
		order by created_at desc, id desc limit $3`, ws, after, limit+1)
	if err != nil {
		return nil, "", wrap(err, "listing the links of workspace %s", ws)
	}
	list, err := pgx.CollectRows(rows, scanLink)
	if err != nil || len(list) <= limit {
		return list, "", wrap(err, "listing the links of workspace %s", ws)
	}
	return list[:limit], list[limit-1].ID, nil
}
