//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The opcodes of RFC 6455 §5.2 that a server may send here.
const (
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9
	opPong   = 0xA
)

// nextFrame cuts one whole frame off b. It returns ok false when b ends inside
// a frame, and an error for what a Parley server never sends: masked,
// fragmented or compressed frames.
func nextFrame(b []byte) (op byte, payload, rest []byte, ok bool, err error) {
	if len(b) < 2 {
		return 0, nil, b, false, nil
	}
	if b[0]&0xF0 != 0x80 || b[1]&0x80 != 0 {
		return 0, nil, b, false, fmt.Errorf("frame header %#x %#x: masked, fragmented or with an extension", b[0], b[1])
	}
	size, head := int(b[1]), 2
	switch {
	case size == 126 && len(b) >= 4:
		size, head = int(binary.BigEndian.Uint16(b[2:])), 4
	case size == 127 && len(b) >= 10:
		size, head = int(binary.BigEndian.Uint64(b[2:])), 10
	case size >= 126:
		return 0, nil, b, false, nil
	}
	if len(b) < head+size {
		return 0, nil, b, false, nil
	}
	return b[0] & 0x0F, b[head : head+size], b[head+size:], true, nil
}

// appendFrame appends a client's frame to dst. Its masking key is zero, which
// costs the server what any other key costs and the generator nothing.
func appendFrame(dst []byte, op byte, payload []byte) []byte {
	dst = append(dst, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, 0x80|byte(n))
	case n <= 0xFFFF:
		dst = binary.BigEndian.AppendUint16(append(dst, 0x80|126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, 0x80|127), uint64(n))
	}
	return append(append(dst, 0, 0, 0, 0), payload...)
}

// appendServerFrame appends a text frame as a server writes it, unmasked: what
// the fan-out floor sends.
func appendServerFrame(dst, payload []byte) []byte {
	dst = append(dst, 0x80|opText)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, byte(n))
	case n <= 0xFFFF:
		dst = binary.BigEndian.AppendUint16(append(dst, 126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, 127), uint64(n))
	}
	return append(dst, payload...)
}

// headBytes is how far into a frame its own fields may lie. A frame puts the
// commits last, so that this is enough; a frame that does not is decoded whole.
const headBytes = 256

// number reads the integer after key in the head of a frame, where key is
// written as on the wire: `"from":`.
func number(frame []byte, key string) (n int64, ok bool) {
	head := frame[:min(len(frame), headBytes)]
	at := bytes.Index(head, []byte(key))
	if at < 0 {
		return 0, false
	}
	digits := head[at+len(key):]
	end := 0
	for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
		n = n*10 + int64(digits[end]-'0')
		end++
	}
	// A number cut by the end of the head would be read too small.
	return n, end > 0 && end < len(digits)
}

// text reads the string after key in the head of a frame; only names without
// escapes are asked for.
func text(frame []byte, key string) (s []byte, ok bool) {
	head := frame[:min(len(frame), headBytes)]
	at := bytes.Index(head, []byte(key))
	if at < 0 || at+len(key) >= len(head) || head[at+len(key)] != '"' {
		return nil, false
	}
	rest := head[at+len(key)+1:]
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		return nil, false
	}
	return rest[:end], true
}
