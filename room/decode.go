package room

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// DecodeOps reads the op, or the atomic group of ops, that a frame or a request
// body holds under "op" or "ops", strictly: each by the shape of its kind, each
// value by the [Schema]. Group is true for "ops". The error is an [*Error] whose
// Field is the place in tree: "op.set.due", "ops[2].id".
func DecodeOps(tree map[string]any) (ops []Op, group bool, err error) {
	one, hasOne := tree["op"]
	many, hasMany := tree["ops"]
	switch {
	case hasOne && hasMany:
		return nil, false, FieldErrorf(Invalid, "ops", "send either op or ops")
	case hasOne:
		op, err := decodeOp(one)
		if err != nil {
			return nil, false, under("op", err)
		}
		return []Op{op}, false, nil
	case !hasMany:
		return nil, false, missing("op")
	}
	list, ok := many.([]any)
	if !ok || len(list) == 0 {
		return nil, true, FieldErrorf(Invalid, "ops", "ops is not a list of ops")
	}
	if len(list) > MaxGroup {
		return nil, true, FieldErrorf(Limit, "ops", "a group has at most %d ops", MaxGroup)
	}
	for i, item := range list {
		op, err := decodeOp(item)
		if err == nil && len(list) > 1 && rules[op.Kind].alone {
			err = FieldErrorf(Invalid, "kind", "%s cannot be part of a group", op.Kind)
		}
		if err != nil {
			return nil, true, under("ops["+strconv.Itoa(i)+"]", err)
		}
		ops = append(ops, op)
	}
	return ops, true, nil
}

func decodeOp(v any) (Op, *Error) {
	m, ok := v.(map[string]any)
	if !ok {
		return Op{}, Errorf(Invalid, "an op is an object")
	}
	kind, ok := m["kind"].(string)
	if !ok {
		return Op{}, missing("kind")
	}
	r := rules[Kind(kind)]
	if r == nil || r.internal || r.unsent {
		return Op{}, FieldErrorf(Invalid, "kind", "%q is not a kind of op", clip(kind))
	}
	if err := checkKeys(m, r.keys()...); err != nil {
		return Op{}, err
	}
	op := Op{Kind: r.kind}
	return op, op.decode(r, m)
}

// keysOf lists the keys of an op by its shape.
var keysOf = [...][]string{
	addShape:        {"kind", "id", "set", "after", "before"},
	updateShape:     {"kind", "id", "set"},
	roomShape:       {"kind", "set"},
	moveShape:       {"kind", "id", "into", "after", "before"},
	idShape:         {"kind", "id"},
	completeShape:   {"kind", "id", "override"},
	rescheduleShape: {"kind", "id", "due", "push", "reason", "unilateral"},
	shiftShape:      {"kind", "to", "mode", "reason", "unilateral"},
	templateShape:   {"kind", "template", "go_live"},
	undoShape:       {"kind", "rev"},
	proposeShape:    {"kind", "id", "milestone", "to", "reason"},
	counterShape:    {"kind", "id", "to", "reason"},
	answerShape:     {"kind", "id", "reason"},
	acceptShape:     {"kind", "id", "reason", "push", "unilateral"},
	agreeShape:      {"kind", "rev"},
	baselineShape:   {"kind", "name"},
}

// keys lists the keys that an op of this kind may have.
func (r *rule) keys() []string {
	keys := keysOf[r.shape]
	switch {
	case r.shape == addShape && !SchemaOf(r.entity).Ordered:
		return keys[:3]
	case r.shape == moveShape && SchemaOf(r.entity).Parent == "":
		return []string{"kind", "id", "after", "before"}
	default:
		return keys
	}
}

// checkKeys refuses a key that is not in the list, the first by name.
func checkKeys(m map[string]any, keys ...string) *Error {
	unknown, found := "", false
	for key := range m {
		if !slices.Contains(keys, key) && (!found || key < unknown) {
			unknown, found = key, true
		}
	}
	if !found {
		return nil
	}
	return unknownKey(unknown, keys)
}

// unknownKey names the key and, where it is near, the one that was meant.
func unknownKey(key string, keys []string) *Error {
	for _, k := range keys {
		if strings.EqualFold(k, key) {
			return FieldErrorf(Invalid, clip(key), "the key is written %q", k)
		}
	}
	return FieldErrorf(Invalid, clip(key), "there is no such key here")
}

func missing(key string) *Error {
	return FieldErrorf(Invalid, key, "%s is missing", key)
}

// about puts err, which speaks of "it", on the field it is about.
func about(field string, err *Error) *Error {
	if rest, ok := strings.CutPrefix(err.Message, "it "); ok {
		err.Message = "the " + strings.ReplaceAll(field, "_", " ") + " " + rest
	}
	return under(field, err)
}

func (op *Op) decode(r *rule, m map[string]any) (err *Error) {
	if slices.Contains(keysOf[r.shape], "id") {
		if op.ID, err = decodeID(m, "id"); err != nil {
			return err
		}
	}
	switch r.shape {
	case addShape:
		if op.Set, err = decodeSet(r, m); err != nil {
			return err
		}
		op.Place, err = decodePlace(m)
	case updateShape, roomShape:
		op.Set, err = decodeSet(r, m)
	case moveShape:
		if _, ok := m["into"]; ok {
			if op.Into, err = decodeID(m, "into"); err != nil {
				return err
			}
		}
		op.Place, err = decodePlace(m)
	case idShape:
	case completeShape:
		op.Override, err = decodeOverride(m)
	case rescheduleShape:
		err = op.decodeReschedule(m)
	case shiftShape:
		err = op.decodeShift(m)
	case templateShape:
		op.Template, op.GoLive, err = decodeTemplate(m)
	case undoShape, agreeShape:
		op.Rev, err = decodeRev(m)
	case proposeShape, counterShape, answerShape, acceptShape:
		err = op.decodeDate(r, m)
	case baselineShape:
		op.Name, err = decodeText(m, &baselineName)
	default:
		panic(fmt.Sprintf("room: %s has the unknown shape %d", r.kind, r.shape))
	}
	return err
}

func decodeID(m map[string]any, key string) (RecordID, *Error) {
	v, ok := m[key]
	if !ok {
		return "", missing(key)
	}
	s, ok := v.(string)
	if !ok {
		return "", FieldErrorf(Invalid, key, "this is not an id; use a UUID in lower case")
	}
	if err := checkID(s); err != nil {
		return "", about(key, err)
	}
	return RecordID(s), nil
}

// decodeSet reads the fields of an add or an update, every value checked.
func decodeSet(r *rule, m map[string]any) (Fields, *Error) {
	raw, ok := m["set"].(map[string]any)
	if !ok {
		return nil, FieldErrorf(Invalid, "set", "set is not an object of fields")
	}
	k := SchemaOf(r.entity)
	out := make(Fields, len(raw))
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		f := k.Field(name)
		if f == nil {
			return nil, under("set", unknownKey(name, sortedNames(k.Entity)))
		}
		v, err := r.checkField(k, f, raw[name])
		if err != nil {
			return nil, under("set", about(name, err))
		}
		out[name] = v
	}
	return out, nil
}

// checkField checks one field of an op's set.
func (r *rule) checkField(k *Kinded, f *Field, raw any) (Value, *Error) {
	if f.Server {
		return nil, Errorf(Invalid, "it is set by the server")
	}
	if r.shape != addShape {
		switch {
		case f.Name == k.Parent:
			return nil, Errorf(Invalid, "it is changed with %s.move", k.Entity)
		case f.Type == On:
			return nil, Errorf(Invalid, "it cannot be changed")
		case raw == nil && f.Required:
			return nil, Errorf(Invalid, "a %s needs it", k.Entity.noun())
		}
	}
	return f.CheckValue(raw)
}

func decodePlace(m map[string]any) (Place, *Error) {
	after, hasAfter := m["after"]
	before, hasBefore := m["before"]
	switch {
	case hasAfter && hasBefore:
		return Place{}, FieldErrorf(Invalid, "before", "send either after or before")
	case hasAfter && after == nil:
		return Place{Set: true, First: true}, nil
	case hasBefore && before == nil:
		return Place{Set: true, Last: true}, nil
	case hasAfter:
		id, err := decodeID(m, "after")
		return Place{Set: true, After: id}, err
	case hasBefore:
		id, err := decodeID(m, "before")
		return Place{Set: true, Before: id}, err
	default:
		return Place{}, nil
	}
}

// overrideField describes the reason of a milestone.complete.
var overrideField = Field{Name: "override", Type: Text, Max: 1000, Required: true}

func decodeOverride(m map[string]any) (*string, *Error) {
	v, ok := m["override"]
	if !ok || v == nil {
		return nil, nil
	}
	reason, err := overrideField.CheckValue(v)
	if err != nil {
		return nil, about("override", err)
	}
	s := reason.(string)
	return &s, nil
}

func (op *Op) decodeReschedule(m map[string]any) (err *Error) {
	if op.Due, err = decodeDay(m, "due"); err != nil {
		return err
	}
	var ok bool
	if op.Push, ok = m["push"].(bool); !ok {
		return FieldErrorf(Invalid, "push", "push is neither true nor false")
	}
	return op.decodeMove(m)
}

func (op *Op) decodeShift(m map[string]any) (err *Error) {
	if op.Due, err = decodeDay(m, "to"); err != nil {
		return err
	}
	if op.Mode, _ = m["mode"].(string); !slices.Contains(shiftModes, op.Mode) {
		return FieldErrorf(Invalid, "mode", "mode says which dates move along; use %s", anyOf(shiftModes))
	}
	return op.decodeMove(m)
}

// reasonField describes why a date moves, or a proposal is answered so.
var reasonField = Field{Name: "reason", Type: Text, Max: MaxReason, Required: true}

// decodeMove reads what every op that moves dates may say about it.
func (op *Op) decodeMove(m map[string]any) (err *Error) {
	if op.Reason, err = decodeReason(m); err != nil {
		return err
	}
	op.Unilateral, err = decodeFlag(m, "unilateral")
	return err
}

func decodeReason(m map[string]any) (string, *Error) {
	if m["reason"] == nil {
		return "", nil
	}
	return decodeText(m, &reasonField)
}

func decodeTemplate(m map[string]any) (slug, goLive string, err *Error) {
	slug, ok := m["template"].(string)
	if !ok || templates[slug] == nil && !ValidUUID(slug) {
		return "", "", errNoTemplate()
	}
	if m["go_live"] == nil {
		return slug, "", nil
	}
	goLive, err = decodeDay(m, "go_live")
	return slug, goLive, err
}

func decodeRev(m map[string]any) (Rev, *Error) {
	n, ok := m["rev"].(json.Number)
	rev, err := strconv.ParseInt(string(n), 10, 64)
	if !ok || err != nil || rev < 1 {
		return 0, FieldErrorf(Invalid, "rev", "this is not the rev of a commit")
	}
	return Rev(rev), nil
}
