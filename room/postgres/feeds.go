package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

const (
	// MaxFeeds bounds the calendar addresses of a room that are alive: more than
	// that many people have not been given it.
	MaxFeeds = 20_000
	// MaxOwnFeeds bounds those of one person: a calendar on each device, and some
	// that they have forgotten.
	MaxOwnFeeds = 10
	// feedUnused is for how long an address is kept that no calendar asks: what has
	// one asks at least daily.
	feedUnused = 180 * 24 * time.Hour
	// feedsListed bounds a list of addresses.
	feedsListed = 500
	// calendarRooms bounds what one calendar is made of.
	calendarRooms = 100
)

// openLink is true of a link l that may be used by who has nothing but it: what
// was made by one that now asks for more has nobody to ask, and one that became a
// side's does not watch any more.
const openLink = liveLink + ` and l.door = 'open' and l.password_hash is null and l.side = 'none'`

// liveFeed is true of a feed f that may be read. It ends with its source, also
// when that is paused, and when its person loses access or is on another side. A
// session that is only too old has not ended: a calendar outlives it.
const liveFeed = `f.revoked_at is null and case
	when f.link_id is not null then exists (select from links l where l.id = f.link_id and ` + openLink + `)
	when f.session_id is not null then exists (select from sessions s join links l on l.id = s.link_id where s.id = f.session_id and s.revoked_at is null and ` + liveLink + `)
	else exists (select from members m where m.workspace_id = f.workspace_id and m.account_id = f.account_id and m.removed_at is null) end
	and (f.participant is null or exists (select from participants p where p.room_id = f.room_id and p.id = f.participant and p.side = f.side and ` + activePerson + `))`

// activePerson is true of a participant p who has access.
const activePerson = `p.stream = 'shared' and not coalesce(p.removed, false) and p.state not in ('revoked', 'requested')`

const feedColumns = `f.id::text, f.workspace_id::text, coalesce(f.room_id::text, ''), f.shows, coalesce(f.link_id::text, ''), coalesce(f.account_id::text, ''),
	coalesce(f.participant::text, ''), coalesce(f.side, ''), f.created_at, f.last_used_at`

// feedListed is feedColumns with what people know a feed by.
const feedListed = feedColumns + `, coalesce((select r.name from room_plans r where r.room_id = f.room_id and r.stream = 'shared'), ''),
	coalesce((select l.label from links l where l.id = f.link_id), '')`

// CreateFeed makes a calendar address and returns it with its token, which is
// kept nowhere else.
func (s *Store) CreateFeed(ctx context.Context, n room.NewFeed) (room.Feed, string, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	token, hash := newToken()
	rows, err := s.pool.Query(ctx, `insert into feeds as f (workspace_id, room_id, shows, link_id, session_id, account_id, participant, side, token_hash)
		select $1, nullif($2, '')::uuid, $3, nullif($4, '')::uuid, nullif($5, '')::uuid, nullif($6, '')::uuid, nullif($7, '')::uuid, nullif($8, ''), $9
		where (select count(*) from feeds where room_id = nullif($2, '')::uuid and revoked_at is null) < $10
			and (select count(*) from feeds where revoked_at is null and case when $2 = '' then workspace_id = $1 and account_id = nullif($6, '')::uuid and room_id is null
				else room_id = nullif($2, '')::uuid and participant = nullif($7, '')::uuid end) < $11
		returning `+feedColumns, n.Workspace, n.Room, n.Shows, n.Link, n.Session, n.Account, n.Participant, n.Side, hash, MaxFeeds, MaxOwnFeeds)
	if err != nil {
		return room.Feed{}, "", wrap(err, "making a feed")
	}
	feed, err := pgx.CollectExactlyOneRow(rows, scanFeed)
	switch {
	case !errors.Is(err, pgx.ErrNoRows):
		return feed, token, wrap(err, "making a feed")
	case n.Link != "":
		return room.Feed{}, "", room.Errorf(room.Limit, "this room has as many calendar addresses as it can have; end some first")
	default:
		return room.Feed{}, "", room.Errorf(room.Limit, "you have as many calendar addresses as you can have; end one first")
	}
}

// FeedByToken returns the feed of a token while it is alive, and notes its use.
func (s *Store) FeedByToken(ctx context.Context, token string) (room.Feed, error) {
	looking, cancel := bound(system(ctx))
	defer cancel()
	rows, err := s.pool.Query(looking, `select `+feedColumns+` from feeds f where f.token_hash = $1 and `+liveFeed, hashToken(token))
	if err != nil {
		return room.Feed{}, wrap(err, "looking for a feed")
	}
	feed, err := pgx.CollectExactlyOneRow(rows, scanFeed)
	if errors.Is(err, pgx.ErrNoRows) {
		return room.Feed{}, errGone()
	}
	if err == nil && time.Since(feed.LastUsed) > time.Hour {
		// What fails here is only known an hour less well.
		_, _ = s.pool.Exec(looking, `update feeds set last_used_at = clock_timestamp()
			where id = $1 and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 hour')`, feed.ID)
	}
	if err == nil {
		adopt(ctx, feed.Workspace)
	}
	return feed, wrap(err, "looking for a feed")
}

// Feeds lists calendar addresses that are alive, newest first.
func (s *Store) Feeds(ctx context.Context, of room.FeedsOf) ([]room.Feed, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select `+feedListed+` from feeds f where `+feedsOf+` and `+liveFeed+` order by f.created_at desc, f.id limit $6`,
		of.Workspace, of.Room, of.Participant, of.Account, of.Side, feedsListed)
	if err != nil {
		return nil, wrap(err, "listing feeds")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f room.Feed, err error) {
		return f, scanFeedInto(row, &f, &f.RoomName, &f.LinkLabel)
	})
	return list, wrap(err, "listing feeds")
}

// feedsOf is true of a feed f that a [room.FeedsOf] means.
const feedsOf = `f.workspace_id = $1 and ($2 = '' or f.room_id = nullif($2, '')::uuid) and ($3 = '' or f.participant = nullif($3, '')::uuid)
	and ($4 = '' or f.account_id = nullif($4, '')::uuid) and ($5 = '' or f.side is null or f.side = $5)`

// EndFeed ends one of these calendar addresses. Doing it again changes nothing; of
// others the error has code gone.
func (s *Store) EndFeed(ctx context.Context, of room.FeedsOf, id room.FeedID) error {
	if !room.ValidUUID(string(id)) {
		return errGone()
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	tag, err := s.pool.Exec(ctx, `update feeds f set revoked_at = coalesce(f.revoked_at, clock_timestamp()) where `+feedsOf+` and f.id = $6`,
		of.Workspace, of.Room, of.Participant, of.Account, of.Side, id)
	if err == nil && tag.RowsAffected() == 0 {
		return errGone()
	}
	return wrap(err, "ending a feed")
}

// RevokeFeed ends the feed of a token. Doing it again changes nothing.
func (s *Store) RevokeFeed(ctx context.Context, token string) error {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	_, err := s.pool.Exec(ctx, `update feeds set revoked_at = clock_timestamp() where token_hash = $1 and revoked_at is null`, hashToken(token))
	return wrap(err, "ending a feed")
}

// CalendarRooms lists the rooms in which a member of the workspace owns milestones
// and has access, those with the latest go-live first; not those that were archived.
func (s *Store) CalendarRooms(ctx context.Context, ws room.WorkspaceID, account room.AccountID) ([]room.Seated, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select a.room_id::text, a.participant::text, a.founder from room_accounts a
		join participants p on p.room_id = a.room_id and p.id = a.participant and p.side = 'seller' and `+activePerson+`
		join room_plans r on r.room_id = a.room_id and r.stream = 'shared' and r.status <> 'archived'
		where a.workspace_id = $1 and a.account_id = $2 and exists (select from milestones m where m.room_id = a.room_id and m.stream = 'shared'
			and (a.participant in (m.seller_owner, m.buyer_owner) or exists (select from role_slots o
				where o.room_id = m.room_id and o.stream = 'shared' and o.filled_by = a.participant and o.id in (m.seller_owner, m.buyer_owner))))
		order by r.go_live desc nulls last, a.room_id limit $3`, ws, account, calendarRooms)
	if err != nil {
		return nil, wrap(err, "looking for the rooms of a calendar")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[room.Seated])
	return list, wrap(err, "looking for the rooms of a calendar")
}

func scanFeed(row pgx.CollectableRow) (f room.Feed, err error) { return f, scanFeedInto(row, &f) }

// scanFeedInto reads a feed, and what was asked for beside its columns.
func scanFeedInto(row pgx.CollectableRow, f *room.Feed, more ...any) error {
	var used *time.Time
	err := row.Scan(append([]any{&f.ID, &f.Workspace, &f.Room, &f.Shows, &f.Link, &f.Account, &f.Participant, &f.Side, &f.Created, &used}, more...)...)
	f.Created, f.LastUsed = f.Created.UTC(), orZero(used)
	return err
}
