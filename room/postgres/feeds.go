package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// MaxFeeds bounds the calendar addresses of a room that are alive: more than
// that many people have not been given it.
const MaxFeeds = 20_000

// openLink is true of a link l that may be used by who has nothing but it: what
// was made by one that now asks for more has nobody to ask.
const openLink = liveLink + ` and l.door = 'open' and l.password_hash is null`

// liveFeed is true of a feed f that may be read: it dies with its link, and when
// its person loses access.
const liveFeed = `f.revoked_at is null and (f.link_id is null or exists (select from links l where l.id = f.link_id and ` + openLink + `))
	and (f.participant is null or exists (select from participants p where p.room_id = f.room_id and p.stream = 'shared' and p.id = f.participant
		and not coalesce(p.removed, false) and p.state not in ('revoked', 'requested')))`

const feedColumns = `f.id::text, f.workspace_id::text, f.room_id::text, f.created_at`

// CreateFeed makes a calendar address and returns it with its token, which is
// kept nowhere else.
func (s *Store) CreateFeed(ctx context.Context, n room.NewFeed) (room.Feed, string, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	token, hash := newToken()
	rows, err := s.pool.Query(ctx, `insert into feeds as f (workspace_id, room_id, link_id, participant, token_hash)
		select $1, $2, nullif($3, '')::uuid, nullif($4, '')::uuid, $5 where (select count(*) from feeds where room_id = $2 and revoked_at is null) < $6
		returning `+feedColumns, n.Workspace, n.Room, n.Link, n.Participant, hash, MaxFeeds)
	if err != nil {
		return room.Feed{}, "", wrap(err, "making a feed")
	}
	feed, err := pgx.CollectExactlyOneRow(rows, scanFeed)
	if errors.Is(err, pgx.ErrNoRows) {
		return room.Feed{}, "", room.Errorf(room.Limit, "this room has as many calendar addresses as it can have; end some first")
	}
	return feed, token, wrap(err, "making a feed")
}

// FeedByToken returns the feed of a token while it is alive.
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
	if err == nil {
		adopt(ctx, feed.Workspace)
	}
	return feed, wrap(err, "looking for a feed")
}

// RevokeFeed ends a feed. Doing it again changes nothing.
func (s *Store) RevokeFeed(ctx context.Context, token string) error {
	ctx, cancel := bound(system(ctx))
	defer cancel()
	_, err := s.pool.Exec(ctx, `update feeds set revoked_at = clock_timestamp() where token_hash = $1 and revoked_at is null`, hashToken(token))
	return wrap(err, "ending a feed")
}

func scanFeed(row pgx.CollectableRow) (room.Feed, error) {
	var f room.Feed
	var created time.Time
	err := row.Scan(&f.ID, &f.Workspace, &f.Room, &created)
	f.Created = created.UTC().Format(room.InstantFormat)
	return f, err
}
