package postgres

import (
	"context"
	"time"

	"parley/room"
)

// viewPause is how long somebody must have been away for the next look to count
// as another one.
const viewPause = 30 * time.Minute

// CountView notes that a person looked at the room with a session: the link's
// last use, to the minute, and one view more, unless the same session had one
// within the last half hour.
func (s *Store) CountView(ctx context.Context, id room.SessionID) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	_, err := s.pool.Exec(ctx, `with seen as (
			update sessions s set viewed_at = clock_timestamp() from sessions before
			where s.id = $1 and before.id = s.id and (s.viewed_at is null or s.viewed_at < clock_timestamp() - interval '1 minute')
			returning s.link_id, before.viewed_at is null or before.viewed_at < clock_timestamp() - $2::interval as anew)
		update links l set last_used_at = clock_timestamp(), views = l.views + case when seen.anew then 1 else 0 end
		from seen where l.id = seen.link_id`, id, viewPause)
	return wrap(err, "counting a view")
}
