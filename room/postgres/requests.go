package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

const requestColumns = `id::text, room_id::text, link_id::text, name, email, message, created_at`

// openRequests is how many undecided requests a room keeps: above it, new ones
// are dropped, so that a script cannot fill the table.
const openRequests = 200

// AskAccess keeps somebody's wish to come in by a link; asking again while it is
// undecided changes nothing. It reports whether it is a new one.
func (s *Store) AskAccess(ctx context.Context, l room.Link, v room.Visitor, message string) (bool, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	tag, err := s.pool.Exec(ctx, `insert into access_requests (workspace_id, room_id, link_id, name, email, message)
		select $1, $2, $3, $4, $5, $6
		where (select count(*) from access_requests where room_id = $2 and decided_at is null) < $7
		on conflict (link_id, email) where decided_at is null do nothing`,
		l.Workspace, l.Room, l.ID, v.Name, v.Email, message, openRequests)
	return tag.RowsAffected() == 1, wrap(err, "keeping a request for access")
}

// AccessRequests lists the undecided requests of a room, oldest first.
func (s *Store) AccessRequests(ctx context.Context, ws room.WorkspaceID, id room.ID) ([]room.AccessRequest, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select `+requestColumns+` from access_requests
		where workspace_id = $1 and room_id = $2 and decided_at is null order by created_at, id`, ws, id)
	if err != nil {
		return nil, wrap(err, "listing requests for access")
	}
	list, err := pgx.CollectRows(rows, scanRequest)
	return list, wrap(err, "listing requests for access")
}

// AccessRequest returns a request of a room while it is undecided.
func (s *Store) AccessRequest(ctx context.Context, ws room.WorkspaceID, id room.ID, request room.RequestID) (room.AccessRequest, error) {
	return s.oneRequest(ctx, request, `select `+requestColumns+` from access_requests
		where workspace_id = $1 and room_id = $2 and id = $3 and decided_at is null`, ws, id, request)
}

// DecideAccess says yes or no to a request, once.
func (s *Store) DecideAccess(ctx context.Context, ws room.WorkspaceID, id room.ID, request room.RequestID, by room.RecordID, granted bool) (room.AccessRequest, error) {
	return s.oneRequest(ctx, request, `update access_requests set decided_at = clock_timestamp(), decided_by = nullif($4, '')::uuid, granted = $5
		where workspace_id = $1 and room_id = $2 and id = $3 and decided_at is null returning `+requestColumns, ws, id, request, by, granted)
}

func (s *Store) oneRequest(ctx context.Context, id room.RequestID, sql string, args ...any) (room.AccessRequest, error) {
	if !room.ValidUUID(string(id)) {
		return room.AccessRequest{}, errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return room.AccessRequest{}, wrap(err, "looking for a request for access")
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRequest)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, errGone()
	}
	return r, wrap(err, "looking for a request for access")
}

func scanRequest(row pgx.CollectableRow) (room.AccessRequest, error) {
	var r room.AccessRequest
	var at time.Time
	err := row.Scan(&r.ID, &r.Room, &r.Link, &r.Name, &r.Email, &r.Message, &at)
	r.Created = at.UTC()
	return r, err
}
