package postgres

import (
	"errors"
	"strconv"
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

// claim queues the statement that takes the next turn of each room and moves its
// revs, or ends the transaction and names the rooms for which not all holds that
// the verdicts rest on: nobody else has the head's row locked, and epoch and turn
// are those remembered, so that plan and cursors are current, since everybody who
// writes to the room changes the turn under this lock; the time of the commits is
// not ahead of the database's clock, and not long past; and no session of the
// batch has ended. The revs are compared as well: a server of an older version
// takes no turns, and rows may have been put back behind everybody's back.
//
// Log and cursors are written by the same statement, once the claim has held: two
// statements less to take in and to answer. Records are not: each combination of
// tables and fields would be a statement of its own.
//
// Turns that go together wait for no lock, so that no room waits for another one's,
// and two servers never wait for each other.
func claim(b *pgx.Batch, turns []*turn) {
	n := len(turns)
	rooms, epochs, numbers, ats := make([]string, n), make([]int64, n), make([]int64, n), make([]time.Time, n)
	var had, next [len(room.Streams)][]int64
	for i := range room.Streams {
		had[i], next[i] = make([]int64, n), make([]int64, n)
	}
	for i, t := range turns {
		rooms[i], epochs[i], numbers[i], ats[i] = string(t.room), int64(t.number), t.head.turn, t.at.Truncate(time.Microsecond)
		for j, s := range room.Streams {
			had[j][i], next[j][i] = int64(t.revs[s]), int64(t.plan.Revs[s])
		}
	}
	var asked table
	asked.add("room", "uuid", rooms)
	asked.add("epoch", "bigint", epochs)
	asked.add("turn", "bigint", numbers)
	asked.add("at", "timestamptz", ats)
	for i, s := range room.Streams {
		asked.add("had_"+string(s), "bigint", had[i])
		asked.add("next_"+string(s), "bigint", next[i])
	}
	from, args := asked.from("w", 0)
	tables, condition, of := alive(turns, len(args))
	args = append(args, of...)
	free, moved := "", `head_moved()`
	if n > 1 {
		free, moved = freeSQL, movedSQL
	}
	also := ""
	if log, more := insertLog(turns, len(args)); log != "" {
		also, args = ", logged as ("+log+")", append(args, more...)
	}
	if kept, more := insertCursors(turns, len(args)); kept != "" {
		also, args = also+", kept as ("+kept+")", append(args, more...)
	}
	sql := `with claimed as (update heads h set turn = h.turn + 1, shared = w.next_shared, seller = w.next_seller, buyer = w.next_buyer
		from ` + from + tables + claimedSQL + condition + free + ` returning h.room_id)` + also + `
		select case when (select count(*) from claimed) = ` + strconv.Itoa(n) + ` then clock_timestamp() else ` + moved + ` end`
	b.Queue(sql, args...).
		QueryRow(func(row pgx.Row) error {
			var said time.Time
			if err := row.Scan(&said); err != nil {
				return err
			}
			for _, t := range turns {
				t.clock = clock{said, time.Now()}
			}
			return nil
		})
}

// The parts of a claim on the heads h of the rooms w.
const (
	claimedSQL = `
		where h.room_id = w.room and h.epoch = w.epoch and h.turn = w.turn
			and h.shared = w.had_shared and h.seller = w.had_seller and h.buyer = w.had_buyer
			and w.at between clock_timestamp() - interval '2 seconds' and clock_timestamp()`

	freeSQL = ` and h.room_id in (select f.room_id from heads f where f.room_id = any($1::text[]::uuid[]) for no key update skip locked)`

	movedSQL = `heads_moved((select string_agg(r.room::text, ',') from unnest($1::text[]::uuid[]) as r (room)
			where r.room not in (select c.room_id from claimed c)))`
)
