package faults

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// writeTruth writes down what PostgreSQL holds, read past every server in one
// snapshot.
func (w *World) writeTruth(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, w.PG.dsn())
	if err != nil {
		return fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, conn, options, func(tx pgx.Tx) error {
		for _, read := range []func(context.Context, pgx.Tx) error{w.readHeads, w.readLog, w.readRows, w.readOrders, w.readRevoked} {
			if err := read(ctx, tx); err != nil {
				return fmt.Errorf("reading what PostgreSQL holds: %w", err)
			}
		}
		return nil
	})
}

func (w *World) readHeads(ctx context.Context, tx pgx.Tx) error {
	return each(ctx, tx, `select room_id::text, s.stream, s.rev, epoch::text from heads,
		lateral (values ('shared', shared::bigint), ('seller', seller::bigint), ('buyer', buyer::bigint)) as s(stream, rev)`,
		func(e *Event) []any { e.Kind = KindHead; return []any{&e.Room, &e.S, &e.Rev, &e.Epoch} }, w.rec)
}

func (w *World) readLog(ctx context.Context, tx pgx.Tx) error {
	return each(ctx, tx, `select room_id::text, stream::text, rev::bigint, coalesce(client::text, ''), coalesce(seq, 0),
		(extract(epoch from at) * 1000000)::bigint, body::text from activity order by room_id, stream, rev`,
		func(e *Event) []any {
			e.Kind = KindLogged
			return []any{&e.Room, &e.S, &e.Rev, &e.ID, &e.Seq, &e.Wall, (*[]byte)(&e.Body)}
		}, w.rec)
}

func (w *World) readRows(ctx context.Context, tx pgx.Tx) error {
	for _, k := range room.Schema {
		err := each(ctx, tx, fmt.Sprintf(`select room_id::text, stream::text, id::text, marks::text,
			jsonb_strip_nulls(to_jsonb(t) - '{room_id,workspace_id,stream,id,marks}'::text[])::text from %s t`, k.Table),
			func(e *Event) []any {
				e.Kind, e.Name = KindRow, string(k.Entity)
				return []any{&e.Room, &e.S, &e.ID, (*[]byte)(&e.Marks), (*[]byte)(&e.Body)}
			}, w.rec)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *World) readOrders(ctx context.Context, tx pgx.Tx) error {
	for _, k := range room.Schema {
		parent, ordered := listOf[string(k.Entity)]
		if !ordered {
			continue
		}
		if parent == "" {
			parent = "null::uuid"
		}
		err := each(ctx, tx, fmt.Sprintf(`select room_id::text, stream::text, coalesce(%[2]s::text, ''), array_agg(id::text order by pos, id)
			from %[1]s group by room_id, stream, %[2]s`, k.Table, parent),
			func(e *Event) []any {
				e.Kind, e.Name = KindOrder, string(k.Entity)
				return []any{&e.Room, &e.S, &e.ID, &e.Each}
			}, w.rec)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *World) readRevoked(ctx context.Context, tx pgx.Tx) error {
	return each(ctx, tx, `select distinct s.room_id::text, s.participant::text, (extract(epoch from l.revoked_at) * 1000000)::bigint
		from sessions s join links l on l.id = s.link_id where l.revoked_at is not null and s.participant is not null`,
		func(e *Event) []any { e.Kind = KindRevoked; return []any{&e.Room, &e.ID, &e.Wall} }, w.rec)
}

// each writes an event for every row; into says where its columns go.
func each(ctx context.Context, tx pgx.Tx, sql string, into func(*Event) []any, rec *Recorder) error {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e Event
		if err := rows.Scan(into(&e)...); err != nil {
			return err
		}
		rec.Write(e)
	}
	return rows.Err()
}
