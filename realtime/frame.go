package realtime

import (
	"regexp"
	"unicode/utf8"

	"parley/room"
)

// The frames of a client, decoded.
type (
	helloFrame struct {
		client  room.ClientID
		token   string // "" when the session cookie was sent
		resume  [len(room.Streams)]position
		streams int // how many of resume are set
	}
	opFrame struct {
		stream room.Stream
		seq    int64
		base   room.Rev
		ops    []room.Op
		group  bool
		size   int // bytes of the frame
		// err refuses the op for what is inside op or ops; the seq is used up.
		err *room.Error
	}
	joinFrame struct {
		stream room.Stream
		at     position
	}
	presenceFrame struct {
		focus      focus
		editing    bool
		draft      string
		view       string
		presenting bool
	}
	pingFrame struct{ n int64 }
)

// position is how far a client has read a stream.
type position struct {
	set   bool // with a rev; without one a snapshot is wanted
	epoch room.Epoch
	rev   room.Rev
}

// focus is where in the plan somebody is. The zero value is nowhere.
type focus struct {
	Entity room.Entity   `json:"entity"`
	ID     room.RecordID `json:"id"`
	Field  string        `json:"field,omitempty"`
	// Stream is what the client says the record is in; the server looks itself.
	Stream room.Stream `json:"stream,omitempty"`
}

// decodeFrame decodes one frame of a client. The error says what is malformed.
func decodeFrame(data []byte) (any, *room.Error) {
	parsed, err := room.ParseJSON(data)
	if err != nil {
		return salvageOp(data, asRefusal(err))
	}
	tree, ok := parsed.(map[string]any)
	if !ok {
		return nil, room.Errorf(room.Invalid, "a frame is a JSON object")
	}
	o := object{tree: tree}
	switch t := o.text("t", true); t {
	case "op":
		return decodeOp(&o)
	case "ping":
		f := pingFrame{n: o.integer("n", true)}
		return f, o.done("t", "n")
	case "presence":
		return decodePresence(&o)
	case "join":
		return decodeJoin(&o)
	case "hello":
		return decodeHello(&o)
	default:
		if o.err == nil {
			o.fail("t", "is not the name of a frame")
		}
		return nil, o.err
	}
}

func decodeHello(o *object) (any, *room.Error) {
	if v := o.integer("v", true); o.err == nil && v != 1 {
		o.fail("v", "must be 1, the version this server speaks")
	}
	f := helloFrame{client: room.ClientID(o.text("client", true)), token: o.text("token", false)}
	if o.err == nil && !room.ValidUUID(string(f.client)) {
		o.fail("client", "must be a UUID in lower case")
	}
	streams := o.object("streams")
	for name := range streams.tree {
		at := streams.object(name)
		i := streamIndex(room.Stream(name))
		if i < 0 {
			at.fail("", "is not the name of a stream")
		}
		p := at.position()
		at.check("epoch", "rev")
		if at.err != nil {
			return nil, at.err
		}
		f.resume[i] = p
		f.streams++
	}
	if streams.err != nil {
		return nil, streams.err
	}
	return f, o.done("t", "v", "client", "token", "streams")
}

func decodeJoin(o *object) (any, *room.Error) {
	f := joinFrame{stream: o.stream(), at: o.position()}
	return f, o.done("t", "stream", "epoch", "rev")
}

func decodeOp(o *object) (any, *room.Error) {
	f := opFrame{stream: o.stream(), seq: o.integer("seq", true), base: room.Rev(o.integer("base", false))}
	if o.err == nil && f.seq < 1 {
		o.fail("seq", "counts from 1")
	}
	if err := o.done("t", "stream", "seq", "base", "op", "ops"); err != nil {
		return nil, err
	}
	var err error
	if f.ops, f.group, err = room.DecodeOps(o.tree); err != nil {
		f.err = asRefusal(err)
	}
	return f, nil
}

// viewPattern keeps views to names of pages: they are shown to everybody, so
// they must not hold ids.
var viewPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,23}$`)

var fieldPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func decodePresence(o *object) (any, *room.Error) {
	f := presenceFrame{
		editing:    o.boolean("editing"),
		draft:      o.text("draft", false),
		view:       o.text("view", false),
		presenting: o.boolean("presenting"),
	}
	if utf8.RuneCountInString(f.draft) > draftLimit {
		o.fail("draft", "is longer than 140 characters")
	}
	if f.view != "" && !viewPattern.MatchString(f.view) {
		o.fail("view", "must be the name of a page, in lower case")
	}
	if at := o.object("focus"); at.tree != nil {
		f.focus = at.focus()
		if at.err != nil {
			return nil, at.err
		}
	} else if at.err != nil {
		return nil, at.err
	}
	return f, o.done("t", "focus", "editing", "draft", "view", "presenting")
}
