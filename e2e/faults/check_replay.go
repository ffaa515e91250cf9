package faults

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"parley/room"
)

// setter is who set a field last.
type setter struct {
	rev int64
	by  string
}

// replay is a log folded commit by commit.
type replay struct {
	state State
	last  map[string]setter // by entity/id/field
}

// maxKey is the longest list key in bytes (I10).
const maxKey = 48

// checkReplay folds each log from nothing. I2: that gives the state tables. I8:
// what a commit says a field had before is what it had, and an undo replaces
// nothing that somebody else set since. I9: a field holds the value of the
// highest rev that set it. I10: the keys of a list are distinct, short, and
// PostgreSQL sorts by them as everybody else does.
func checkReplay(h *History, f *findings) {
	undone := undos(h)
	for key, l := range h.Streams {
		r := replay{state: State{}, last: map[string]setter{}}
		for _, logged := range l.Commits {
			c, err := decodeCommit(logged.Body)
			if err != nil {
				f.add("I2", "rev %d of %s: %v", logged.Rev, key.Stream, err)
				continue
			}
			r.judge(f, key, c, undone[opKey{c.Client, key.Stream, c.Seq}])
			r.state.fold(c)
			r.note(c)
		}
		r.compareRows(f, key, l)
		r.compareOrders(f, l)
	}
}

// opKey names an op.
type opKey struct {
	client, stream string
	seq            int64
}

// undos returns the revs that ops undo.
func undos(h *History) map[opKey]int64 {
	out := map[opKey]int64{}
	for _, m := range h.Clients {
		for _, e := range m.Events {
			if e.Kind == KindInvoke && e.Undo != 0 {
				out[opKey{m.ID, e.S, e.Seq}] = e.Undo
			}
		}
	}
	return out
}

// judge compares what a commit says was there with what was (I8).
func (r *replay) judge(f *findings, key StreamKey, c commit, undoes int64) {
	for _, change := range c.Changes {
		now := r.state[change.Entity][change.ID]
		for name, was := range change.Was {
			if !reflect.DeepEqual(now[name], was) {
				f.add("I8", "rev %d of %s replaced %s of %s %s: it was %v, the commit says %v", c.Rev, key.Stream, name, change.Entity, change.ID, now[name], was)
			}
		}
		if undoes == 0 {
			continue
		}
		for name := range change.Set {
			at := change.Entity + "/" + change.ID + "/" + name
			if newest := r.last[at]; newest.rev > undoes && newest.by != c.By && name != "pos" {
				f.add("I8", "rev %d of %s undid rev %d over rev %d of somebody else, at %s", c.Rev, key.Stream, undoes, newest.rev, at)
			}
		}
	}
}

func (r *replay) note(c commit) {
	for _, change := range c.Changes {
		for name := range change.Set {
			r.last[change.Entity+"/"+change.ID+"/"+name] = setter{c.Rev, c.By}
		}
	}
}

// compareRows compares the folded log with the tables (I2), and the marks of
// the tables with the highest revs (I9).
func (r *replay) compareRows(f *findings, key StreamKey, l *Log) {
	seen := 0
	for _, row := range l.Rows {
		seen++
		want, err := canonical(row.Name, r.state[row.Name][row.ID])
		if err != nil {
			f.add("I2", "the log of %s makes a %s that cannot be: %v", key.Stream, row.Name, err)
			continue
		}
		var fields map[string]any
		err = decode(row.Body, &fields)
		got, err2 := canonical(row.Name, fields)
		if err != nil || err2 != nil {
			f.add("I2", "the row of %s %s cannot be read: %v %v", row.Name, row.ID, err, err2)
			continue
		}
		if want != got {
			f.add("I2", "%s %s of %s is %s by the log and %s in the table", row.Name, row.ID, key.Stream, want, got)
		}
		var marks map[string]struct {
			Rev int64 `json:"rev"`
		}
		if err := decode(row.Marks, &marks); err != nil {
			f.add("I9", "the marks of %s %s cannot be read: %v", row.Name, row.ID, err)
		}
		for name, mark := range marks {
			if newest := r.last[row.Name+"/"+row.ID+"/"+name].rev; mark.Rev != newest {
				f.add("I9", "%s of %s %s is marked with rev %d; rev %d was the newest to set it", name, row.Name, row.ID, mark.Rev, newest)
			}
		}
	}
	records := 0
	for _, byID := range r.state {
		records += len(byID)
	}
	if records != seen {
		f.add("I2", "the log of %s makes %d records, the tables hold %d", key.Stream, records, seen)
	}
}

// canonical is the form in which equal records have equal bytes: PostgreSQL
// writes instants and amounts in its own way.
func canonical(entity string, fields map[string]any) (string, error) {
	normal, err := room.NormalizeFields(room.Entity(entity), fields)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(normal)
	return string(b), err
}

// listOf names the field by which an entity's records are in lists; "" for one
// list of all.
var listOf = map[string]string{"phase": "", "milestone": "phase", "criterion": "milestone", "task": "milestone"}

// compareOrders checks the keys of every list and the order that PostgreSQL
// gives it (I10).
func (r *replay) compareOrders(f *findings, l *Log) {
	for entity, parent := range listOf {
		lists := map[string][]string{}
		for id, fields := range r.state[entity] {
			in, _ := fields[parent].(string)
			lists[in] = append(lists[in], id)
		}
		for in, ids := range lists {
			pos := func(id string) string { s, _ := r.state[entity][id]["pos"].(string); return s }
			slices.SortFunc(ids, func(a, b string) int {
				if c := strings.Compare(pos(a), pos(b)); c != 0 {
					return c
				}
				return strings.Compare(a, b)
			})
			for i, id := range ids {
				if n := len(pos(id)); n == 0 || n > maxKey {
					f.add("I10", "the key of %s %s has %d bytes", entity, id, n)
				}
				if i > 0 && pos(id) == pos(ids[i-1]) {
					f.add("I10", "%s %s and %s of one list have the key %q", entity, ids[i-1], id, pos(id))
				}
			}
			for _, order := range l.Orders {
				if order.Name == entity && order.ID == in && !slices.Equal(order.Each, ids) {
					f.add("I10", "PostgreSQL sorts the %s list of %q as %v, its keys say %v", entity, in, order.Each, ids)
				}
			}
		}
	}
}
