package web

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"parley/room"
)

// OpsBody is one op or an atomic group, with who sends it as what. Its fields
// are read by hand: an op's shape depends on its kind.
type OpsBody struct {
	Client string           `json:"client" format:"uuid" doc:"a UUID the sender keeps for itself"`
	Stream room.Stream      `json:"stream" enum:"shared,seller,buyer"`
	Seq    int64            `json:"seq" minimum:"1" doc:"1, 2, 3, … per client and stream; a retry has the same"`
	Base   int64            `json:"base,omitempty" minimum:"0" doc:"the rev of the stream the sender had seen; absent: the newest"`
	Op     map[string]any   `json:"op,omitempty" doc:"{kind, …}; either op or ops"`
	Ops    []map[string]any `json:"ops,omitempty" minItems:"1" maxItems:"100" doc:"one commit of several ops"`
}

type submitOpIn struct {
	Room string `path:"room"`
	Body JSON[OpsBody]
}

// Accepted says where an op is in its stream, durably.
type Accepted struct {
	Rev room.Rev `json:"rev"`
}

type submitOpOut struct{ Body Accepted }

func (s *server) submitOp(ctx context.Context, in *submitOpIn) (*submitOpOut, error) {
	req, grant, err := s.request(ctx, in.Room, in.Body, true)
	if err != nil {
		return nil, err
	}
	if err := s.ops.take(string(grant.Session), time.Now()); err != nil {
		return nil, err
	}
	verdict, err := s.Hub.Submit(ctx, grant.Room, req)
	if err != nil {
		return nil, err
	}
	if verdict.Err != nil {
		return nil, verdict.Err
	}
	return &submitOpOut{Body: Accepted{Rev: verdict.Rev}}, nil
}

// request authenticates the caller and reads the op it sends.
func (s *server) request(ctx context.Context, id string, body JSON[OpsBody], sent bool) (room.Request, room.Grant, error) {
	grant, err := s.enter(ctx, id)
	if err != nil {
		return room.Request{}, grant, err
	}
	if grant.Watcher() {
		return room.Request{}, grant, room.Errorf(room.Forbidden, "this link only watches; join with a name to change the plan")
	}
	req, err := decodeRequest(body.data, sent)
	if err != nil {
		return req, grant, err
	}
	req.Member, req.Session = grant.Member, grant.Session
	return req, grant, sees(grant, req.Stream)
}

// decodeRequest reads {client, stream, seq, base?, op|ops}. For a preview
// (sent is false) client and seq may be absent: nothing is counted.
func decodeRequest(data []byte, sent bool) (room.Request, error) {
	parsed, err := room.ParseJSON(data)
	if err != nil {
		return room.Request{}, err
	}
	tree, ok := parsed.(map[string]any)
	if !ok {
		return room.Request{}, room.Errorf(room.Invalid, "the body is an object with op or ops")
	}
	r := reader{tree: tree, known: []string{"client", "stream", "seq", "base", "op", "ops"}}
	req := room.Request{
		Client: room.ClientID(r.uuid("client", sent)),
		Stream: room.Stream(r.word("stream", "shared", "seller", "buyer")),
		Seq:    r.number("seq", 1, sent),
		Base:   newest,
	}
	if _, ok := tree["base"]; ok {
		req.Base = room.Rev(r.number("base", 0, true))
	}
	if err := r.end(); err != nil {
		return req, err
	}
	req.Ops, req.Group, err = room.DecodeOps(pick(tree, "op", "ops"))
	if refusal, ok := errors.AsType[*room.Error](err); ok && sent {
		req.Malformed = refusal // it goes on: a refused op uses up its seq
		return req, nil
	}
	return req, err
}

// newest is the base of a sender that does not say what it had seen: nothing
// counts as replaced unseen. It is the largest number JSON readers agree on.
const newest = room.Rev(1<<53 - 1)

func pick(tree map[string]any, keys ...string) map[string]any {
	out := map[string]any{}
	for _, k := range keys {
		if v, ok := tree[k]; ok {
			out[k] = v
		}
	}
	return out
}

// reader takes fields out of a strict tree and keeps the first fault.
type reader struct {
	tree  map[string]any
	known []string
	err   *room.Error
}

func (r *reader) fault(field, message string) {
	if r.err == nil {
		r.err = room.FieldErrorf(room.Invalid, field, "%s", message)
	}
}

func (r *reader) uuid(field string, required bool) string {
	v, ok := r.tree[field]
	if !ok && !required {
		return ""
	}
	text, _ := v.(string)
	if !room.ValidUUID(text) {
		r.fault(field, field+" is a UUID in lower case")
	}
	return text
}

func (r *reader) word(field string, words ...string) string {
	text, _ := r.tree[field].(string)
	if !slices.Contains(words, text) {
		r.fault(field, field+" is shared, seller or buyer")
	}
	return text
}

func (r *reader) number(field string, least int64, required bool) int64 {
	v, ok := r.tree[field]
	if !ok && !required {
		return 0
	}
	number, _ := v.(json.Number)
	n, err := number.Int64()
	if err != nil || n < least || n > int64(newest) {
		r.fault(field, field+" is a whole number, "+strconv.FormatInt(least, 10)+" or more")
	}
	return n
}

// end reports the first fault, or a field that the call does not have.
func (r *reader) end() error {
	if r.err != nil {
		return r.err
	}
	var strange []string
	for k := range r.tree {
		if !slices.Contains(r.known, k) {
			strange = append(strange, k)
		}
	}
	if len(strange) > 0 {
		return room.FieldErrorf(room.Invalid, slices.Min(strange), "this call has no such field")
	}
	return nil
}
