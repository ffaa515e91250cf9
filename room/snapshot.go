package room

import (
	"encoding/json"
	"maps"
	"slices"
)

// Snapshot returns the state of stream s as JSON: {"entities": {entity: [{id,
// …fields}]}}, entities and fields sorted by name, records by id, removed ones
// included. Equal states have equal bytes.
func (p *Plan) Snapshot(s Stream) json.RawMessage {
	state := p.Streams[s]
	b := append(make([]byte, 0, 1024), `{"entities":{`...)
	for _, e := range slices.Sorted(maps.Keys(state)) {
		if len(state[e]) == 0 {
			continue
		}
		if b[len(b)-1] == ']' {
			b = append(b, ',')
		}
		b = appendString(b, string(e))
		b = append(b, `:[`...)
		for i, id := range slices.Sorted(maps.Keys(state[e])) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"id":`...)
			b = appendString(b, string(id))
			b = appendMembers(b, e, state[e][id].Fields)
			b = append(b, '}')
		}
		b = append(b, ']')
	}
	return append(b, '}', '}')
}

// LoadSnapshot replaces the state of stream s with a snapshot taken at rev.
// The marks of its fields are not part of a snapshot: they are empty.
func (p *Plan) LoadSnapshot(s Stream, rev Rev, snapshot []byte) error {
	tree, err := parseTree(snapshot, len(snapshot))
	if err != nil {
		return err
	}
	entities, err := snapshotEntities(tree)
	if err != nil {
		return err
	}
	p.Streams[s], p.Revs[s], p.index = State{}, rev, nil
	for e, records := range entities {
		for _, raw := range records {
			id, _ := raw["id"].(string)
			if !ValidUUID(id) {
				return Errorf(Invalid, "a %s in the snapshot has no id", e)
			}
			f, err := NormalizeFields(e, raw)
			if err != nil {
				return err
			}
			p.record(s, e, RecordID(id)).Fields = f
		}
	}
	return nil
}

// snapshotEntities returns the records of a snapshot's tree by entity.
func snapshotEntities(tree any) (map[Entity][]map[string]any, error) {
	root, _ := tree.(map[string]any)
	entities, ok := root["entities"].(map[string]any)
	if !ok {
		return nil, FieldErrorf(Invalid, "entities", "a snapshot has entities")
	}
	out := make(map[Entity][]map[string]any, len(entities))
	for name, v := range entities {
		list, ok := v.([]any)
		if !ok {
			return nil, FieldErrorf(Invalid, "entities."+name, "the records of an entity are a list")
		}
		for _, item := range list {
			record, ok := item.(map[string]any)
			if !ok {
				return nil, FieldErrorf(Invalid, "entities."+name, "a record is an object")
			}
			out[Entity(name)] = append(out[Entity(name)], record)
		}
	}
	return out, nil
}
