package room

import (
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// ParseJSON reads one JSON value strictly and returns its tree: map[string]any,
// []any, string, [json.Number], bool or nil. Where encoding/json is lenient this
// is not: duplicate keys, NUL, lone surrogates, invalid UTF-8, trailing data,
// more than [MaxDepth] levels and more than [MaxOpBytes] are refused. The error
// is an [*Error] with code invalid that names the field.
func ParseJSON(data []byte) (any, error) {
	return parseTree(data, MaxOpBytes)
}

func parseTree(data []byte, maxBytes int) (any, error) {
	if len(data) > maxBytes {
		return nil, Errorf(Invalid, "the message has %d bytes; the limit is %d", len(data), maxBytes)
	}
	if !utf8.Valid(data) {
		return nil, Errorf(Invalid, "the message is not valid UTF-8")
	}
	p := parser{data: data}
	v, err := p.value(0)
	if err == nil {
		p.space()
		if p.pos < len(p.data) {
			err = p.fail("there is more after the end of the value")
		}
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// parser walks over valid UTF-8.
type parser struct {
	data []byte
	pos  int
}

func (p *parser) fail(what string) *Error {
	return Errorf(Invalid, "not valid JSON at byte %d: %s", p.pos+1, what)
}

func (p *parser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// peek returns the next byte that is not white space, or 0 at the end.
func (p *parser) peek() byte {
	p.space()
	if p.pos == len(p.data) {
		return 0
	}
	return p.data[p.pos]
}

func (p *parser) value(depth int) (any, *Error) {
	if depth > MaxDepth {
		return nil, p.fail("it is nested deeper than " + strconv.Itoa(MaxDepth) + " levels")
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.string()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 't':
		return true, p.word("true")
	case c == 'f':
		return false, p.word("false")
	case c == 'n':
		return nil, p.word("null")
	case p.pos == len(p.data):
		return nil, p.fail("it ends too early")
	default:
		return nil, p.fail("no value begins like this")
	}
}

func (p *parser) word(w string) *Error {
	if len(p.data)-p.pos < len(w) || string(p.data[p.pos:p.pos+len(w)]) != w {
		return p.fail("no value begins like this")
	}
	p.pos += len(w)
	return nil
}

func (p *parser) object(depth int) (any, *Error) {
	p.pos++ // {
	out := map[string]any{}
	if p.peek() == '}' {
		p.pos++
		return out, nil
	}
	for {
		if p.peek() != '"' {
			return nil, p.fail("a key in double quotes is missing")
		}
		key, err := p.string()
		if err != nil {
			return nil, err
		}
		if _, twice := out[key]; twice {
			return nil, FieldErrorf(Invalid, clip(key), "the key is there twice")
		}
		if p.peek() != ':' {
			return nil, under(key, p.fail("a colon is missing"))
		}
		p.pos++
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, under(key, err)
		}
		out[key] = v
		switch p.peek() {
		case ',':
			p.pos++
		case '}':
			p.pos++
			return out, nil
		default:
			return nil, p.fail("a comma or a closing brace is missing")
		}
	}
}

func (p *parser) array(depth int) (any, *Error) {
	p.pos++ // [
	out := []any{}
	if p.peek() == ']' {
		p.pos++
		return out, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, under("["+strconv.Itoa(len(out))+"]", err)
		}
		out = append(out, v)
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			return out, nil
		default:
			return nil, p.fail("a comma or a closing bracket is missing")
		}
	}
}

// number reads a number of the grammar of RFC 8259 §6, unconverted.
func (p *parser) number() (any, *Error) {
	start := p.pos
	p.accept('-')
	if !p.accept('0') && p.digits() == 0 {
		return nil, p.fail("a digit is missing")
	}
	if p.accept('.') && p.digits() == 0 {
		return nil, p.fail("a digit is missing after the point")
	}
	if p.accept('e') || p.accept('E') {
		if !p.accept('+') {
			p.accept('-')
		}
		if p.digits() == 0 {
			return nil, p.fail("a digit is missing in the exponent")
		}
	}
	return json.Number(p.data[start:p.pos]), nil
}

func (p *parser) accept(c byte) bool {
	if p.pos < len(p.data) && p.data[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *parser) digits() (n int) {
	for p.pos < len(p.data) && p.data[p.pos] >= '0' && p.data[p.pos] <= '9' {
		p.pos++
		n++
	}
	return n
}

// string reads a string; the common one without escapes is one copy.
func (p *parser) string() (string, *Error) {
	p.pos++ // "
	start := p.pos
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == '"':
			p.pos++
			return string(p.data[start : p.pos-1]), nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", p.fail("a control character stands in a string")
		default:
			p.pos++
		}
	}
	return "", p.fail("a string has no end")
}

// escaped reads the rest of a string that began at start, from its first
// backslash on.
func (p *parser) escaped(start int) (string, *Error) {
	out := append(make([]byte, 0, p.pos-start+16), p.data[start:p.pos]...)
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		switch {
		case c == '"':
			p.pos++
			return string(out), nil
		case c < 0x20:
			return "", p.fail("a control character stands in a string")
		case c != '\\':
			out = append(out, c)
			p.pos++
		default:
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
		}
	}
	return "", p.fail("a string has no end")
}

// escapes maps the letter after a backslash to what it stands for.
var escapes = map[byte]rune{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escape reads one escape, or the two of a surrogate pair.
func (p *parser) escape() (rune, *Error) {
	if p.pos+1 == len(p.data) {
		return 0, p.fail("a string has no end")
	}
	if r, ok := escapes[p.data[p.pos+1]]; ok {
		p.pos += 2
		return r, nil
	}
	r, ok := p.unit()
	if !ok {
		return 0, p.fail("no escape is written like this")
	}
	if r == 0 {
		return 0, p.fail("text cannot hold the character NUL")
	}
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	low, ok := p.unit()
	if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
		return pair, nil
	}
	return 0, p.fail("half of a surrogate pair stands alone")
}

// unit reads \uXXXX.
func (p *parser) unit() (rune, bool) {
	if len(p.data)-p.pos < 6 || p.data[p.pos] != '\\' || p.data[p.pos+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range p.data[p.pos+2 : p.pos+6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	p.pos += 6
	return r, true
}

// under puts err's field below key: "op" and "set.due" give "op.set.due".
func under(key string, err *Error) *Error {
	key = clip(key)
	switch {
	case err.Field == "":
		err.Field = key
	case err.Field[0] == '[':
		err.Field = key + err.Field
	default:
		err.Field = key + "." + err.Field
	}
	return err
}

// clip shortens what a stranger wrote, for use in a message.
func clip(s string) string {
	const most = 40 // characters; enough to recognise it
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
