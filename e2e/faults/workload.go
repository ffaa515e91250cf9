package faults

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// kind is one thing that a client may do, and how often of a hundred times.
type kind struct {
	name  string
	often int
	// make returns the stream, the op, and the codes that it may be refused with
	// ("!" beside them: it must be).
	make func(c *Client) (stream string, ops []any, may []string)
}

// kinds are what people do in a room. Every text is unique, so that what is
// read can be traced to who wrote it; private ones hold the side's canary.
var kinds = []kind{
	{"milestone.update", 44, func(c *Client) (string, []any, []string) {
		return "shared", one(map[string]any{"kind": "milestone.update", "id": c.milestone(), "set": map[string]any{"title": c.unique("Security review")}}), nil
	}},
	{"milestone.update due", 10, func(c *Client) (string, []any, []string) {
		return "shared", one(map[string]any{"kind": "milestone.update", "id": c.milestone(), "set": map[string]any{"due": c.day()}}), nil
	}},
	{"milestone.move", 10, func(c *Client) (string, []any, []string) {
		id, after := c.milestone(), c.milestone()
		for after == id {
			after = c.milestone()
		}
		return "shared", one(map[string]any{"kind": "milestone.move", "id": id, "after": after}), nil
	}},
	{"group", 8, func(c *Client) (string, []any, []string) {
		id := c.milestone()
		return "shared", []any{
			map[string]any{"kind": "milestone.update", "id": id, "set": map[string]any{"title": c.unique("Pilot")}},
			map[string]any{"kind": "task.add", "id": c.newID(), "set": map[string]any{"milestone": id, "title": c.unique("Ask IT")}},
		}, []string{"limit"}
	}},
	{"task.add", 6, func(c *Client) (string, []any, []string) {
		return "shared", one(map[string]any{"kind": "task.add", "id": c.newID(), "set": map[string]any{"milestone": c.milestone(), "title": c.unique("Send the form")}}), []string{"limit"}
	}},
	{"comment.add", 4, func(c *Client) (string, []any, []string) {
		return "shared", one(c.comment(c.unique("Looks good"))), []string{"limit"}
	}},
	{"private comment.add", 6, func(c *Client) (string, []any, []string) {
		return c.side, one(c.comment(c.unique(c.room.canaries[c.side]))), []string{"limit"}
	}},
	{"private milestone.add", 4, func(c *Client) (string, []any, []string) {
		return c.side, one(map[string]any{"kind": "milestone.add", "id": c.newID(), "set": map[string]any{
			"phase": c.room.phases[0], "title": c.unique(c.room.canaries[c.side])}}), []string{"limit"}
	}},
	{"wrong date", 4, func(c *Client) (string, []any, []string) {
		return "shared", one(map[string]any{"kind": "milestone.update", "id": c.milestone(), "set": map[string]any{"due": "soon"}}), []string{"invalid", "!"}
	}},
	{"op.undo", 4, func(c *Client) (string, []any, []string) {
		return "shared", one(map[string]any{"kind": "op.undo", "rev": c.follows["shared"].rev}), []string{"conflict", "forbidden", "invalid", "gone"}
	}},
}

// longText is a description of some kilobytes: the kernels' own buffers, up to
// 4 MB a connection, are full of them soon.
var longText = kind{name: "long milestone.update", make: func(c *Client) (string, []any, []string) {
	return "shared", one(map[string]any{"kind": "milestone.update", "id": c.milestone(), "set": map[string]any{
		"description": c.unique(strings.Repeat("and so on ", 700))}}), nil
}}

func one(op map[string]any) []any { return []any{op} }

// askAgain is how often of a hundred times a client repeats an op that has its
// verdict, as one whose answer was lost would (I7).
const askAgain = 4

// offer makes one more op, or asks about one again. It is sent by flush.
func (c *Client) offer() {
	f := c.follows["shared"]
	if len(f.pending) >= 2*window {
		return // it would only wait
	}
	if roll := c.rng.IntN(100); roll < askAgain && len(f.recent) > 0 && len(f.pending) == 0 {
		f.again = f.recent[c.rng.IntN(len(f.recent))]
		return
	}
	n := c.rng.IntN(100)
	if c.long && n%2 == 0 {
		c.act(longText)
		return
	}
	for _, k := range kinds {
		if n -= k.often; n < 0 {
			c.act(k)
			return
		}
	}
}

// act makes an op of a kind.
func (c *Client) act(k kind) {
	stream, ops, may := k.make(c)
	f := c.follows[stream]
	f.seq++
	frame := map[string]any{"t": "op", "stream": stream, "seq": f.seq, "base": f.rev}
	e := Event{Kind: KindInvoke, S: stream, Seq: f.seq, Name: k.name, May: may}
	if len(ops) == 1 {
		frame["op"] = ops[0]
		e.Undo, _ = ops[0].(map[string]any)["rev"].(int64)
	} else {
		frame["ops"] = ops
	}
	b, err := json.Marshal(frame)
	if err != nil {
		panic(err) // it is made of strings and numbers
	}
	f.pending = append(f.pending, &op{seq: f.seq, frame: b})
	c.write(e)
	c.report()
}

func (c *Client) milestone() string { return c.room.milestones[c.rng.IntN(len(c.room.milestones))] }

// unique is a text that nobody else writes.
func (c *Client) unique(text string) string {
	return fmt.Sprintf("%s %d:%d", text, c.id, c.rng.Uint32())
}

// day is a due date by the client's own clock, which may be years off.
func (c *Client) day() string {
	return fmt.Sprintf("%d-%02d-%02d", 2026+c.rng.IntN(6), 1+c.rng.IntN(12), 1+c.rng.IntN(28))
}

func (c *Client) comment(body string) map[string]any {
	return map[string]any{"kind": "comment.add", "id": c.newID(), "set": map[string]any{
		"on": map[string]any{"entity": "milestone", "id": c.milestone()}, "body": body}}
}

// presence shows where the client is: half the time in something private, with
// a draft that the other side must not see (P27).
func (c *Client) presence() map[string]any {
	at := map[string]any{"entity": "milestone", "id": c.milestone(), "field": "title"}
	p := map[string]any{"t": "presence", "focus": at, "editing": true, "view": "plan", "draft": "typing"}
	if c.rng.IntN(2) == 0 {
		at["stream"], p["draft"] = c.side, c.room.canaries[c.side]
	}
	return p
}

func (c *Client) newID() string { return newID(c.rng) }

// newID is a random UUID of rng's.
func newID(rng *rand.Rand) string {
	a, b := rng.Uint64(), rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, 0x8000|b>>48&0x3fff, b&0xffffffffffff)
}
