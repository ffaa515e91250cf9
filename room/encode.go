package room

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// EncodeCommit returns the JSON form of c: the bytes of the log and the wire.
// Fields are sorted by name, so equal commits have equal bytes.
func EncodeCommit(c Commit) json.RawMessage {
	b := make([]byte, 0, 256+128*len(c.Changes))
	b = append(b, `{"rev":`...)
	b = strconv.AppendInt(b, int64(c.Rev), 10)
	if c.Client != "" {
		b = append(b, `,"client":`...)
		b = appendString(b, string(c.Client))
	}
	if c.Seq != 0 {
		b = append(b, `,"seq":`...)
		b = strconv.AppendInt(b, c.Seq, 10)
	}
	b = append(b, `,"by":`...)
	b = appendActor(b, c.By)
	b = append(b, `,"at":`...)
	b = appendString(b, c.At)
	b = append(b, `,"kind":`...)
	b = appendString(b, string(c.Kind))
	if c.Of != nil {
		b = append(b, `,"of":{"stream":`...)
		b = appendString(b, string(c.Of.Stream))
		b = append(b, `,"rev":`...)
		b = strconv.AppendInt(b, int64(c.Of.Rev), 10)
		b = append(b, '}')
	}
	b = append(b, `,"changes":[`...)
	for i := range c.Changes {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendChange(b, &c.Changes[i])
	}
	b = append(b, ']')
	if len(c.Over) > 0 {
		b = append(b, `,"over":`...)
		b = appendOver(b, c.Over)
	}
	return append(b, '}')
}

func appendChange(b []byte, c *Change) []byte {
	b = append(b, `{"entity":`...)
	b = appendString(b, string(c.Entity))
	b = append(b, `,"id":`...)
	b = appendString(b, string(c.ID))
	b = append(b, `,"set":`...)
	b = appendFields(b, c.Entity, c.Set)
	b = append(b, `,"was":`...)
	if c.Was == nil {
		b = append(b, "null"...)
	} else {
		b = appendFields(b, c.Entity, c.Was)
	}
	return append(b, '}')
}

func appendOver(b []byte, over map[string]Over) []byte {
	keys := make([]string, 0, len(over))
	for k := range over {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, k)
		b = append(b, `:{"by":`...)
		b = appendActor(b, over[k].By)
		b = append(b, `,"rev":`...)
		b = strconv.AppendInt(b, int64(over[k].Rev), 10)
		b = append(b, `,"value":`...)
		b = appendValue(b, over[k].Value)
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendActor(b []byte, id *RecordID) []byte {
	if id == nil {
		return append(b, "null"...)
	}
	return appendString(b, string(*id))
}

// appendFields writes f as an object, sorted by name.
func appendFields(b []byte, e Entity, f Fields) []byte {
	return append(appendMembers(append(b, '{'), e, f), '}')
}

// appendMembers writes the members of f, sorted by name, without braces.
func appendMembers(b []byte, e Entity, f Fields) []byte {
	first := len(b) == 0 || b[len(b)-1] == '{'
	var few [4]string // most changes set no more
	for _, name := range namesIn(few[:0], e, f) {
		v, ok := f[name]
		if !ok {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendString(b, name)
		b = append(b, ':')
		b = appendValue(b, v)
	}
	return b
}

// namesIn returns the names in f, sorted, in buf if they fit; else the names of
// all fields of e.
func namesIn(buf []string, e Entity, f Fields) []string {
	if len(f) > cap(buf) {
		return sortedNames(e)
	}
	for name := range f {
		buf = append(buf, name)
	}
	slices.Sort(buf)
	return buf
}

// appendValue writes one value of a record. Another type is a programming
// error: values enter a plan by schema only.
func appendValue(b []byte, v Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case bool:
		return strconv.AppendBool(b, v)
	case []string:
		b = append(b, '[')
		for i, s := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, s)
		}
		return append(b, ']')
	case Target:
		b = append(b, `{"entity":`...)
		b = appendString(b, string(v.Entity))
		b = append(b, `,"id":`...)
		b = appendString(b, string(v.ID))
		return append(b, '}')
	case Dates:
		b = append(b, '{')
		for i, id := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, id), ':')
			b = appendString(b, v[id])
		}
		return append(b, '}')
	default:
		panic(fmt.Sprintf("room: a record holds a %T", v))
	}
}

const hexDigits = "0123456789abcdef"

// appendString writes s, which is valid UTF-8, as a JSON string. Only what JSON
// requires is escaped.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
