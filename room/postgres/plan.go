package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// loadPlan reads the named streams of a room from the tables. The caller holds
// the head's lock, or a snapshot, so that they and the head agree.
func loadPlan(ctx context.Context, conn *pgx.Conn, h *head, streams []room.Stream) (*room.Plan, error) {
	plan := room.NewPlan(h.room, h.epoch)
	for _, s := range streams {
		plan.Revs[s] = h.revs[s]
	}
	var b pgx.Batch
	for _, k := range room.Schema {
		b.Queue(selects[k.Entity], h.room, streams).Query(func(rows pgx.Rows) error {
			return scanRecords(rows, plan, k.Entity)
		})
	}
	if err := conn.SendBatch(ctx, &b).Close(); err != nil {
		return nil, fmt.Errorf("loading the plan: %w", err)
	}
	return plan, nil
}

// selects holds the statement that reads the records of each entity. Absent
// fields are left out.
var selects = func() map[room.Entity]string {
	out := map[room.Entity]string{}
	for _, k := range room.Schema {
		out[k.Entity] = fmt.Sprintf(`select t.stream, t.id::text, t.marks,
			jsonb_strip_nulls(to_jsonb(t) - '{room_id,workspace_id,stream,id,marks}'::text[])
			from %s t where t.room_id = $1 and t.stream = any($2::text[])`, k.Table)
	}
	return out
}()

func scanRecords(rows pgx.Rows, plan *room.Plan, e room.Entity) error {
	for rows.Next() {
		var s room.Stream
		var rec room.Record
		var marks, fields []byte
		if err := rows.Scan(&s, &rec.ID, &marks, &fields); err != nil {
			return err
		}
		if err := json.Unmarshal(marks, &rec.Marks); err != nil {
			return fmt.Errorf("reading the marks of %s %s: %w", e, rec.ID, err)
		}
		var err error
		if rec.Fields, err = decodeFields(e, fields); err != nil {
			return fmt.Errorf("reading %s %s: %w", e, rec.ID, err)
		}
		if plan.Streams[s][e] == nil {
			plan.Streams[s][e] = room.Records{}
		}
		plan.Streams[s][e][rec.ID] = &rec
	}
	return rows.Err()
}

// decodeFields reads a record's fields from the JSON of its row.
func decodeFields(e room.Entity, fields []byte) (room.Fields, error) {
	raw := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(fields))
	decoder.UseNumber()
	if err := decoder.Decode(&raw); err != nil {
		return nil, err
	}
	return room.NormalizeFields(e, raw)
}
