package realtime

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"parley/room"
)

// object reads the members of a JSON object and keeps the first thing wrong.
type object struct {
	tree map[string]any
	path string // of this object within the frame, "" for the frame itself
	err  *room.Error
}

func (o *object) fail(key, message string) {
	if o.err == nil {
		o.err = room.FieldErrorf(room.Invalid, o.at(key), "%s %s", o.at(key), message)
	}
}

func (o *object) at(key string) string {
	switch {
	case o.path == "":
		return key
	case key == "":
		return o.path
	default:
		return o.path + "." + key
	}
}

// text returns a string; absent and null are "".
func (o *object) text(key string, required bool) string {
	switch v := o.tree[key].(type) {
	case string:
		return v
	case nil:
		if required {
			o.fail(key, "is missing")
		}
	default:
		o.fail(key, "must be a string")
	}
	return ""
}

// boolean returns a bool; absent and null are false.
func (o *object) boolean(key string) bool {
	switch v := o.tree[key].(type) {
	case bool:
		return v
	case nil:
	default:
		o.fail(key, "must be true or false")
	}
	return false
}

// maxInteger is the largest whole number that JavaScript keeps exactly.
const maxInteger = 1<<53 - 1

// integer returns a whole number from 0; absent and null are 0.
func (o *object) integer(key string, required bool) int64 {
	switch v := o.tree[key].(type) {
	case json.Number:
		n, err := strconv.ParseInt(v.String(), 10, 64)
		if err == nil && n >= 0 && n <= min(maxInteger, math.MaxInt64) {
			return n
		}
		o.fail(key, "must be a whole number from 0")
	case nil:
		if required {
			o.fail(key, "is missing")
		}
	default:
		o.fail(key, "must be a whole number from 0")
	}
	return 0
}

// object returns the object at key; its tree is nil when absent or null.
func (o *object) object(key string) *object {
	in := &object{path: o.at(key)}
	switch v := o.tree[key].(type) {
	case map[string]any:
		in.tree = v
	case nil:
	default:
		in.fail("", "must be an object")
	}
	return in
}

func (o *object) stream() room.Stream {
	s := room.Stream(o.text("stream", true))
	if o.err == nil && streamIndex(s) < 0 {
		o.fail("stream", "is not the name of a stream")
	}
	return s
}

func (o *object) position() position {
	p := position{epoch: room.Epoch(o.text("epoch", false)), rev: room.Rev(o.integer("rev", false))}
	p.set = o.tree["rev"] != nil && p.epoch != ""
	return p
}

func (o *object) focus() focus {
	f := focus{
		Entity: room.Entity(o.text("entity", true)),
		ID:     room.RecordID(o.text("id", true)),
		Field:  o.text("field", false),
		Stream: room.Stream(o.text("stream", false)),
	}
	switch {
	case o.err != nil:
	case room.SchemaOf(f.Entity) == nil:
		o.fail("entity", "is not the name of an entity")
	case !room.ValidUUID(string(f.ID)):
		o.fail("id", "must be a UUID in lower case")
	case f.Field != "" && !fieldPattern.MatchString(f.Field):
		o.fail("field", "must be the name of a field")
	case f.Stream != "" && streamIndex(f.Stream) < 0:
		o.fail("stream", "is not the name of a stream")
	}
	o.check("entity", "id", "field", "stream")
	return f
}

// check fails on a member that is not among keys.
func (o *object) check(keys ...string) {
	for key := range o.tree {
		if !slices.Contains(keys, key) {
			o.fail("", "has an unknown key "+strconv.Quote(clip(key)))
		}
	}
}

// done is check and the outcome of everything read from a frame.
func (o *object) done(keys ...string) *room.Error {
	if o.err != nil {
		return o.err
	}
	for key := range o.tree {
		if !slices.Contains(keys, key) {
			return room.FieldErrorf(room.Invalid, clip(key), "the frame has an unknown key %q", clip(key))
		}
	}
	return nil
}

// clip shortens what a client sent before it is said back.
func clip(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
