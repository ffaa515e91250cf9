package postgres

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/room"
)

// recordKey names a record of the turns' rooms.
type recordKey struct {
	turn   *turn
	stream room.Stream
	id     room.RecordID
}

func (k recordKey) record(e room.Entity) *room.Record { return k.turn.plan.Streams[k.stream][e][k.id] }

// touched says what a batch did to a record.
type touched struct {
	created bool
	fields  uint64 // that it set or cleared, by their places in the schema
}

// writeRecords queues the records that the commits touched, as the plans have
// them now: the new ones of an entity in one statement, of the others those with
// the same changed fields.
func writeRecords(b *pgx.Batch, turns []*turn) {
	for i, records := range touchedBy(turns) {
		k := &room.Schema[i]
		var created []map[string]any
		changed := map[uint64][]recordKey{}
		for key, t := range records {
			if t.created {
				created = append(created, rowOf(key, key.record(k.Entity)))
			} else {
				changed[t.fields] = append(changed[t.fields], key)
			}
		}
		for fields, keys := range changed {
			updateRecords(b, k, fields, keys)
		}
		if len(created) > 0 {
			b.Queue(inserts[k.Entity], encode(created))
		}
	}
}

// touchedBy returns the touched records of each entity, in the schema's order.
func touchedBy(turns []*turn) []map[recordKey]touched {
	out := make([]map[recordKey]touched, len(room.Schema))
	for _, t := range turns {
		for i := range t.commits {
			for _, c := range t.commits[i].Commit.Changes {
				entity, places := placesOf(c.Entity)
				if out[entity] == nil {
					out[entity] = map[recordKey]touched{}
				}
				key := recordKey{t, t.commits[i].Stream, c.ID}
				was := out[entity][key]
				was.created = was.created || c.Was == nil
				for name := range c.Set {
					was.fields |= 1 << places[name]
				}
				out[entity][key] = was
			}
		}
	}
	return out
}

// updateRecords queues the same changed fields, and their marks, of some records.
// PostgreSQL takes any value from its text.
func updateRecords(b *pgx.Batch, k *room.Kinded, fields uint64, keys []recordKey) {
	n := len(keys)
	rooms, streams, ids, marks := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, key := range keys {
		rooms[i], streams[i], ids[i] = string(key.turn.room), string(key.stream), string(key.id)
		marks[i] = encode(marksOf(key.record(k.Entity), k, fields))
	}
	var changed table
	changed.add("room", "uuid", rooms)
	changed.add("stream", "text", streams)
	changed.add("id", "uuid", ids)
	changed.add("marks", "jsonb", marks)
	var set strings.Builder
	for i := range k.Fields {
		if fields&(1<<i) == 0 {
			continue
		}
		f := &k.Fields[i]
		values := make([]*string, n)
		for j, key := range keys {
			values[j] = textOf(key.record(k.Entity).Fields[f.Name])
		}
		column := `"` + f.Name + `"`
		changed.add("new_"+f.Name, sqlTypes[f.Type], values)
		set.WriteString(", " + column + " = u.new_" + f.Name)
	}
	from, args := changed.from("u", 0)
	b.Queue(`update `+k.Table+` t set marks = t.marks || u.marks`+set.String()+` from `+from+`
		where t.room_id = u.room and t.stream = u.stream and t.id = u.id`, args...).
		Exec(func(tag pgconn.CommandTag) error {
			if tag.RowsAffected() != int64(n) {
				return tornError{k.Entity, ids}
			}
			return nil
		})
}

// marksOf returns the marks of those fields.
func marksOf(rec *room.Record, k *room.Kinded, fields uint64) map[string]room.Mark {
	marks := make(map[string]room.Mark, bits.OnesCount64(fields))
	for i := range k.Fields {
		if fields&(1<<i) != 0 {
			marks[k.Fields[i].Name] = rec.Marks[k.Fields[i].Name]
		}
	}
	return marks
}

// placesOf returns an entity's place in the schema, and its fields' by name.
func placesOf(e room.Entity) (int, map[string]int) {
	i := slices.IndexFunc(room.Schema, func(k room.Kinded) bool { return k.Entity == e })
	return i, fieldPlaces[i]
}

var fieldPlaces = func() []map[string]int {
	out := make([]map[string]int, len(room.Schema))
	for i := range room.Schema {
		out[i] = map[string]int{}
		for j := range room.Schema[i].Fields {
			out[i][room.Schema[i].Fields[j].Name] = j
		}
	}
	return out
}()

// tornError says that the tables lack a record of the log, one of those named.
type tornError struct {
	entity room.Entity
	ids    []string
}

func (e tornError) Error() string {
	return fmt.Sprintf("the tables lack the %s %s, which the log has", e.entity, strings.Join(e.ids, " or "))
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
	row := make(map[string]any, len(rec.Fields)+5)
	for name, v := range rec.Fields {
		row[name] = v
	}
	row["room_id"], row["workspace_id"] = k.turn.room, k.turn.workspace
	row["stream"], row["id"], row["marks"] = k.stream, k.id, rec.Marks
	return row
}

// inserts holds the statement that writes new records of each entity, made from
// the schema. $1 is the records as a JSON array.
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
			select r.room_id, r.workspace_id, r.stream, r.id, r.marks, %s
			from jsonb_to_recordset($1::text::jsonb) as r(room_id uuid, workspace_id uuid, stream text, id uuid, marks jsonb, %s)`,
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
