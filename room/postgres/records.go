package postgres

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/room"
)

// recordKey names a record of a plan.
type recordKey struct {
	stream room.Stream
	id     room.RecordID
}

// touched says what a batch did to a record.
type touched struct {
	created bool
	fields  map[string]bool // that it set or cleared
}

// writeRecords queues the records that the commits touched, as the plan has them
// now: the new ones of an entity in one statement, of the others each its
// changed fields.
func (h *head) writeRecords(b *pgx.Batch, plan *room.Plan, commits []room.Encoded) {
	all := touchedBy(commits)
	for i := range room.Schema {
		k := &room.Schema[i]
		var created []map[string]any
		for key, t := range all[k.Entity] {
			rec := plan.Streams[key.stream][k.Entity][key.id]
			if t.created {
				created = append(created, rowOf(key, rec))
			} else {
				h.updateRecord(b, k, key, rec, t.fields)
			}
		}
		if len(created) > 0 {
			b.Queue(inserts[k.Entity], string(h.room), h.workspace, encode(created))
		}
	}
}

func touchedBy(commits []room.Encoded) map[room.Entity]map[recordKey]*touched {
	out := map[room.Entity]map[recordKey]*touched{}
	for i := range commits {
		for _, c := range commits[i].Commit.Changes {
			if out[c.Entity] == nil {
				out[c.Entity] = map[recordKey]*touched{}
			}
			key := recordKey{commits[i].Stream, c.ID}
			t := out[c.Entity][key]
			if t == nil {
				t = &touched{fields: map[string]bool{}}
				out[c.Entity][key] = t
			}
			t.created = t.created || c.Was == nil
			for name := range c.Set {
				t.fields[name] = true
			}
		}
	}
	return out
}

// updateRecord queues one record's changed fields and their marks. PostgreSQL
// takes any value from its text.
func (h *head) updateRecord(b *pgx.Batch, k *room.Kinded, key recordKey, rec *room.Record, fields map[string]bool) {
	marks := make(map[string]room.Mark, len(fields))
	args := []any{string(h.room), string(key.stream), string(key.id), nil}
	var sql strings.Builder
	fmt.Fprintf(&sql, `update %s set marks = marks || $4::text::jsonb`, k.Table)
	for i := range k.Fields {
		name := k.Fields[i].Name
		if !fields[name] {
			continue
		}
		marks[name] = rec.Marks[name]
		args = append(args, textOf(rec.Fields[name]))
		fmt.Fprintf(&sql, `, "%s" = $%d::text::%s`, name, len(args), sqlTypes[k.Fields[i].Type])
	}
	sql.WriteString(` where room_id = $1 and stream = $2 and id = $3`)
	args[3] = encode(marks)
	b.Queue(sql.String(), args...).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() != 1 {
			return tornError{k.Entity, key.id}
		}
		return nil
	})
}

// tornError says that the tables lack a record of the log.
type tornError struct {
	entity room.Entity
	id     room.RecordID
}

func (e tornError) Error() string {
	return fmt.Sprintf("the tables lack the %s %s, which the log has", e.entity, e.id)
}

// textOf returns a field's value as SQL text, nil for null.
func textOf(v room.Value) *string {
	var s string
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		s = v
	case int64:
		s = strconv.FormatInt(v, 10)
	case bool:
		s = strconv.FormatBool(v)
	default:
		s = encode(v)
	}
	return &s
}

// rowOf is a record as jsonb_to_recordset reads it.
func rowOf(k recordKey, rec *room.Record) map[string]any {
	row := make(map[string]any, len(rec.Fields)+3)
	for name, v := range rec.Fields {
		row[name] = v
	}
	row["stream"], row["id"], row["marks"] = k.stream, k.id, rec.Marks
	return row
}

// inserts holds the statement that writes new records of each entity, made from
// the schema. $1 is the room, $2 the workspace, $3 the records as a JSON array.
var inserts = func() map[room.Entity]string {
	out := map[room.Entity]string{}
	for _, k := range room.Schema {
		var names, values, types []string
		for _, f := range k.Fields {
			column := `"` + f.Name + `"`
			names = append(names, column)
			values = append(values, "r."+column)
			types = append(types, column+" "+sqlTypes[f.Type])
		}
		out[k.Entity] = fmt.Sprintf(`insert into %s (room_id, workspace_id, stream, id, marks, %s)
			select $1, $2, r.stream, r.id, r.marks, %s
			from jsonb_to_recordset($3::text::jsonb) as r(stream text, id uuid, marks jsonb, %s)`,
			k.Table, strings.Join(names, ", "), strings.Join(values, ", "), strings.Join(types, ", "))
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
