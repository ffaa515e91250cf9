package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/room"
)

// MaxTemplates bounds a workspace's own templates: a gallery of more finds nothing.
const MaxTemplates = 200

// AddTemplate keeps a template of the workspace's own. A name that another one
// has, in whatever case, is a conflict.
func (s *Store) AddTemplate(ctx context.Context, ws room.WorkspaceID, t *room.Template, by room.RecordID) (room.TemplateID, error) {
	body, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("keeping a template: %w", err)
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	var id room.TemplateID
	err = s.pool.QueryRow(ctx, `insert into templates (workspace_id, name, body, made_by)
		select $1, $2::text, $3::json, nullif($4, '')::uuid where (select count(*) from templates where workspace_id = $1) < $5
		returning id::text`, ws, t.Name, string(body), by, MaxTemplates).Scan(&id)
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok && pgErr.ConstraintName == "templates_by_name" {
		return "", room.FieldErrorf(room.Conflict, "name", "there is a template of that name already")
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return "", room.Errorf(room.Limit, "a workspace has at most %d templates of its own; delete one first", MaxTemplates)
	}
	return id, wrap(err, "keeping a template")
}

// Templates lists the workspace's own templates by name.
func (s *Store) Templates(ctx context.Context, ws room.WorkspaceID) ([]room.OwnTemplate, error) {
	return s.templates(ctx, `select id::text, body::text from templates where workspace_id = $1 order by lower(name), id`, ws)
}

// Template returns one of the workspace's own templates.
func (s *Store) Template(ctx context.Context, ws room.WorkspaceID, id room.TemplateID) (*room.Template, error) {
	if !room.ValidUUID(string(id)) {
		return nil, errGone()
	}
	list, err := s.templates(ctx, `select id::text, body::text from templates where workspace_id = $1 and id = $2`, ws, id)
	if err == nil && len(list) == 0 {
		return nil, errGone()
	}
	if err != nil {
		return nil, err
	}
	return list[0].Template, nil
}

// DeleteTemplate deletes one of the workspace's own templates. Rooms made from
// it keep their plans.
func (s *Store) DeleteTemplate(ctx context.Context, ws room.WorkspaceID, id room.TemplateID) error {
	if !room.ValidUUID(string(id)) {
		return errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	tag, err := s.pool.Exec(ctx, `delete from templates where workspace_id = $1 and id = $2`, ws, id)
	if err == nil && tag.RowsAffected() == 0 {
		return errGone()
	}
	return wrap(err, "deleting a template")
}

func (s *Store) templates(ctx context.Context, sql string, args ...any) ([]room.OwnTemplate, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, wrap(err, "reading templates")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (room.OwnTemplate, error) {
		var own room.OwnTemplate
		var body string
		if err := row.Scan(&own.ID, &body); err != nil {
			return own, err
		}
		own.Template, err = room.ParseTemplate([]byte(body))
		return own, wrap(err, "reading template %s", own.ID)
	})
	return list, wrap(err, "reading templates")
}

// namesTemplate reports whether an op names a template by id that was not read yet.
func namesTemplate(op room.Op) bool {
	return op.Kind == room.KindTemplateApply && op.Body == nil && room.ValidUUID(op.Template)
}

// templateRead reads the template that an op names, if it is of the workspace of
// its room.
func templateRead(b *pgx.Batch, id room.ID, op *room.Op) {
	b.Queue(`select t.body::text from templates t join heads h on h.workspace_id = t.workspace_id
		where h.room_id = $1 and t.id = $2`, id, op.Template).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var body string
			if err := rows.Scan(&body); err != nil {
				return err
			}
			t, err := room.ParseTemplate([]byte(body))
			if err != nil {
				return fmt.Errorf("reading template %s: %w", op.Template, err)
			}
			op.Body = t
		}
		return rows.Err()
	})
}
