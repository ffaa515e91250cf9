package postgres

import (
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/room"
)

// errMoved says that the room is not proven to be as it was remembered.
var errMoved = errors.New("the room has moved on")

// movedCode is the SQLSTATE that head_moved raises.
const movedCode = "PM001"

func movedOn(err error) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pgErr.Code == movedCode
}

// claim queues the statement that takes the room's next turn and moves its revs,
// or ends the transaction unless all that the verdicts rest on holds: epoch and
// turn are those remembered, and everybody who writes to the room changes the turn
// under this row's lock, so plan and cursors are current; the time of the commits
// is not ahead of the database's clock, and not long past; and no session of the
// batch has ended. The revs are compared as well: a server of an older version
// takes no turns, and rows may have been put back behind everybody's back.
func (h *head) claim(b *pgx.Batch, plan *room.Plan, reqs []room.Request) {
	_, sessions := senders(reqs)
	b.Queue(claimSQL, string(h.room), sessions, h.at.Truncate(time.Microsecond), h.number, h.turn,
		int64(h.revs[room.Shared]), int64(h.revs[room.Seller]), int64(h.revs[room.Buyer]),
		int64(plan.Revs[room.Shared]), int64(plan.Revs[room.Seller]), int64(plan.Revs[room.Buyer])).
		QueryRow(func(row pgx.Row) error {
			var said time.Time
			if err := row.Scan(&said); err != nil {
				return err
			}
			h.clock = clock{said, time.Now()}
			return nil
		})
}

const claimSQL = `with claimed as (
		update heads set turn = turn + 1, shared = $9::bigint, seller = $10::bigint, buyer = $11::bigint
		where room_id = $1 and epoch = $4 and turn = $5::bigint and shared = $6::bigint and seller = $7::bigint and buyer = $8::bigint
			and $3::timestamptz between clock_timestamp() - interval '2 seconds' and clock_timestamp()
			and not exists (select from unnest($2::text[]::uuid[]) as asked (id)
				where not exists (select from sessions s where s.id = asked.id and s.room_id = $1 and ` + liveSession + `))
		returning room_id)
	select case when exists (select from claimed) then clock_timestamp() else head_moved() end`
