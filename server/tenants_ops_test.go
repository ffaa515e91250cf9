package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"parley/room"
)

// kinds reads the table of ops in the protocol, which a test of the rules keeps
// complete: each kind with its keys.
func kinds(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../realtime/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[a-z_]+\\.[a-z_]+`.*) \\| (.*) \\| .* \\|$").FindAllStringSubmatch(string(text), -1) {
		for _, kind := range regexp.MustCompile("`([a-z_]+\\.[a-z_]+)`").FindAllStringSubmatch(row[1], -1) {
			out[kind[1]] = strings.Split(strings.ReplaceAll(row[2], "?", ""), ", ")
		}
	}
	if len(out) < 50 {
		t.Fatalf("the protocol has %d kinds of ops", len(out))
	}
	return out
}

// about is the entity that a kind of op is about.
func about(kind string) room.Entity {
	entity, _, _ := strings.Cut(kind, ".")
	switch entity {
	case "date":
		return room.DateProposal
	case "plan", "op", "template":
		return room.RoomEntity
	}
	return room.Entity(entity)
}

// withID is an op with an id of whose company in one of its places, and the
// caller's own in the others.
func (n *neighbours) withID(kind string, keys []string, at string, whose *company) map[string]any {
	n.t.Helper()
	pick := func(place string, e room.Entity) string {
		if place == at {
			return n.id(whose, string(e))
		}
		return n.id(n.mine, string(e))
	}
	entity := about(kind)
	op := map[string]any{"kind": kind}
	for _, key := range keys {
		switch key {
		case "id":
			op["id"] = pick("id", entity)
			if at != "id" && (strings.HasSuffix(kind, ".add") || kind == "date.propose") {
				op["id"] = uuid.NewString()
			}
		case "after", "before":
			if key == at { // one of the two
				op[key] = pick(key, entity)
			}
		case "into":
			if key == at {
				op[key] = pick(key, room.Entity(room.SchemaOf(entity).Parent))
			}
		case "milestone":
			op[key] = pick(key, room.Milestone)
		case "template":
			op[key] = pick(key, "template")
		case "set":
			op[key] = n.fields(entity, at, strings.HasSuffix(kind, ".add"), whose)
		case "rev":
			op[key] = 1
		case "due", "to":
			op[key] = "2027-02-22"
		case "mode":
			op[key] = "all"
		case "name":
			op[key] = "Name"
		case "push":
			op[key] = false
		case "go_live", "override", "reason", "unilateral": // may be left out
		default:
			n.t.Fatalf("%s has the key %q, which this test does not know", kind, key)
		}
	}
	return op
}

// fields are those that an add must have, and the one that is looked at.
func (n *neighbours) fields(e room.Entity, at string, adding bool, whose *company) map[string]any {
	set := map[string]any{}
	for _, f := range room.SchemaOf(e).Fields {
		looked := at == "set."+f.Name
		if f.Server || !looked && !(adding && f.Required) {
			continue
		}
		owner := n.mine
		if looked {
			owner = whose
		}
		switch f.Type {
		case room.Ref:
			set[f.Name] = n.id(owner, string(f.To[0]))
			if e == room.Dependency && owner == n.mine { // one that is there: both ids get the same answer
				set[f.Name] = n.mine.plan["dependency "+f.Name]
			}
		case room.RefList:
			set[f.Name] = []string{n.id(owner, string(f.To[0]))}
		case room.On:
			set[f.Name] = map[string]any{"entity": "milestone", "id": n.id(owner, "milestone")}
		case room.Enum:
			set[f.Name] = f.Of[0]
		default:
			set[f.Name] = "Text"
		}
	}
	return set
}

// idsOf lists the places of an op that take ids.
func idsOf(kind string, keys []string) (out []string) {
	for _, key := range keys {
		switch key {
		case "id", "after", "before", "into", "milestone", "template":
			out = append(out, key)
		case "set":
			for _, f := range room.SchemaOf(about(kind)).Fields {
				if !f.Server && (f.Type == room.Ref || f.Type == room.RefList || f.Type == room.On) {
					out = append(out, "set."+f.Name)
				}
			}
		}
	}
	return out
}

// Every kind of op, with an id of another workspace in each place that takes one:
// the verdict is that of an id which does not exist.
func (n *neighbours) ops(t *testing.T, secrets map[string]bool) {
	table := kinds(t)
	for _, who := range []string{"seller", "buyer"} {
		m, hello := connect(t, n.process, n.room, n.callers[who].bearer, "", nil)
		if hello.T != "welcome" {
			t.Fatal(hello.raw)
		}
		seqs, well := map[string]int64{}, 0
		for _, kind := range slices.Sorted(maps.Keys(table)) {
			for _, at := range idsOf(kind, table[kind]) {
				var verdicts [2]string
				for i, c := range []*company{n.foreign, n.nowhere} {
					op, stream := n.withID(kind, table[kind], at, c), "shared"
					if kind == "milestone.publish" {
						stream = who
					}
					seqs[stream]++
					m.send(map[string]any{"t": "op", "stream": stream, "seq": seqs[stream], "base": 1 << 40, "op": op})
					f := m.next("ack", "reject", "error")
					if f.Seq != seqs[stream] {
						t.Fatalf("%v is answered by %s", op, f.raw)
					}
					if f.Code == "invalid" && !strings.Contains(f.raw, at+`"`) {
						t.Errorf("%v is refused for something else: %s", op, f.raw)
					}
					if f.T == "ack" {
						well++
						n.takeBack(m, table, kind, at, op, stream, seqs)
					}
					verdicts[i] = ownNumbers.ReplaceAllString(strings.ReplaceAll(f.raw, n.idIn(c, kind, at), "<id>"), `"$1":0`)
					n.expectNothingForeign(t, operation{method: "op", path: kind}, who, strings.ReplaceAll(f.raw, n.idIn(c, kind, at), ""), secrets)
				}
				if verdicts[0] != verdicts[1] {
					t.Errorf("%s by the %s with a foreign %s: %s; with one that does not exist: %s", kind, who, at, verdicts[0], verdicts[1])
				}
			}
		}
		if who == "seller" && well == 0 {
			t.Error("no op was accepted: an id that is only new is a good one")
		}
	}
}

// takeBack removes what an op made or brought back, so that both ids are as little
// in the room for the next ask.
func (n *neighbours) takeBack(m *member, table map[string][]string, kind, at string, op map[string]any, stream string, seqs map[string]int64) {
	entity, made, found := strings.Cut(kind, ".")
	if _, can := table[entity+".remove"]; !found || !can || at != "id" || made != "add" && made != "restore" {
		return
	}
	seqs[stream]++
	m.send(map[string]any{"t": "op", "stream": stream, "seq": seqs[stream], "base": 1 << 40, "op": map[string]any{"kind": entity + ".remove", "id": op["id"]}})
	if f := m.next("ack", "reject", "error"); f.T != "ack" {
		n.t.Fatalf("taking %v back is answered by %s", op, f.raw)
	}
}

var ownNumbers = regexp.MustCompile(`"(seq|rev)":\d+`)

// idIn is the id that an op has in a place.
func (n *neighbours) idIn(c *company, kind, at string) string {
	entity := about(kind)
	switch {
	case at == "milestone":
		entity = room.Milestone
	case at == "template":
		entity = "template"
	case at == "into":
		entity = room.Entity(room.SchemaOf(entity).Parent)
	case at == "set.on":
		entity = room.Milestone
	case strings.HasPrefix(at, "set."):
		entity = room.SchemaOf(entity).Field(strings.TrimPrefix(at, "set.")).To[0]
	}
	return n.id(c, string(entity))
}

// Every frame that a client sends, with what is of another workspace.
func (n *neighbours) frames(t *testing.T, secrets map[string]bool) {
	examples, err := filepath.Glob("../realtime/testdata/frames/client-*.json")
	if err != nil || len(examples) == 0 {
		t.Fatal(examples, err)
	}
	known := map[string]func(c *company) string{
		"hello":    n.hello,
		"join":     nil, // names a stream of its own room
		"presence": n.focus,
		"op":       nil, // see ops
		"ping":     nil,
	}
	seen := map[string]bool{}
	for _, path := range examples {
		var example struct{ Frame struct{ T string } }
		data, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(data, &example)
		}
		if err != nil {
			t.Fatal(err)
		}
		ask, ok := known[example.Frame.T]
		if !ok {
			t.Errorf("a client's frame %s is not asked here", example.Frame.T)
		}
		if ask == nil || seen[example.Frame.T] {
			continue
		}
		seen[example.Frame.T] = true
		foreign, none := ask(n.foreign), ask(n.nowhere)
		if foreign != none {
			t.Errorf("%s with what is foreign: %s\nwith what does not exist: %s", example.Frame.T, foreign, none)
		}
		n.expectNothingForeign(t, operation{method: "frame", path: example.Frame.T}, "a member", foreign, secrets)
	}
}

// hello opens rooms that are not the caller's, and the caller's with a client of
// somebody else.
func (n *neighbours) hello(c *company) string {
	var out strings.Builder
	for _, who := range slices.Sorted(maps.Keys(n.callers)) {
		m, f := connect(n.t, n.process, n.id(c, "room"), n.callers[who].bearer, "", nil)
		for range m.frames { // until it is closed
		}
		fmt.Fprintln(&out, who, f.raw, m.closed)
	}
	m, f := connect(n.t, n.process, n.room, n.callers["buyer"].bearer, n.id(c, "other client"), nil)
	for _, s := range f.Streams {
		fmt.Fprintln(&out, f.T, s.Stream, s.Seq, s.Resumed)
	}
	_ = m.conn.CloseNow()
	return out.String()
}

// focus stands in a record that is not of the room; the answer is what another
// person sees of it.
func (n *neighbours) focus(c *company) string {
	seller, _ := connect(n.t, n.process, n.room, n.callers["seller"].bearer, "", nil)
	buyer, _ := connect(n.t, n.process, n.room, n.callers["buyer"].bearer, "", nil)
	defer func() { _, _ = seller.conn.CloseNow(), buyer.conn.CloseNow() }()
	seen := map[string]bool{} // without how often: frames are sent ten times a second
	look := func(f frame) {
		var shown struct{ Join, Update []map[string]any }
		if err := json.Unmarshal([]byte(f.raw), &shown); err != nil {
			n.t.Fatal(err)
		}
		for _, entry := range append(shown.Join, shown.Update...) {
			if entry["name"] == "Omar Said" && entry["view"] == "plan" {
				seen[fmt.Sprintln(entry["focus"], entry["editing"], entry["draft"], entry["presenting"])] = true // no draft and no id of the record is in it
			}
		}
	}
	for _, entity := range []string{"milestone", "comment"} {
		draft := "Draft " + uuid.NewString()[:8]
		for _, stream := range []string{"shared", "seller"} {
			seller.send(map[string]any{"t": "presence", "view": "plan", "editing": true, "draft": draft, "focus": map[string]any{"entity": entity, "id": n.id(c, entity), "stream": stream}})
		}
		// The author's own socket is told at the latest when others are.
		for f := seller.next("presence"); !strings.Contains(f.raw, draft); f = seller.next("presence") {
		}
		buyer.send(map[string]any{"t": "ping", "n": 1})
		for f := buyer.next("presence", "pong"); f.T != "pong"; f = buyer.next("presence", "pong") {
			look(f)
		}
	}
	for len(seen) == 0 {
		look(buyer.next("presence"))
	}
	return strings.Join(slices.Sorted(maps.Keys(seen)), "")
}
