//go:build linux

package main

import (
	"bytes"
	"testing"
)

// A frame may arrive in any pieces; each cut must wait and lose nothing.
func TestNextFrameWaitsForTheWholeFrame(t *testing.T) {
	for _, size := range []int{0, 1, 125, 126, 127, 65535, 65536} {
		payload := bytes.Repeat([]byte("x"), size)
		whole := append(appendServerFrame(nil, payload), "next"...)

		for _, cut := range []int{0, 1, 2, 3, 9, len(whole) - 5} {
			if _, _, rest, ok, err := nextFrame(whole[:min(cut, len(whole)-5)]); ok || err != nil || len(rest) != min(cut, len(whole)-5) {
				t.Errorf("size %d cut at %d: ok %t, err %v, rest of %d bytes", size, cut, ok, err, len(rest))
			}
		}
		op, got, rest, ok, err := nextFrame(whole)

		if op != opText || !bytes.Equal(got, payload) || string(rest) != "next" || !ok || err != nil {
			t.Errorf("size %d: op %#x, %d bytes, rest %q, ok %t, err %v", size, op, len(got), rest, ok, err)
		}
	}
}

// What the lean reader does not understand must end the run, not be skipped.
func TestNextFrameRefusesWhatNoServerSends(t *testing.T) {
	for name, b := range map[string][]byte{
		"a masked frame":              {0x81, 0x80, 0, 0, 0, 0},
		"the start of a fragmented":   {0x01, 0},
		"a compressed frame":          {0xC1, 0},
		"a continuation, without FIN": {0x00, 0},
	} {
		if _, _, _, ok, err := nextFrame(b); ok || err == nil {
			t.Errorf("%s: ok %t, err %v", name, ok, err)
		}
	}
}

func TestNumberAndTextReadTheHeadOfAFrame(t *testing.T) {
	frame := []byte(`{"t":"commits","stream":"shared","epoch":"1.1","from":7,"to":12,"commits":[{"rev":7}]}`)

	from, hasFrom := number(frame, `"from":`)
	to, hasTo := number(frame, `"to":`)
	stream, named := text(frame, `"stream":`)

	if from != 7 || !hasFrom || to != 12 || !hasTo || string(stream) != "shared" || !named {
		t.Errorf("from %d %t, to %d %t, stream %q %t", from, hasFrom, to, hasTo, stream, named)
	}
	if n, ok := number([]byte(`{"from":"7"}`), `"from":`); ok {
		t.Errorf("a string read as the number %d", n)
	}
	cut := append(bytes.Repeat([]byte(" "), headBytes-9), `"from":1234567,`...)
	if n, ok := number(cut, `"from":`); ok {
		t.Errorf("a number across the end of the head read as %d", n)
	}
	if s, ok := text([]byte(`{"t":7}`), `"t":`); ok {
		t.Errorf("a number read as the text %q", s)
	}
}
