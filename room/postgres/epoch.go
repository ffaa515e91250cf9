package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
)

// A room's epoch is "<heads.epoch>.<timeline>.<database>". The timeline changes
// when a standby is promoted and when a backup is recovered to a point in time,
// the database when a dump is restored into another one. In each case revs may be
// given out twice, with other content. What none of the two shows, such as a disk
// put back to an earlier state, is seen where a head is lower than a server
// knows: then heads.epoch is counted up. See ADR 12.

// oldest is the first version of PostgreSQL that Parley is tested on.
const oldest = 150000

// errStandby says that the database is a copy that follows another one: it may
// lack what was acknowledged. Waiting helps where it is about to be promoted.
var errStandby = errors.New("the database is a standby: connect to the primary")

// historyKey is where a connection keeps the history that it sees.
const historyKey = "parley.history"

// greet refuses a PostgreSQL that is too old or a standby, and notes which
// history the connection sees. The timeline is read from the log position being
// written: the control file has the old one until the first checkpoint after a promotion.
func greet(ctx context.Context, conn *pgx.Conn) error {
	var standby bool
	var version int
	var timeline, database string
	row := conn.QueryRow(ctx, `select pg_is_in_recovery(), current_setting('server_version_num')::int,
		case when pg_is_in_recovery() then '' else left(pg_walfile_name(pg_current_wal_lsn()), 8) end,
		(select system_identifier from pg_control_system()) || '/' || (select oid from pg_database where datname = current_database())`)
	if err := row.Scan(&standby, &version, &timeline, &database); err != nil {
		return fmt.Errorf("reading which database this is: %w", err)
	}
	if version < oldest {
		return fmt.Errorf("the database is PostgreSQL %d; %d or newer is needed", version/10000, oldest/10000)
	}
	if standby {
		return errStandby
	}
	n, err := strconv.ParseUint(timeline, 16, 32)
	if err != nil {
		return fmt.Errorf("reading the timeline: %w", err)
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(database)) // a hash never fails
	conn.PgConn().CustomData()[historyKey] = fmt.Sprintf("%d.%08x", n, hash.Sum32())
	return takeRole(ctx, conn)
}

// epochOn returns the epoch of a room whose head says epoch, as conn sees it.
func epochOn(conn *pgx.Conn, epoch int) room.Epoch {
	history, _ := conn.PgConn().CustomData()[historyKey].(string)
	return room.Epoch(fmt.Sprintf("%d.%s", epoch, history))
}

// NewEpoch begins another epoch of a room whose log was found to have gone back
// in old: nothing may go on from there. It returns where the room stands then.
// Where the room is in another epoch already, it only reads.
func (s *Store) NewEpoch(ctx context.Context, id room.ID, old room.Epoch) (room.Head, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	number, history, _ := strings.Cut(string(old), ".")
	var head room.Head
	err := s.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		if mine, _ := conn.Conn().PgConn().CustomData()[historyKey].(string); mine == history {
			_, err := conn.Exec(ctx, `update heads set epoch = epoch + 1 where room_id = $1 and epoch::text = $2`, id, number)
			if err != nil {
				return err
			}
		}
		var epoch int
		var shared, seller, buyer room.Rev
		err := conn.QueryRow(ctx, `select epoch, shared, seller, buyer from heads where room_id = $1`, id).
			Scan(&epoch, &shared, &seller, &buyer)
		if errors.Is(err, pgx.ErrNoRows) {
			return errGone()
		}
		head = room.Head{
			Epoch: epochOn(conn.Conn(), epoch),
			Revs:  room.Revs{room.Shared: shared, room.Seller: seller, room.Buyer: buyer},
		}
		return err
	})
	return head, wrap(err, "beginning another epoch of room %s", id)
}

// rewound begins another epoch within the transaction that holds the lock: the
// database has less than this server knows of the same epoch.
func (h *head) rewound(ctx context.Context, conn *pgx.Conn) error {
	err := conn.QueryRow(ctx, `update heads set epoch = epoch + 1 where room_id = $1 returning epoch`, string(h.room)).Scan(&h.number)
	if err != nil {
		return err
	}
	h.epoch, h.moved = epochOn(conn, h.number), true
	return nil
}
