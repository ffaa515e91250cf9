package postgres

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

const (
	// auditSources is how many sources of refusals a server tells apart in an hour;
	// the rest are counted together. With it an hour has a bounded number of rows.
	auditSources = 1000
	// auditPrompt refusals of one kind are written as they come, further ones at
	// most every auditEvery: a flood costs memory, not the disk.
	auditPrompt = 10
	auditEvery  = 10 * time.Second
	// auditHour is how long refusals are counted in one row.
	auditHour = time.Hour
	// auditText bounds what a row takes over from somebody's words.
	auditText = 300
)

// Audit writes down one decision about access. Refusals are counted by the hour:
// then a row says how often at the least, as what a server had not written yet
// is lost when it ends.
func (s *Store) Audit(ctx context.Context, e room.AuditEvent) error {
	times, fold := 1, ""
	if e.Action.Folded() {
		if times = s.folds.take(&e, time.Now()); times == 0 {
			return nil
		}
		fold = foldOf(&e)
	}
	ctx, cancel := bound(among(ctx, string(e.Workspace)))
	defer cancel()
	_, err := s.pool.Exec(ctx, `insert into audit_events as e (workspace_id, action, actor_kind, actor_id, actor_name, room_id, target, detail, source, times, fold)
		values ($1, $2, $3, $4, $5, nullif($6, '')::uuid, $7, $8, $9, $10, case when $11 <> '' then $11 || date_trunc('hour', clock_timestamp())::text end)
		on conflict (workspace_id, fold) where fold is not null
			do update set times = e.times + excluded.times, at = clock_timestamp(), detail = excluded.detail`,
		e.Workspace, e.Action, e.Actor.Kind, e.Actor.ID, brief(e.Actor.Name), e.Room, e.Target, brief(e.Detail), e.Source, times, fold)
	return wrap(err, "writing an audit event")
}

func brief(text string) string {
	if len(text) <= auditText {
		return text
	}
	return strings.ToValidUTF8(text[:auditText], "") + "…"
}

// foldOf names the row in which refusals like e are counted.
func foldOf(e *room.AuditEvent) string {
	return strings.Join([]string{string(e.Action), e.Source, string(e.Room), e.Target, string(e.Actor.Kind), e.Actor.ID}, "|") + "|"
}

// folds counts refusals between two writes. The zero value is ready to use.
type folds struct {
	mu      sync.Mutex // guards the fields below
	hour    time.Time
	pending map[string]*pending
}

type pending struct {
	seen, unwritten int
	written         time.Time
}

// take counts e and returns how many to write now, 0 for none. One of a source
// too many loses what tells it from others.
func (f *folds) take(e *room.AuditEvent, now time.Time) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if hour := now.Truncate(auditHour); f.pending == nil || hour != f.hour {
		f.hour, f.pending = hour, map[string]*pending{}
	}
	p := f.pending[string(e.Workspace)+foldOf(e)]
	if p == nil {
		if len(f.pending) >= auditSources {
			e.Actor, e.Source, e.Room, e.Target, e.Detail = room.Actor{Kind: e.Actor.Kind}, "", "", "", ""
		}
		key := string(e.Workspace) + foldOf(e)
		if p = f.pending[key]; p == nil {
			p = &pending{}
			f.pending[key] = p
		}
	}
	p.seen++
	p.unwritten++
	if p.seen > auditPrompt && now.Sub(p.written) < auditEvery {
		return 0
	}
	times := p.unwritten
	p.unwritten, p.written = 0, now
	return times
}

// AuditEvents lists a workspace's events, newest first, at most limit of them;
// before is the id to go on from, 0 for the newest.
func (s *Store) AuditEvents(ctx context.Context, ws room.WorkspaceID, before int64, limit int) ([]room.AuditEvent, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select id, workspace_id::text, at, action, actor_kind, actor_id, actor_name, coalesce(room_id::text, ''), target, detail, source, times
		from audit_events where workspace_id = $1 and ($2 = 0 or id < $2) order by id desc limit $3`, ws, before, limit)
	if err != nil {
		return nil, wrap(err, "listing audit events")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (room.AuditEvent, error) {
		var e room.AuditEvent
		err := row.Scan(&e.ID, &e.Workspace, &e.At, &e.Action, &e.Actor.Kind, &e.Actor.ID, &e.Actor.Name, &e.Room, &e.Target, &e.Detail, &e.Source, &e.Times)
		e.At = e.At.UTC()
		return e, err
	})
	return list, wrap(err, "listing audit events")
}
