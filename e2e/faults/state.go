package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// State is one stream's records by entity and id, as P18 folds them. It knows
// nothing of the rules, so that it can judge them.
type State map[string]map[string]map[string]any

// change is one change of a commit.
type change struct {
	Entity string         `json:"entity"`
	ID     string         `json:"id"`
	Set    map[string]any `json:"set"`
	Was    map[string]any `json:"was"`
}

// commit is what the harness reads of a commit.
type commit struct {
	Rev     int64    `json:"rev"`
	Client  string   `json:"client"`
	Seq     int64    `json:"seq"`
	By      string   `json:"by"`
	Kind    string   `json:"kind"`
	Changes []change `json:"changes"`
}

// decode keeps numbers as they are written.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(into)
}

func decodeCommit(body []byte) (commit, error) {
	var c commit
	if err := decode(body, &c); err != nil {
		return c, fmt.Errorf("a commit is not what P16 says: %w", err)
	}
	return c, nil
}

// record returns a record, made when it is not there.
func (s State) record(entity, id string) map[string]any {
	if s[entity] == nil {
		s[entity] = map[string]map[string]any{}
	}
	if s[entity][id] == nil {
		s[entity][id] = map[string]any{}
	}
	return s[entity][id]
}

// fold takes one commit in.
func (s State) fold(c commit) {
	for _, change := range c.Changes {
		record := s.record(change.Entity, change.ID)
		for name, value := range change.Set {
			if value == nil {
				delete(record, name)
			} else {
				record[name] = value
			}
		}
	}
}

// load returns the state that a snapshot holds.
func load(snapshot []byte) (State, error) {
	var body struct {
		Entities map[string][]map[string]any `json:"entities"`
	}
	if err := decode(snapshot, &body); err != nil {
		return nil, fmt.Errorf("a snapshot is not what P7 says: %w", err)
	}
	s := State{}
	for entity, records := range body.Entities {
		for _, fields := range records {
			id, _ := fields["id"].(string)
			delete(fields, "id")
			record := s.record(entity, id)
			for name, value := range fields {
				record[name] = value
			}
		}
	}
	return s, nil
}

// hash is equal for equal states.
func (s State) hash() string {
	b, err := json.Marshal(s) // keys are sorted
	if err != nil {
		panic(err) // it was made of JSON
	}
	return hashOf(b)
}
