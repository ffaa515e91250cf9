package postgres

import (
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// write queues what a turn writes besides the head: records, log, cursors.
func (t *turn) write(b *pgx.Batch) {
	turns := []*turn{t}
	writeRecords(b, turns)
	if log, args := insertLog(turns, 0); log != "" {
		b.Queue(log, args...)
	}
	if kept, args := insertCursors(turns, 0); kept != "" {
		b.Queue(kept, args...)
	}
}

// writeHead queues the head's new revs, and its next turn.
func (t *turn) writeHead(b *pgx.Batch) {
	b.Queue(`update heads set turn = turn + 1, shared = $2::bigint, seller = $3::bigint, buyer = $4::bigint where room_id = $1`,
		string(t.room), int64(t.plan.Revs[room.Shared]), int64(t.plan.Revs[room.Seller]), int64(t.plan.Revs[room.Buyer]))
}

// insertLog is the statement that writes the turns' commits, and its parameters,
// which come after as many others; nothing where there are none.
func insertLog(turns []*turn, before int) (string, []any) {
	var rooms, workspaces, streams, ats, bodies []string
	var revs []int64
	var clients []*string
	var seqs []*int64
	for _, t := range turns {
		for i := range t.commits {
			c := &t.commits[i].Commit
			rooms, workspaces, streams = append(rooms, string(t.room)), append(workspaces, t.workspace), append(streams, string(t.commits[i].Stream))
			revs, ats, bodies = append(revs, int64(c.Rev)), append(ats, c.At), append(bodies, string(t.commits[i].Body))
			var client *string
			var seq *int64
			if c.Client != "" {
				client, seq = (*string)(&c.Client), &c.Seq
			}
			clients, seqs = append(clients, client), append(seqs, seq)
		}
	}
	if len(revs) == 0 {
		return "", nil
	}
	var log table
	log.add("room", "uuid", rooms)
	log.add("workspace", "uuid", workspaces)
	log.add("stream", "text", streams)
	log.add("rev", "bigint", revs)
	log.add("client", "uuid", clients)
	log.add("seq", "bigint", seqs)
	log.add("at", "timestamptz", ats)
	log.add("body", "json", bodies)
	from, args := log.from("t", before)
	return `insert into activity (room_id, workspace_id, stream, rev, client, seq, at, body)
		select t.room, t.workspace, t.stream, t.rev, t.client, t.seq, t.at, t.body from ` + from, args
}

// insertCursors is insertLog for how far clients have come.
func insertCursors(turns []*turn, before int) (string, []any) {
	var rooms, workspaces, streams, clients, actors []string
	var seqs, revs []int64
	var refused []*string
	for _, t := range turns {
		for key, c := range t.cursors {
			if !c.Dirty {
				continue
			}
			rooms, workspaces = append(rooms, string(t.room)), append(workspaces, t.workspace)
			streams, clients, actors = append(streams, string(key.Stream)), append(clients, string(key.Client)), append(actors, c.Actor)
			seqs, revs = append(seqs, c.Seq), append(revs, int64(c.Rev))
			refused = append(refused, encodeRefused(c.Refused))
		}
	}
	if len(streams) == 0 {
		return "", nil
	}
	var asked table
	asked.add("room", "uuid", rooms)
	asked.add("workspace", "uuid", workspaces)
	asked.add("stream", "text", streams)
	asked.add("client", "uuid", clients)
	asked.add("actor", "text", actors)
	asked.add("seq", "bigint", seqs)
	asked.add("rev", "bigint", revs)
	asked.add("refused", "jsonb", refused)
	from, args := asked.from("t", before)
	return `insert into cursors (room_id, workspace_id, stream, client, actor, seq, rev, refused)
		select t.room, t.workspace, t.stream, t.client, t.actor, t.seq, t.rev, t.refused from ` + from + `
		on conflict (room_id, stream, client) do update
		set actor = excluded.actor, seq = excluded.seq, rev = excluded.rev, refused = excluded.refused, seen_at = now()`, args
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
