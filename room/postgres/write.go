package postgres

import (
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// changed reports whether a judged batch has anything to write.
func (h *head) changed(commits []room.Encoded) bool {
	if len(commits) > 0 {
		return true
	}
	for _, c := range h.cursors {
		if c.Dirty {
			return true
		}
	}
	return false
}

// write queues what a batch writes besides the head: records, log, cursors.
func (h *head) write(b *pgx.Batch, plan *room.Plan, commits []room.Encoded) {
	h.writeRecords(b, plan, commits)
	h.writeActivity(b, commits)
	h.writeCursors(b)
}

// writeHead queues the head's new revs, and its next turn.
func (h *head) writeHead(b *pgx.Batch, plan *room.Plan) {
	b.Queue(`update heads set turn = turn + 1, shared = $2::bigint, seller = $3::bigint, buyer = $4::bigint where room_id = $1`,
		string(h.room), int64(plan.Revs[room.Shared]), int64(plan.Revs[room.Seller]), int64(plan.Revs[room.Buyer]))
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
