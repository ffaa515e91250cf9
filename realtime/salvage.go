package realtime

import (
	"encoding/json"
	"errors"
	"strings"

	"parley/room"
)

// asRefusal returns the refusal in err's chain. The decoders of package room
// return no other errors; a stranger is shown without its text.
func asRefusal(err error) *room.Error {
	if refusal, ok := errors.AsType[*room.Error](err); ok {
		return refusal
	}
	return room.Errorf(room.Invalid, "it could not be read")
}

// salvageOp answers for a frame that the strict parser refused. Where the fault
// is inside an op (NUL in a title, a key that is there twice) the frame itself
// is sound: the op is refused at its field and its seq used up, and the socket
// lives on. Everything else is a malformed frame.
func salvageOp(data []byte, refusal *room.Error) (any, *room.Error) {
	inOp := refusal.Field == "op" || strings.HasPrefix(refusal.Field, "op.") || strings.HasPrefix(refusal.Field, "ops")
	if !inOp || !json.Valid(data) {
		return nil, refusal
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, refusal
	}
	delete(members, "op")
	delete(members, "ops")
	head, err := json.Marshal(members)
	if err != nil {
		return nil, refusal
	}
	parsed, err := room.ParseJSON(head)
	if err != nil {
		return nil, asRefusal(err)
	}
	tree, ok := parsed.(map[string]any)
	if !ok || tree["t"] != "op" {
		return nil, refusal
	}
	frame, fault := decodeOp(&object{tree: tree})
	if fault != nil {
		return nil, fault
	}
	op := frame.(opFrame)
	op.ops, op.err = nil, refusal
	return op, nil
}
