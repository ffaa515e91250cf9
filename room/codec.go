package room

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// DecodeCommit reads a commit as [EncodeCommit] wrote it, with its values in
// the form a [Record] holds them in.
func DecodeCommit(body []byte) (Commit, error) {
	tree, err := parseTree(body, len(body))
	if err != nil {
		return Commit{}, fmt.Errorf("decoding a commit: %w", err)
	}
	root, ok := tree.(map[string]any)
	if !ok {
		return Commit{}, Errorf(Invalid, "a commit is an object")
	}
	c, err := commitOf(root)
	if err != nil {
		return Commit{}, fmt.Errorf("decoding a commit: %w", err)
	}
	return c, nil
}

// originOf reads which commit a twin belongs to; nil for none.
func originOf(v any) *Origin {
	of, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	stream, _ := of["stream"].(string)
	rev, _ := integer(of["rev"])
	return &Origin{Stream(stream), Rev(rev)}
}

func commitOf(root map[string]any) (Commit, error) {
	var c Commit
	rev, ok := integer(root["rev"])
	at, ok2 := root["at"].(string)
	kind, ok3 := root["kind"].(string)
	changes, ok4 := root["changes"].([]any)
	if !ok || !ok2 || !ok3 || !ok4 {
		return c, Errorf(Invalid, "a commit has rev, at, kind and changes")
	}
	client, _ := root["client"].(string)
	c.Rev, c.At, c.Kind, c.Client = Rev(rev), at, Kind(kind), ClientID(client)
	c.Seq, _ = integer(root["seq"])
	c.By = actorOf(root["by"])
	c.Of = originOf(root["of"])
	c.Changes = make([]Change, len(changes))
	for i, item := range changes {
		change, err := changeOf(item)
		if err != nil {
			return c, fmt.Errorf("changes[%d]: %w", i, err)
		}
		c.Changes[i] = change
	}
	if over, ok := root["over"].(map[string]any); ok {
		c.Over = make(map[string]Over, len(over))
		for key, item := range over {
			o, err := overOf(&c, key, item)
			if err != nil {
				return c, err
			}
			c.Over[key] = o
		}
	}
	return c, nil
}

func changeOf(item any) (Change, error) {
	raw, _ := item.(map[string]any)
	entity, ok := raw["entity"].(string)
	id, ok2 := raw["id"].(string)
	set, ok3 := raw["set"].(map[string]any)
	if !ok || !ok2 || !ok3 {
		return Change{}, Errorf(Invalid, "a change has entity, id and set")
	}
	c := Change{Entity: Entity(entity), ID: RecordID(id)}
	var err error
	if c.Set, err = normalize(c.Entity, set); err != nil {
		return c, err
	}
	if was, ok := raw["was"].(map[string]any); ok {
		c.Was, err = normalize(c.Entity, was)
	}
	return c, err
}

// overOf reads one over; its key is a field, or entity/id/field.
func overOf(c *Commit, key string, item any) (Over, error) {
	raw, _ := item.(map[string]any)
	rev, ok := integer(raw["rev"])
	name := key[strings.LastIndexByte(key, '/')+1:]
	for _, change := range c.Changes {
		f := SchemaOf(change.Entity).Field(name)
		if _, set := change.Set[name]; !set || f == nil {
			continue
		}
		value, ok2 := f.canonical(raw["value"])
		if !ok || !ok2 {
			break
		}
		return Over{By: actorOf(raw["by"]), Rev: Rev(rev), Value: value}, nil
	}
	return Over{}, FieldErrorf(Invalid, "over."+clip(key), "it names no field of the commit")
}

func actorOf(v any) *RecordID {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	id := RecordID(s)
	return &id
}

func integer(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	return i, err == nil
}
