package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// EnsureWorkspace returns the first workspace; it is made when there is none,
// also when several servers start at once.
func (s *Store) EnsureWorkspace(ctx context.Context, name string) (room.WorkspaceID, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var id room.WorkspaceID
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `lock table workspaces in share row exclusive mode`); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `select id::text from workspaces order by created_at, id limit 1`).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			err = tx.QueryRow(ctx, `insert into workspaces (name) values ($1) returning id::text`, name).Scan(&id)
		}
		return err
	})
	return id, wrap(err, "looking for the workspace")
}

// CreateRoom makes a room with its first commit, all of it or nothing. Its founder
// is a member, or there is none.
func (s *Store) CreateRoom(ctx context.Context, n room.NewRoom) (room.ID, error) {
	id, _, err := s.createRoom(ctx, n)
	return id, err
}

// FoundRoom makes a room for its founder who came by a link, and the personal link
// by which they open it, whose token is kept nowhere else. All of it or nothing.
func (s *Store) FoundRoom(ctx context.Context, n room.NewRoom) (room.Link, string, error) {
	_, made, err := s.createRoom(ctx, n)
	return made.link, made.token, err
}

// founded is a new link and its token: the founder's way into a room.
type founded struct {
	link  room.Link
	token string
}

func (s *Store) createRoom(ctx context.Context, n room.NewRoom) (id room.ID, made founded, err error) {
	if n.Body == nil && room.BuiltInTemplate(n.Template) == nil && room.ValidUUID(n.Template) {
		if n.Body, err = s.Template(ctx, n.Workspace, room.TemplateID(n.Template)); err != nil && room.CodeOf(err) != room.Gone {
			return "", made, err // one that is gone is refused by the rules, as an unknown one
		}
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if id, err = firstCommit(ctx, tx, n); err != nil || n.Founder == nil {
			return err
		}
		if n.Founder.Account != "" {
			return seatParticipant(ctx, tx, n.Workspace, n.Founder.Account, room.Seated{Room: id, Participant: n.Founder.ID, Founder: true})
		}
		made, err = foundersLink(ctx, tx, id, n)
		return err
	})
	return id, made, wrap(err, "making a room")
}

// firstCommit makes the room, judges its first request and writes what it does.
func firstCommit(ctx context.Context, tx pgx.Tx, n room.NewRoom) (room.ID, error) {
	var id room.ID
	h := &head{workspace: string(n.Workspace), cursors: map[room.CursorKey]*room.Cursor{}}
	var at time.Time
	err := tx.QueryRow(ctx, `with made as (insert into rooms (workspace_id) values ($1) returning id)
			insert into heads (room_id, workspace_id) select id, $1 from made returning room_id::text, clock_timestamp()`, n.Workspace).Scan(&id, &at)
	if err != nil {
		return "", err
	}
	h.room, h.epoch = id, epochOn(tx.Conn(), 1)
	plan := room.NewPlan(id, h.epoch)
	defaults, err := defaultsOf(ctx, tx, n.Workspace)
	if err != nil {
		return "", err
	}
	first, err := room.FirstRequest(id, n.With(defaults))
	if err != nil {
		return "", err
	}
	verdicts, commits := room.Decide(plan, at, h.cursors, []room.Request{first})
	if verdicts[0].Err != nil {
		return "", verdicts[0].Err
	}
	var b pgx.Batch
	t := &turn{head: h, plan: plan, commits: commits}
	t.write(&b)
	t.writeHead(&b)
	return id, tx.SendBatch(ctx, &b).Close()
}

// foundersLink is the founder's own link into the new room. It ends when the
// link does by which they came, and is not made when their session has ended.
func foundersLink(ctx context.Context, tx pgx.Tx, id room.ID, n room.NewRoom) (founded, error) {
	token, hash := newToken()
	rows, err := tx.Query(ctx, `insert into links (workspace_id, room_id, token_hash, side, access, label, participant, made_by, expires_at)
		select s.workspace_id, $2, $3, 'seller', 'owner', 'Made the room', $4, $4, (select l.expires_at from links l where l.id = s.link_id)
		from sessions s where s.id = $1 and s.workspace_id = $5 and `+liveSession+` returning `+linkColumns,
		n.Founder.Session, id, hash, n.Founder.ID, n.Workspace)
	if err != nil {
		return founded{}, err
	}
	link, err := pgx.CollectExactlyOneRow(rows, scanLink)
	if errors.Is(err, pgx.ErrNoRows) {
		return founded{}, errGone()
	}
	return founded{link, token}, err
}

// RoomWorkspace returns the workspace a room belongs to.
func (s *Store) RoomWorkspace(ctx context.Context, id room.ID) (room.WorkspaceID, error) {
	if !room.ValidUUID(string(id)) {
		return "", errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	var ws room.WorkspaceID
	err := s.pool.QueryRow(ctx, `select workspace_id::text from rooms where id = $1`, id).Scan(&ws)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", errGone()
	}
	return ws, wrap(err, "looking for room %s", id)
}

// LastVisit returns when the buyer's side was last seen in a room: it changed
// the shared plan, or came in by a link of its own; else when the room was made.
// What it does on its own stream is not looked at: the seller's side is told.
func (s *Store) LastVisit(ctx context.Context, id room.ID) (time.Time, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var at time.Time
	err := s.pool.QueryRow(ctx, `select greatest(r.created_at,
			(select max(l.last_used_at) from links l where l.room_id = r.id and l.side = 'buyer'),
			(select a.at from (select at, body from activity where room_id = $1 and stream = 'shared' order by rev desc limit $2) a
				join participants p on p.room_id = $1 and p.stream = 'shared' and p.side = 'buyer' and p.id::text = a.body->>'by'
				order by a.at desc limit 1))
		from rooms r where r.id = $1`, id, visitCommits).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return at, errGone()
	}
	return at, wrap(err, "looking for the last visit to room %s", id)
}

// visitCommits is how far back a commit of the buyer's is looked for: a seller
// who makes more than that alone is not waiting for an answer.
const visitCommits = 1000
