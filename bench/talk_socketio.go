//go:build linux

package main

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// socketioTalk is a client of Socket.IO 4: packets of Socket.IO 5 in messages of
// Engine.IO 4, over WebSocket from the start.
type socketioTalk struct {
	joined bool
	last   int // id of the last packet that wants an answer
}

func (s *socketioTalk) open(t *tab) {}

func (s *socketioTalk) ready() bool { return s.joined }

func (s *socketioTalk) beat(*tab) {} // the server pings

func (s *socketioTalk) edit(t *tab, body []byte) {
	s.last++
	packet := strconv.AppendInt([]byte("42"), int64(s.last), 10)
	packet = fmt.Appendf(packet, `["edit",%q,"`, t.hall.name)
	t.send(append(append(packet, body...), `"]`...))
}

func (s *socketioTalk) take(t *tab, payload []byte, at time.Time) error {
	switch {
	case bytes.HasPrefix(payload, []byte("42")): // an event
		t.arrived(payload, at)
		return nil
	case bytes.HasPrefix(payload, []byte("43")): // an answer to packet 0, 1, …
		id, _, _ := bytes.Cut(payload[2:], []byte("["))
		if string(id) == "0" {
			s.joined = true
			return nil
		}
		return t.acked(at)
	case bytes.Equal(payload, []byte("2")): // ping
		t.send([]byte("3"))
		return nil
	case bytes.HasPrefix(payload, []byte("0{")): // Engine.IO is open
		t.send([]byte("40"))
		return nil
	case bytes.HasPrefix(payload, []byte("40{")): // the namespace is, too
		t.send(fmt.Appendf(nil, `420["join",%q]`, t.hall.name))
		return nil
	default:
		return fmt.Errorf("Socket.IO answered %.200s", payload)
	}
}
