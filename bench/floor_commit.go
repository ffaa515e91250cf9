//go:build linux

package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// commitFloor is what PostgreSQL needs for durable work when nothing is
// grouped: bare single-row commits, and one op per transaction.
type commitFloor struct {
	dsn   string
	body  []byte // a commit as the server's log keeps it
	conns []*floorConn
	rooms []floorRoom
}

// floorRoom is one room of the floor's own tables.
type floorRoom struct{ id, client, milestone uuid.UUID }

func newCommitFloor() (floorWork, error) { return &commitFloor{}, nil }

func (f *commitFloor) obey(o floorOrder) (floorReport, error) {
	ctx := context.Background()
	switch o.Do {
	case "open":
		f.dsn, f.body = o.DSN, o.Frame
		return floorReport{}, f.open(ctx, o.N, o.Rooms)
	case "commits":
		took, err := f.commits(ctx, o.N)
		return floorReport{Took: took}, err
	case "inserts":
		return f.inserts(ctx, f.conns[:o.N], o.For)
	case "transactions":
		return f.transactions(ctx, f.conns[:o.N], f.rooms[:o.Rooms], 0, o.For)
	case "rate":
		return f.transactions(ctx, f.conns[:o.N], f.rooms[:o.Rooms], time.Second/time.Duration(o.PerSecond), o.For)
	default:
		return floorReport{}, fmt.Errorf("no such order")
	}
}

// floorSchema has the rows that an op touches, each as narrow as the work
// allows: the floor pays for no feature.
const floorSchema = `
create schema if not exists bench_floor;
create table if not exists bench_floor.rows (id bigint generated always as identity primary key, body text not null);
create table if not exists bench_floor.heads (room_id uuid primary key, rev bigint not null) with (fillfactor = 50);
create table if not exists bench_floor.cursors (room_id uuid, client uuid, seq bigint not null, rev bigint not null,
  primary key (room_id, client)) with (fillfactor = 70);
create table if not exists bench_floor.milestones (room_id uuid, id uuid, title text not null, rev bigint not null,
  primary key (room_id, id)) with (fillfactor = 70);
create table if not exists bench_floor.activity (room_id uuid, rev bigint, client uuid not null, seq bigint not null,
  at timestamptz not null default now(), body json not null, primary key (room_id, rev));
`

// open connects n times and makes the rooms.
func (f *commitFloor) open(ctx context.Context, n, rooms int) error {
	for range n {
		conn, err := pgx.Connect(ctx, f.dsn)
		if err != nil {
			return fmt.Errorf("connecting: %w", err)
		}
		f.conns = append(f.conns, &floorConn{conn})
	}
	if _, err := f.conns[0].Exec(ctx, floorSchema); err != nil {
		return fmt.Errorf("making the floor's tables: %w", err)
	}
	for range rooms {
		r := floorRoom{uuid.New(), uuid.New(), uuid.New()}
		var b pgx.Batch
		b.Queue("insert into bench_floor.heads values ($1, 0)", r.id)
		b.Queue("insert into bench_floor.cursors values ($1, $2, 0, 0)", r.id, r.client)
		b.Queue("insert into bench_floor.milestones values ($1, $2, '', 0)", r.id, r.milestone)
		if err := f.conns[0].SendBatch(ctx, &b).Close(); err != nil {
			return fmt.Errorf("making the floor's rooms: %w", err)
		}
		f.rooms = append(f.rooms, r)
	}
	return nil
}

// commits inserts n rows, each a transaction of one statement: one round trip
// and one flush of the log.
func (f *commitFloor) commits(ctx context.Context, n int) ([]time.Duration, error) {
	took := make([]time.Duration, 0, n)
	for range n {
		start := time.Now()
		if _, err := f.conns[0].Exec(ctx, "insert into bench_floor.rows (body) values ($1)", string(f.body)); err != nil {
			return nil, fmt.Errorf("inserting a row: %w", err)
		}
		took = append(took, time.Since(start))
	}
	return took, nil
}

// inserts is commits from every connection at once, for d.
func (f *commitFloor) inserts(ctx context.Context, conns []*floorConn, d time.Duration) (floorReport, error) {
	var done atomic.Int64
	start := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for _, conn := range conns {
		g.Go(func() error {
			for time.Since(start) < d {
				if _, err := conn.Exec(ctx, "insert into bench_floor.rows (body) values ($1)", string(f.body)); err != nil {
					return fmt.Errorf("inserting a row: %w", err)
				}
				done.Add(1)
			}
			return nil
		})
	}
	err := g.Wait()
	return floorReport{N: int(done.Load()), Seconds: time.Since(start).Seconds()}, err
}

// transactions commits ops one by one on every connection for d, the i-th
// connection walking over the rooms from the i-th on; with a pause, that long
// from one start to the next.
func (f *commitFloor) transactions(ctx context.Context, conns []*floorConn, rooms []floorRoom, pause, d time.Duration) (floorReport, error) {
	var done atomic.Int64
	start := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for i, conn := range conns {
		g.Go(func() error {
			next := start
			for at := i; time.Since(start) < d; at++ {
				if pause > 0 {
					time.Sleep(time.Until(next))
					next = next.Add(pause)
				}
				if err := conn.op(ctx, rooms[at%len(rooms)], f.body); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	err := g.Wait()
	return floorReport{N: int(done.Load()), Seconds: time.Since(start).Seconds()}, err
}

// floorConn is a connection of the floor.
type floorConn struct{ *pgx.Conn }

// op is one edit in one transaction, in two pipelined round trips, as good as it
// gets without grouping: lock the head, read the cursor; write cursor,
// milestone, activity and head, commit.
func (c *floorConn) op(ctx context.Context, r floorRoom, body []byte) error {
	var rev, seq int64
	var read pgx.Batch
	read.Queue("begin")
	read.Queue("select rev from bench_floor.heads where room_id = $1 for no key update", r.id).
		QueryRow(func(row pgx.Row) error { return row.Scan(&rev) })
	read.Queue("select seq from bench_floor.cursors where room_id = $1 and client = $2", r.id, r.client).
		QueryRow(func(row pgx.Row) error { return row.Scan(&seq) })
	if err := c.SendBatch(ctx, &read).Close(); err != nil {
		return fmt.Errorf("locking the head: %w", err)
	}
	rev, seq = rev+1, seq+1
	var write pgx.Batch
	write.Queue("update bench_floor.cursors set seq = $3, rev = $4 where room_id = $1 and client = $2", r.id, r.client, seq, rev)
	write.Queue("update bench_floor.milestones set title = $3, rev = $4 where room_id = $1 and id = $2",
		r.id, r.milestone, string(appendTitle(nil, r.client.String(), seq)), rev)
	write.Queue("insert into bench_floor.activity (room_id, rev, client, seq, body) values ($1, $2, $3, $4, $5)",
		r.id, rev, r.client, seq, string(body))
	write.Queue("update bench_floor.heads set rev = $2 where room_id = $1", r.id, rev)
	write.Queue("commit")
	if err := c.SendBatch(ctx, &write).Close(); err != nil {
		return fmt.Errorf("committing an op: %w", err)
	}
	return nil
}
