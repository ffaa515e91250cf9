package room

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestParseJSONIsStrict(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2)
	for name, c := range map[string]struct{ in, field string }{
		"nothing":                 {"", ""},
		"a key twice":             {`{"op":{"set":{"due":1,"due":2}}}`, "op.set.due"},
		"a key twice, escaped":    {`{"a":1,"\u0061":2}`, "a"},
		"NUL escaped":             {`{"op":{"title":"a\u0000b"}}`, "op.title"},
		"NUL raw":                 {"{\"op\":\"a\x00b\"}", "op"},
		"a high surrogate alone":  {`{"op":"\ud800"}`, "op"},
		"a low surrogate alone":   {`{"op":"\udc00"}`, "op"},
		"two high surrogates":     {`{"op":"\ud800\ud800"}`, "op"},
		"a surrogate and text":    {`{"op":"\ud83dx"}`, "op"},
		"a surrogate in a key":    {`{"\ud800":1}`, ""},
		"invalid UTF-8":           {"{\"op\":\"\xff\"}", ""},
		"an encoded surrogate":    {"{\"op\":\"\xed\xa0\x80\"}", ""},
		"trailing data":           {`{} {}`, ""},
		"a trailing comma":        {`{"a":1,}`, ""},
		"a trailing comma, list":  {`{"a":[1,]}`, "a[1]"},
		"a comment":               {`{/**/}`, ""},
		"a leading zero":          {`{"a":01}`, ""},
		"a bare point":            {`{"a":1.}`, "a"},
		"NaN":                     {`{"a":NaN}`, "a"},
		"plus":                    {`{"a":+1}`, "a"},
		"single quotes":           {`{'a':1}`, ""},
		"a raw line break":        {"{\"a\":\"x\ny\"}", "a"},
		"an unknown escape":       {`{"a":"\x41"}`, "a"},
		"a short escape":          {`{"a":"\u12"}`, "a"},
		"no end":                  {`{"a":"x`, "a"},
		"no end after a slash":    {`{"a":"x\`, "a"},
		"half a word":             {`{"a":tru`, "a"},
		"too deep":                {deep, strings.Repeat("[0]", MaxDepth+1)},
		"too long":                {`"` + strings.Repeat("x", MaxOpBytes) + `"`, ""},
		"a byte order mark":       {"\ufeff{}", ""},
		"no colon":                {`{"a" 1}`, "a"},
		"a number as key":         {`{1:1}`, ""},
		"an unfinished list":      {`{"a":[1`, "a"},
		"an unfinished exponent":  {`{"a":1e}`, "a"},
		"an error inside a group": {`{"ops":[{},{"id":"\u0000"}]}`, "ops[1].id"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseJSON([]byte(c.in))

			refusal, ok := errors.AsType[*Error](err)
			if !ok || refusal.Code != Invalid || refusal.Field != c.field {
				t.Errorf("ParseJSON(%.40q) = %v, %v, want a refusal of %q", c.in, got, err, c.field)
			}
		})
	}
}

// What is valid for both means the same as for encoding/json.
func TestParseJSONAgreesWithTheStandardLibrary(t *testing.T) {
	for _, in := range []string{
		`null`, ` true `, `[false,null,-0,1.5e-7,12345678901234567890]`, `{"":{"a":[]},"b":{}}`,
		`"\"\\\/\b\f\n\r\té€😀\ud83d\ude00"`, `{"a":"𝄞 ünïcödé"}`, `0`, `-1E+2`,
	} {
		got, err := ParseJSON([]byte(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		d := json.NewDecoder(strings.NewReader(in))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %#v, want %#v", in, got, want)
		}
	}
}

// Strings survive the way out and in again.
func TestStringsAreEncodedExactly(t *testing.T) {
	for _, s := range []string{"", `"\/`, "a\tb\nc\r\x01\x1f\x7f", "<script>&", "\u2028\u2029", "😀𝄞é"} {
		b := appendString(nil, s)
		got, err := ParseJSON(b)
		if err != nil || got != s {
			t.Errorf("%q became %s, then %q (%v)", s, b, got, err)
		}
	}
}
