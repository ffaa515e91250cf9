package postgres

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// writes is the second round trip: records, log, cursors, head, commit. It is
// nil when there is nothing to write.
func (h *head) writes(plan *room.Plan, commits []room.Encoded) *pgx.Batch {
	var b pgx.Batch
	h.writeRecords(&b, plan, commits)
	h.writeActivity(&b, commits)
	h.writeCursors(&b)
	if b.Len() == 0 {
		return nil
	}
	if len(commits) > 0 {
		b.Queue(`update heads set shared = $2::bigint, seller = $3::bigint, buyer = $4::bigint where room_id = $1`,
			string(h.room), int64(plan.Revs[room.Shared]), int64(plan.Revs[room.Seller]), int64(plan.Revs[room.Buyer]))
	}
	b.Queue(`commit`)
	return &b
}

// key names a record that a batch touched.
type key struct {
	stream room.Stream
	id     room.RecordID
}

// writeRecords queues one statement for each entity that the commits touched,
// with the records as the plan has them now.
func (h *head) writeRecords(b *pgx.Batch, plan *room.Plan, commits []room.Encoded) {
	touched := map[room.Entity]map[key]bool{}
	for i := range commits {
		for _, c := range commits[i].Commit.Changes {
			if touched[c.Entity] == nil {
				touched[c.Entity] = map[key]bool{}
			}
			touched[c.Entity][key{commits[i].Stream, c.ID}] = true
		}
	}
	for _, k := range room.Schema {
		keys := touched[k.Entity]
		if len(keys) == 0 {
			continue
		}
		rows := make([]map[string]any, 0, len(keys))
		for key := range keys {
			rows = append(rows, rowOf(key, plan.Streams[key.stream][k.Entity][key.id]))
		}
		b.Queue(upserts[k.Entity], string(h.room), h.workspace, encode(rows))
	}
}

// rowOf is a record as jsonb_to_recordset reads it.
func rowOf(k key, rec *room.Record) map[string]any {
	row := make(map[string]any, len(rec.Fields)+3)
	for name, v := range rec.Fields {
		row[name] = v
	}
	row["stream"], row["id"], row["marks"] = k.stream, k.id, rec.Marks
	return row
}

// upserts holds the statement that writes records of each entity, made from the
// schema. $1 is the room, $2 the workspace, $3 the records as a JSON array.
var upserts = func() map[room.Entity]string {
	out := map[room.Entity]string{}
	for _, k := range room.Schema {
		var names, values, types, sets []string
		for _, f := range k.Fields {
			column := `"` + f.Name + `"`
			names = append(names, column)
			values = append(values, "r."+column)
			types = append(types, column+" "+sqlTypes[f.Type])
			sets = append(sets, column+" = excluded."+column)
		}
		out[k.Entity] = fmt.Sprintf(`insert into %s (room_id, workspace_id, stream, id, marks, %s)
			select $1, $2, r.stream, r.id, r.marks, %s
			from jsonb_to_recordset($3::text::jsonb) as r(stream text, id uuid, marks jsonb, %s)
			on conflict (room_id, stream, id) do update set marks = excluded.marks, %s`,
			k.Table, strings.Join(names, ", "), strings.Join(values, ", "), strings.Join(types, ", "), strings.Join(sets, ", "))
	}
	return out
}()

// sqlTypes are the columns' types by field type.
var sqlTypes = map[room.Type]string{
	room.Text: "text", room.Prose: "text", room.Enum: "text", room.Key: "text", room.Zone: "text",
	room.Day: "date", room.Instant: "timestamptz", room.Int: "integer", room.Bool: "boolean",
	room.Ref: "uuid", room.RefList: "jsonb", room.On: "jsonb", room.Money: "numeric(17,2)",
	room.Weekdays: "jsonb", room.Days: "jsonb", room.DateList: "jsonb",
}

func (h *head) writeActivity(b *pgx.Batch, commits []room.Encoded) {
	if len(commits) == 0 {
		return
	}
	n := len(commits)
	streams, revs, ats, bodies := make([]string, n), make([]int64, n), make([]string, n), make([]string, n)
	clients, seqs := make([]*string, n), make([]*int64, n)
	for i := range commits {
		c := &commits[i].Commit
		streams[i], revs[i], ats[i], bodies[i] = string(commits[i].Stream), int64(c.Rev), c.At, string(commits[i].Body)
		if c.Client != "" {
			client := string(c.Client)
			clients[i], seqs[i] = &client, &c.Seq
		}
	}
	b.Queue(`insert into activity (room_id, workspace_id, stream, rev, client, seq, at, body)
		select $1, $2, t.stream, t.rev, t.client::uuid, t.seq, t.at::timestamptz, t.body::json
		from unnest($3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::text[]) as t(stream, rev, client, seq, at, body)`,
		string(h.room), h.workspace, streams, revs, clients, seqs, ats, bodies)
}

func (h *head) writeCursors(b *pgx.Batch) {
	var streams, clients, actors []string
	var seqs, revs []int64
	var refused []*string
	for key, c := range h.cursors {
		if !c.Dirty {
			continue
		}
		streams, clients, actors = append(streams, string(key.Stream)), append(clients, string(key.Client)), append(actors, c.Actor)
		seqs, revs = append(seqs, c.Seq), append(revs, int64(c.Rev))
		refused = append(refused, encodeRefused(c.Refused))
	}
	if len(streams) == 0 {
		return
	}
	b.Queue(`insert into cursors (room_id, workspace_id, stream, client, actor, seq, rev, refused)
		select $1, $2, t.stream, t.client::uuid, t.actor, t.seq, t.rev, t.refused::jsonb
		from unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[]) as t(stream, client, actor, seq, rev, refused)
		on conflict (room_id, stream, client) do update
		set actor = excluded.actor, seq = excluded.seq, rev = excluded.rev, refused = excluded.refused, seen_at = now()`,
		string(h.room), h.workspace, streams, clients, actors, seqs, revs, refused)
}

func encodeRefused(refused map[int64]*room.Error) *string {
	if len(refused) == 0 {
		return nil
	}
	s := encode(refused)
	return &s
}

// encode returns v as JSON. What it is given holds strings, numbers, booleans
// and lists of them only.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("postgres: a value of a plan has no JSON form: %v", err))
	}
	return string(b)
}
