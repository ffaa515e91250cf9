package web

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"parley/room"
)

// Maybe is a T or null.
type Maybe[T any] struct{ Value *T }

// MarshalJSON writes the value or null.
func (m Maybe[T]) MarshalJSON() ([]byte, error) { return json.Marshal(m.Value) }

// Schema describes T inline: OpenAPI has no null beside a reference that every
// reader understands.
func (Maybe[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), false, "")
	s.Nullable = true
	return &s
}

// Me is the person the caller speaks for.
type Me struct {
	ID     room.RecordID `json:"id" format:"uuid"`
	Name   string        `json:"name"`
	Side   room.Side     `json:"side" enum:"seller,buyer,partner"`
	Access room.Access   `json:"access" enum:"viewer,commenter,contributor,editor,owner"`
}

// me returns the person of a grant, null for a watcher and for an API key.
func me(g room.Grant) Maybe[Me] {
	if g.Member.ID == "" {
		return Maybe[Me]{}
	}
	return Maybe[Me]{&Me{ID: g.Member.ID, Name: g.Member.Name, Side: g.Member.Side, Access: g.Member.Access}}
}

// StreamState is one stream at a rev.
type StreamState struct {
	Stream   room.Stream `json:"stream" enum:"shared,seller,buyer"`
	Epoch    room.Epoch  `json:"epoch"`
	Rev      room.Rev    `json:"rev"`
	Seq      int64       `json:"seq" doc:"the last processed seq of the client that asked"`
	Snapshot Snapshot    `json:"snapshot"`
}

func stateOf(s room.StreamSnapshot) StreamState {
	return StreamState{Stream: s.Stream, Epoch: s.Epoch, Rev: s.Rev, Seq: s.Seq, Snapshot: Snapshot(s.Body)}
}

func statesOf(snapshots []room.StreamSnapshot) []StreamState {
	out := make([]StreamState, 0, len(snapshots))
	for _, s := range snapshots {
		out = append(out, stateOf(s))
	}
	return out
}

// Room is what everybody in a room may know about it.
type Room struct {
	ID            room.ID `json:"id" format:"uuid"`
	Name          string  `json:"name"`
	BuyerCompany  string  `json:"buyer_company"`
	SellerCompany string  `json:"seller_company"`
	Status        string  `json:"status" enum:"draft,active,won,lost,archived"`
	TimeZone      string  `json:"time_zone"`
	GoLive        string  `json:"go_live,omitempty" format:"date"`
}

// person is a participant as the shared stream has it.
type person struct {
	ID      room.RecordID `json:"id"`
	Name    string        `json:"name"`
	Side    room.Side     `json:"side"`
	Access  room.Access   `json:"access"`
	State   string        `json:"state"`
	Removed bool          `json:"removed"`
}

// awaited reports whether the person has not come in yet.
func (p person) awaited() bool { return p.State == "added" || p.State == "invited" }

// sharedView is the part of a shared snapshot that handlers look into.
type sharedView struct {
	Entities struct {
		Room        []Room   `json:"room"`
		Participant []person `json:"participant"`
	} `json:"entities"`
}

// lookInto finds the shared stream among snapshots and reads what is needed.
func lookInto(snapshots []room.StreamSnapshot) (sharedView, error) {
	var v sharedView
	for _, s := range snapshots {
		if s.Stream == room.Shared {
			return v, json.Unmarshal(s.Body, &v)
		}
	}
	return v, errNotHere
}

// room returns the room's own record.
func (v sharedView) room(id room.ID) Room {
	if len(v.Entities.Room) == 0 {
		return Room{ID: id}
	}
	r := v.Entities.Room[0]
	r.ID = id
	return r
}

// member returns a participant who may still act.
func (v sharedView) member(id room.RecordID) (room.Member, bool) {
	for _, p := range v.Entities.Participant {
		if p.ID == id && !p.Removed && p.State != "revoked" {
			return room.Member{ID: p.ID, Name: p.Name, Side: p.Side, Access: p.Access}, true
		}
	}
	return room.Member{}, false
}
