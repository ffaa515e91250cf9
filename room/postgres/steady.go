package postgres

import (
	"context"
	"encoding/json"
	"time"

	"parley/room"
)

// patience is how long a call waits for a database that is away: a restart takes
// under a second, a failover a few. It is below what a person or a proxy waits.
const patience = 4 * time.Second

// The pause between two attempts doubles from the first to the last.
const (
	firstPause = 20 * time.Millisecond
	lastPause  = 320 * time.Millisecond
)

// Steady is a [Store] whose reads ride out a restart or a failover of the
// database, and whose other calls do as long as the database has not been told.
// What outlasts its patience is a refusal with code busy. [Store.Commit] is the
// room writer's, which has a patience of its own.
type Steady struct {
	*Store
	// places bounds the calls that are under way, so that reads leave commits
	// their part of the pool; capacity is readsOf the pool.
	places chan struct{}
}

// readsOf is how many of a pool's connections everything but commits may have:
// three quarters.
func readsOf(pool int32) int { return max(1, int(pool)*3/4) }

// NewSteady returns a patient store over s.
func NewSteady(s *Store) Steady {
	return Steady{Store: s, places: make(chan struct{}, readsOf(s.pool.Config().MaxConns))}
}

// again makes attempts until one ends in something other than mayRepeat, or
// patience or ctx end.
func again[T any](ctx context.Context, s Steady, mayRepeat func(error) bool, try func() (T, error)) (T, error) {
	started := time.Now()
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		var none T
		return none, unreachable(ctx.Err())
	}
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		out, err := try()
		if err == nil || !away(err) {
			return out, err
		}
		s.forget()
		if !mayRepeat(err) || time.Since(started)+pause > patience {
			return out, unreachable(err)
		}
		select {
		case <-ctx.Done():
			return out, unreachable(err)
		case <-time.After(pause):
		}
	}
}

// forget drops the pool's connections: those to a database that went away are
// all dead, and each would cost a caller an attempt.
func (s *Store) forget() { s.pool.Reset() }

func unreachable(err error) error {
	if room.CodeOf(err) != "" {
		return err
	}
	refusal := room.Errorf(room.Busy, "the database cannot be reached at present; try again in a moment")
	refusal.RetryMS = 1000
	return &fault{text: "waiting for the database", refusal: refusal, cause: err}
}

// Snapshot is [Store.Snapshot].
func (s Steady) Snapshot(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) ([]room.StreamSnapshot, error) {
	return again(ctx, s, away, func() ([]room.StreamSnapshot, error) { return s.Store.Snapshot(ctx, id, streams, client) })
}

// Preview is [Store.Preview].
func (s Steady) Preview(ctx context.Context, id room.ID, req room.Request) (room.Outcome, error) {
	return again(ctx, s, away, func() (room.Outcome, error) { return s.Store.Preview(ctx, id, req) })
}

// After is [Store.After].
func (s Steady) After(ctx context.Context, id room.ID, stream room.Stream, rev room.Rev, limit int) ([]room.Logged, error) {
	return again(ctx, s, away, func() ([]room.Logged, error) { return s.Store.After(ctx, id, stream, rev, limit) })
}

// At is [Store.At].
func (s Steady) At(ctx context.Context, id room.ID, stream room.Stream, rev room.Rev) (json.RawMessage, error) {
	return again(ctx, s, away, func() (json.RawMessage, error) { return s.Store.At(ctx, id, stream, rev) })
}

// RevAt is [Store.RevAt].
func (s Steady) RevAt(ctx context.Context, id room.ID, stream room.Stream, at time.Time) (room.Rev, error) {
	return again(ctx, s, away, func() (room.Rev, error) { return s.Store.RevAt(ctx, id, stream, at) })
}

// Heads is [Store.Heads].
func (s Steady) Heads(ctx context.Context, ids []room.ID) (map[room.ID]room.Head, error) {
	return again(ctx, s, away, func() (map[room.ID]room.Head, error) { return s.Store.Heads(ctx, ids) })
}

// NewEpoch is [Store.NewEpoch]: it counts up from one epoch only once.
func (s Steady) NewEpoch(ctx context.Context, id room.ID, old room.Epoch) (room.Head, error) {
	return again(ctx, s, away, func() (room.Head, error) { return s.Store.NewEpoch(ctx, id, old) })
}

// Seqs is [Store.Seqs].
func (s Steady) Seqs(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) (map[room.Stream]int64, error) {
	return again(ctx, s, away, func() (map[room.Stream]int64, error) { return s.Store.Seqs(ctx, id, streams, client) })
}

// Now is [Store.Now].
func (s Steady) Now(ctx context.Context) (time.Time, error) {
	return again(ctx, s, away, func() (time.Time, error) { return s.Store.Now(ctx) })
}

// Authenticate is [Store.Authenticate].
func (s Steady) Authenticate(ctx context.Context, token string) (room.Grant, error) {
	return again(ctx, s, away, func() (room.Grant, error) { return s.Store.Authenticate(ctx, token) })
}

// Live is [Store.Live].
func (s Steady) Live(ctx context.Context, sessions []room.SessionID) (map[room.SessionID]room.Grant, error) {
	return again(ctx, s, away, func() (map[room.SessionID]room.Grant, error) { return s.Store.Live(ctx, sessions) })
}

// RoomWorkspace is [Store.RoomWorkspace].
func (s Steady) RoomWorkspace(ctx context.Context, id room.ID) (room.WorkspaceID, error) {
	return again(ctx, s, away, func() (room.WorkspaceID, error) { return s.Store.RoomWorkspace(ctx, id) })
}

// Standings is [Store.Standings].
func (s Steady) Standings(ctx context.Context, ws room.WorkspaceID, asker room.AccountID, closed bool) ([]room.Standing, error) {
	return again(ctx, s, away, func() ([]room.Standing, error) { return s.Store.Standings(ctx, ws, asker, closed) })
}

// Summaries is [Store.Summaries].
func (s Steady) Summaries(ctx context.Context, ws room.WorkspaceID, ids []room.ID) ([]room.Summary, error) {
	return again(ctx, s, away, func() ([]room.Summary, error) { return s.Store.Summaries(ctx, ws, ids) })
}

// LastVisit is [Store.LastVisit].
func (s Steady) LastVisit(ctx context.Context, id room.ID) (time.Time, error) {
	return again(ctx, s, away, func() (time.Time, error) { return s.Store.LastVisit(ctx, id) })
}

// Defaults is [Store.Defaults].
func (s Steady) Defaults(ctx context.Context, ws room.WorkspaceID) (room.Defaults, error) {
	return again(ctx, s, away, func() (room.Defaults, error) { return s.Store.Defaults(ctx, ws) })
}

// SetDefaults is [Store.SetDefaults]: setting twice is setting once.
func (s Steady) SetDefaults(ctx context.Context, ws room.WorkspaceID, d room.Defaults) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.SetDefaults(ctx, ws, d) })
	return err
}

// Templates is [Store.Templates].
func (s Steady) Templates(ctx context.Context, ws room.WorkspaceID) ([]room.OwnTemplate, error) {
	return again(ctx, s, away, func() ([]room.OwnTemplate, error) { return s.Store.Templates(ctx, ws) })
}

// Template is [Store.Template].
func (s Steady) Template(ctx context.Context, ws room.WorkspaceID, id room.TemplateID) (*room.Template, error) {
	return again(ctx, s, away, func() (*room.Template, error) { return s.Store.Template(ctx, ws, id) })
}

// AddTemplate is [Store.AddTemplate].
func (s Steady) AddTemplate(ctx context.Context, ws room.WorkspaceID, t *room.Template, by room.RecordID) (room.TemplateID, error) {
	return again(ctx, s, unsent, func() (room.TemplateID, error) { return s.Store.AddTemplate(ctx, ws, t, by) })
}

// DeleteTemplate is [Store.DeleteTemplate].
func (s Steady) DeleteTemplate(ctx context.Context, ws room.WorkspaceID, id room.TemplateID) error {
	_, err := again(ctx, s, unsent, func() (struct{}, error) { return struct{}{}, s.Store.DeleteTemplate(ctx, ws, id) })
	return err
}

// Link is [Store.Link].
func (s Steady) Link(ctx context.Context, ws room.WorkspaceID, id room.LinkID) (room.Link, error) {
	return again(ctx, s, away, func() (room.Link, error) { return s.Store.Link(ctx, ws, id) })
}

// Links is [Store.Links].
func (s Steady) Links(ctx context.Context, ws room.WorkspaceID, id room.ID) ([]room.Link, error) {
	return again(ctx, s, away, func() ([]room.Link, error) { return s.Store.Links(ctx, ws, id) })
}

// LinkByToken is [Store.LinkByToken].
func (s Steady) LinkByToken(ctx context.Context, token string) (room.Link, error) {
	return again(ctx, s, away, func() (room.Link, error) { return s.Store.LinkByToken(ctx, token) })
}

// RevokeLink is [Store.RevokeLink]: revoking twice is revoking once.
func (s Steady) RevokeLink(ctx context.Context, ws room.WorkspaceID, id room.LinkID) (room.Link, error) {
	return again(ctx, s, away, func() (room.Link, error) { return s.Store.RevokeLink(ctx, ws, id) })
}

// CreateSession is [Store.CreateSession]. A session that was made in a lost
// attempt is nobody's: its token was not told.
func (s Steady) CreateSession(ctx context.Context, l room.Link, v room.Visitor) (string, room.Grant, error) {
	type made struct {
		token string
		grant room.Grant
	}
	m, err := again(ctx, s, away, func() (m made, err error) {
		m.token, m.grant, err = s.Store.CreateSession(ctx, l, v)
		return m, err
	})
	return m.token, m.grant, err
}

// CreateRoom is [Store.CreateRoom].
func (s Steady) CreateRoom(ctx context.Context, n room.NewRoom) (room.ID, error) {
	return again(ctx, s, unsent, func() (room.ID, error) { return s.Store.CreateRoom(ctx, n) })
}

// FoundRoom is [Store.FoundRoom].
func (s Steady) FoundRoom(ctx context.Context, n room.NewRoom) (room.Link, string, error) {
	m, err := again(ctx, s, unsent, func() (m founded, err error) {
		m.link, m.token, err = s.Store.FoundRoom(ctx, n)
		return m, err
	})
	return m.link, m.token, err
}

// CreateLink is [Store.CreateLink].
func (s Steady) CreateLink(ctx context.Context, n room.NewLink) (room.Link, string, error) {
	m, err := again(ctx, s, unsent, func() (m founded, err error) {
		m.link, m.token, err = s.Store.CreateLink(ctx, n)
		return m, err
	})
	return m.link, m.token, err
}

// Brand is [Store.Brand].
func (s Steady) Brand(ctx context.Context, ws room.WorkspaceID) (room.Brand, error) {
	return again(ctx, s, away, func() (room.Brand, error) { return s.Store.Brand(ctx, ws) })
}

// SetBrand is [Store.SetBrand]: setting twice is setting once.
func (s Steady) SetBrand(ctx context.Context, ws room.WorkspaceID, b room.Brand) error {
	_, err := again(ctx, s, away, func() (struct{}, error) { return struct{}{}, s.Store.SetBrand(ctx, ws, b) })
	return err
}

// WorkspaceLinks is [Store.WorkspaceLinks].
func (s Steady) WorkspaceLinks(ctx context.Context, ws room.WorkspaceID, after room.LinkID, limit int) ([]room.Link, room.LinkID, error) {
	type page struct {
		links []room.Link
		next  room.LinkID
	}
	p, err := again(ctx, s, away, func() (p page, err error) {
		p.links, p.next, err = s.Store.WorkspaceLinks(ctx, ws, after, limit)
		return p, err
	})
	return p.links, p.next, err
}

// WorkspaceRequests is [Store.WorkspaceRequests].
func (s Steady) WorkspaceRequests(ctx context.Context, ws room.WorkspaceID, limit int) ([]room.AccessRequest, error) {
	return again(ctx, s, away, func() ([]room.AccessRequest, error) { return s.Store.WorkspaceRequests(ctx, ws, limit) })
}
