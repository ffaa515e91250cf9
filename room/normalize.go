package room

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sortedNames returns the names of e's fields, sorted.
func sortedNames(e Entity) []string { return namesOf[e] }

var namesOf = func() map[Entity][]string {
	m := map[Entity][]string{}
	for _, k := range Schema {
		for _, f := range k.Fields {
			m[k.Entity] = append(m[k.Entity], f.Name)
		}
		slices.Sort(m[k.Entity])
	}
	return m
}()

// NormalizeFields brings the fields of a record from JSON or SQL into the form
// a [Record] holds them in: nulls and the id are left out, integers become
// int64, lists []string, a comment's place [Target], times [InstantFormat].
// It trusts the values, but not their types: a field that e does not have, or
// that holds something of another type, is an error that names it.
func NormalizeFields(e Entity, raw map[string]any) (Fields, error) {
	f, err := normalize(e, raw)
	if err != nil {
		return nil, err
	}
	for name, v := range f {
		if v == nil {
			delete(f, name)
		}
	}
	return f, nil
}

// normalize is NormalizeFields with nulls kept, as a change has them.
func normalize(e Entity, raw map[string]any) (Fields, error) {
	k := SchemaOf(e)
	if k == nil {
		return nil, FieldErrorf(Invalid, "entity", "%q is not an entity", clip(string(e)))
	}
	out := make(Fields, len(raw))
	for name, v := range raw {
		if name == "id" {
			continue
		}
		f := k.Field(name)
		if f == nil {
			return nil, FieldErrorf(Invalid, clip(name), "a %s has no such field", e.noun())
		}
		value, ok := f.canonical(v)
		if !ok {
			return nil, FieldErrorf(Invalid, name, "a %s cannot hold a %T here", e.noun(), v)
		}
		out[name] = value
	}
	return out, nil
}

// canonical returns v in the one form that a record holds it in.
func (f *Field) canonical(v any) (Value, bool) {
	if v == nil {
		return nil, true
	}
	switch f.Type {
	case Int:
		return canonicalInt(v)
	case Bool:
		b, ok := v.(bool)
		return b, ok
	case RefList, Weekdays, Days:
		return canonicalList(v)
	case On:
		return canonicalTarget(v)
	case DateList:
		return canonicalDates(v)
	case Instant:
		return canonicalInstant(v)
	case Day:
		if t, ok := v.(time.Time); ok {
			return t.Format(DateFormat), true
		}
	case Money:
		if n, ok := v.(json.Number); ok {
			return canonicalMoney(string(n))
		}
		s, ok := v.(string)
		if !ok {
			return nil, false
		}
		return canonicalMoney(s)
	}
	s, ok := v.(string)
	return s, ok
}

func canonicalInt(v any) (Value, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case int16:
		return int64(n), true
	case int:
		return int64(n), true
	case json.Number:
		i, err := strconv.ParseInt(string(n), 10, 64)
		return i, err == nil
	case float64:
		return int64(n), n == float64(int64(n))
	default:
		return nil, false
	}
}

func canonicalList(v any) (Value, bool) {
	switch list := v.(type) {
	case []string:
		return list, true
	case []any:
		out := make([]string, len(list))
		for i, item := range list {
			s, ok := item.(string)
			if !ok {
				return nil, false
			}
			out[i] = s
		}
		return out, true
	default:
		return nil, false
	}
}

func canonicalTarget(v any) (Value, bool) {
	switch t := v.(type) {
	case Target:
		return t, true
	case map[string]any:
		e, ok1 := t["entity"].(string)
		id, ok2 := t["id"].(string)
		return Target{Entity(e), RecordID(id)}, ok1 && ok2 && len(t) == 2
	default:
		return nil, false
	}
}

func canonicalDates(v any) (Value, bool) {
	switch m := v.(type) {
	case Dates:
		return m, true
	case map[string]any:
		out := make(Dates, len(m))
		for id, day := range m {
			s, ok := day.(string)
			if !ok {
				return nil, false
			}
			out[id] = s
		}
		return out, true
	default:
		return nil, false
	}
}

func canonicalInstant(v any) (Value, bool) {
	switch t := v.(type) {
	case time.Time:
		return t.UTC().Format(InstantFormat), true
	case string:
		if len(t) == len(InstantFormat) && t[len(t)-1] == 'Z' {
			return t, true
		}
		at, err := time.Parse(time.RFC3339Nano, t)
		if err != nil {
			return nil, false
		}
		return at.UTC().Format(InstantFormat), true
	default:
		return nil, false
	}
}

// canonicalMoney returns a decimal number with exactly two decimals, at most 15
// digits before the point (what numeric(17,2) holds), without leading zeros.
func canonicalMoney(s string) (Value, bool) {
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, cents, point := strings.Cut(s, ".")
	if whole == "" || !digits(whole) || !digits(cents) || len(cents) > 2 || point && cents == "" {
		return nil, false
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > 15 {
		return nil, false
	}
	if whole == "" {
		whole = "0"
	}
	out := whole + "." + (cents + "00")[:2]
	if out == "0.00" {
		sign = ""
	}
	return sign + out, true
}

// noun returns e as a person reads it: "role slot".
func (e Entity) noun() string { return strings.ReplaceAll(string(e), "_", " ") }

// one returns e with its article: "an acceptance".
func (e Entity) one() string {
	if e == Acceptance {
		return "an " + e.noun()
	}
	return "a " + e.noun()
}
