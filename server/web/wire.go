package web

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"parley/room"
)

// Snapshot is a stream's state as it was encoded once: {"entities": …}.
type Snapshot []byte

// MarshalJSON passes the bytes on.
func (b Snapshot) MarshalJSON() ([]byte, error) { return b, nil }

// Schema describes a snapshot.
func (Snapshot) Schema(huma.Registry) *huma.Schema {
	record := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"id"}, AdditionalProperties: true,
		Properties: map[string]*huma.Schema{"id": {Type: huma.TypeString, Format: "uuid"}},
	}
	entities := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{}}
	for _, k := range room.Schema {
		entities.Properties[string(k.Entity)] = &huma.Schema{Type: huma.TypeArray, Items: record}
	}
	return &huma.Schema{
		Type: huma.TypeObject, Description: "every record of the stream by entity, removed ones included",
		Required: []string{"entities"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{"entities": entities},
	}
}

// LoggedCommit is a commit in the only bytes it ever has.
type LoggedCommit []byte

// MarshalJSON passes the bytes on.
func (b LoggedCommit) MarshalJSON() ([]byte, error) { return b, nil }

// Schema describes a commit.
func (LoggedCommit) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[Commit](), true, "Commit")
}

// Commit is what the document says of [room.Commit], which knows nothing
// of documents. Its tests hold real commits against it.
type Commit struct {
	Rev     room.Rev        `json:"rev" minimum:"1"`
	Client  room.ClientID   `json:"client,omitempty" format:"uuid" doc:"absent for a twin in another stream and for the server's own"`
	Seq     int64           `json:"seq,omitempty" minimum:"1"`
	By      *room.RecordID  `json:"by" format:"uuid" doc:"a participant, or null for the workspace itself"`
	At      string          `json:"at" format:"date-time"`
	Kind    room.Kind       `json:"kind" doc:"the op's kind, or group"`
	Of      *Origin         `json:"of,omitempty" doc:"on a private twin: the commit of the same op in the op's own stream"`
	Changes []Change        `json:"changes" nullable:"false"`
	Over    map[string]Over `json:"over,omitempty" doc:"what was replaced unseen, by field or entity/id/field"`
	_       struct{}        `additionalProperties:"false"`
}

// Origin is what the document says of [room.Origin].
type Origin struct {
	Stream room.Stream `json:"stream" enum:"shared,seller,buyer"`
	Rev    room.Rev    `json:"rev" minimum:"1"`
}

// Change is what became of one record.
type Change struct {
	Entity room.Entity   `json:"entity" enum:"room,participant,role_slot,phase,milestone,criterion,task,dependency,comment,date_proposal,acceptance,baseline"`
	ID     room.RecordID `json:"id" format:"uuid"`
	Set    room.Fields   `json:"set" doc:"the fields it has now; null for one that was cleared"`
	Was    maybeFields   `json:"was" doc:"what they were before; null when the record is new"`
}

// Over is what an op replaced that its author had not seen.
type Over struct {
	By    *room.RecordID `json:"by" format:"uuid"`
	Rev   room.Rev       `json:"rev"`
	Value any            `json:"value"`
}

// maybeFields are fields, or null.
type maybeFields room.Fields

// Schema describes an object that may be null.
func (maybeFields) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: true}
}

// changesOf gives changes the form the document describes.
func changesOf(changes []room.Change) []Change {
	out := make([]Change, 0, len(changes))
	for _, c := range changes {
		out = append(out, Change{Entity: c.Entity, ID: c.ID, Set: c.Set, Was: maybeFields(c.Was)})
	}
	return out
}

// oversOf does the same for what would be replaced.
func oversOf(overs map[string]room.Over) map[string]Over {
	out := make(map[string]Over, len(overs))
	for k, o := range overs {
		out[k] = Over(o)
	}
	return out
}
