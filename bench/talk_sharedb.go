//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// sharedbTalk is a client of ShareDB's JSON protocol 1.2: one document a room,
// one key of it for each tab, json0 ops. A client of it has one op in flight.
type sharedbTalk struct {
	id         string // its src, by which it knows its own ops
	src        []byte // the same as an op has it
	seq        int64
	version    int64 // of the document, the next op's
	subscribed bool
	resumed    bool
	fetching   bool           // it has asked for ops that it lacks
	again      bool           // and has to once more
	ahead      map[int64]bool // versions of its own ops, acknowledged before their time
}

// passed takes the document past version v, and past its own ops behind it, whose
// answers count from here: a client sends its next op when it has caught up.
func (s *sharedbTalk) passed(t *tab, v int64, at time.Time) (err error) {
	s.version = max(s.version, v+1)
	if s.ahead[v] { // it came as one of those asked for
		delete(s.ahead, v)
		err = t.acked(at)
	}
	for err == nil && s.ahead[s.version] {
		delete(s.ahead, s.version)
		s.version++
		err = t.acked(at)
	}
	return err
}

// fetch asks for the ops from the version of the document on.
func (s *sharedbTalk) fetch(t *tab) {
	if s.again = s.fetching; !s.fetching {
		s.fetching = true
		t.send(fmt.Appendf(nil, `{"a":"f","c":"rooms","d":%q,"v":%d}`, t.hall.name, s.version))
	}
}

func (s *sharedbTalk) open(t *tab) {
	t.send([]byte(`{"a":"hs","id":null,"protocol":1,"protocolMinor":2}`))
}

func (s *sharedbTalk) ready() bool { return s.subscribed }

func (s *sharedbTalk) beat(*tab) {}

// resume has the server send the ops since the version of was.
func (s *sharedbTalk) resume(t, was *tab) {
	s.resumed, s.version = true, was.talk.(*sharedbTalk).version
	t.base, t.baseTotal = was.leftAt, was.leftTotal
}

func (s *sharedbTalk) edit(t *tab, body []byte) {
	s.seq++
	op := fmt.Appendf(nil, `{"a":"op","c":"rooms","d":%q,"v":%d,"seq":%d,"x":{},"op":[{"p":["%p"],"oi":"`, t.hall.name, s.version, s.seq, t)
	t.send(append(append(op, body...), `"}]}`...))
}

func (s *sharedbTalk) take(t *tab, payload []byte, at time.Time) error {
	var f struct {
		A     string          `json:"a"`
		ID    string          `json:"id"`
		V     int64           `json:"v"`
		Src   string          `json:"src"`
		Error json.RawMessage `json:"error"`
		Data  struct {
			V int64 `json:"v"`
		} `json:"data"`
	}
	// An op of somebody else is told by its head, which is cheaper than decoding it.
	if v, ok := number(payload, `"v":`); ok && bytes.HasPrefix(payload, []byte(`{"a":"op"`)) && bytes.Contains(payload, []byte(`"op":[`)) &&
		!bytes.Contains(payload, []byte(`"error":`)) {
		own := bytes.Contains(payload, s.src)
		switch {
		case v > s.version: // clients drop it and ask for what lies between
			s.fetch(t)
		case v < s.version: // sent again, by the answer to an op or by Redis; clients ignore it
			t.repeated++
		case own: // among what was asked for
			return s.passed(t, v, at)
		default:
			t.arrived(payload, at)
			return s.passed(t, v, at)
		}
		return nil
	}
	if err := json.Unmarshal(payload, &f); err != nil {
		return fmt.Errorf("decoding %.200s: %w", payload, err)
	}
	switch {
	case f.Error != nil:
		return fmt.Errorf("ShareDB answered %.300s", payload)
	case f.A == "f":
		if s.fetching = false; s.again { // the answer may be from before what is lacking now
			s.fetch(t)
		}
		return nil
	case f.A == "init":
		return nil
	case f.A == "hs":
		s.id, s.src = f.ID, fmt.Appendf(nil, `"src":%q`, f.ID)
		if s.resumed {
			t.send(fmt.Appendf(nil, `{"a":"s","c":"rooms","d":%q,"v":%d}`, t.hall.name, s.version))
			return nil
		}
		t.send(fmt.Appendf(nil, `{"a":"s","c":"rooms","d":%q}`, t.hall.name))
		return nil
	case f.A == "s":
		if !s.resumed {
			s.version = f.Data.V
		}
		if s.version > 0 {
			s.subscribed = true
			return nil
		}
		s.seq++ // nobody has made the document
		t.send(fmt.Appendf(nil, `{"a":"op","c":"rooms","d":%q,"v":0,"seq":%d,"x":{},"create":{"type":"http://sharejs.org/types/JSONv0","data":{}}}`, t.hall.name, s.seq))
		return nil
	case f.A == "op" && f.Src == s.id:
		if !s.subscribed { // it has made the document
			s.version, s.subscribed = f.V+1, true
			return nil
		}
		if f.V > s.version {
			s.ahead[f.V] = true
			s.fetch(t)
			return nil
		}
		s.version = max(s.version, f.V+1)
		return t.acked(at)
	default:
		return fmt.Errorf("ShareDB answered %.300s", payload)
	}
}
