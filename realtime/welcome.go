package realtime

import (
	"encoding/json"
	"strconv"

	"parley/room"
)

// entry is where one stream stands for a client that joins it: one element of
// welcome.streams, or a joined frame.
type entry struct {
	stream   room.Stream
	epoch    room.Epoch
	rev      room.Rev
	seq      int64
	snapshot json.RawMessage // inline …
	url      string          // … or over HTTP …
	resumed  bool            // … or not needed
}

// appendFields appends the members of the entry's object, without its braces.
func (e entry) appendFields(dst []byte) []byte {
	dst = append(dst, `"stream":"`...)
	dst = append(dst, e.stream...)
	dst = append(dst, `","epoch":`...)
	dst = appendString(dst, string(e.epoch))
	dst = append(dst, `,"rev":`...)
	dst = strconv.AppendInt(dst, int64(e.rev), 10)
	dst = append(dst, `,"seq":`...)
	dst = strconv.AppendInt(dst, e.seq, 10)
	switch {
	case e.resumed:
		dst = append(dst, `,"resumed":true`...)
	case e.url != "":
		dst = append(dst, `,"snapshot_url":`...)
		dst = append(dst, mustJSON(e.url)...)
	default:
		dst = append(dst, `,"snapshot":`...)
		dst = append(dst, e.snapshot...)
	}
	return dst
}

func joinedFrame(e entry) []byte {
	dst := make([]byte, 0, 128+len(e.snapshot))
	dst = append(dst, `{"t":"joined",`...)
	dst = e.appendFields(dst)
	return append(dst, '}')
}

// welcome is the answer to hello.
type welcome struct {
	session string
	me      *me // nil for a watcher
	now     string
	here    []byte // a JSON list
	watch   int
	count   int
	streams []entry
}

// me is the participant a socket speaks for.
type me struct {
	ID     room.RecordID `json:"id"`
	Name   string        `json:"name"`
	Side   room.Side     `json:"side"`
	Access room.Access   `json:"access"`
}

func welcomeFrame(w welcome) []byte {
	size := 512 + len(w.here)
	for _, e := range w.streams {
		size += 128 + len(e.snapshot)
	}
	dst := make([]byte, 0, size)
	dst = append(dst, `{"t":"welcome","v":1,"session":`...)
	dst = appendString(dst, w.session)
	dst = append(dst, `,"me":`...)
	dst = append(dst, mustJSON(w.me)...)
	dst = append(dst, `,"now":"`...)
	dst = append(dst, w.now...)
	dst = append(dst, `","window":`...)
	dst = strconv.AppendInt(dst, room.Window, 10)
	dst = append(dst, `,"heartbeat_ms":`...)
	dst = strconv.AppendInt(dst, heartbeat.Milliseconds(), 10)
	dst = append(dst, `,"here":`...)
	dst = append(dst, w.here...)
	dst = append(dst, `,"watching":`...)
	dst = strconv.AppendInt(dst, int64(w.watch), 10)
	dst = append(dst, `,"count":`...)
	dst = strconv.AppendInt(dst, int64(w.count), 10)
	dst = append(dst, `,"streams":[`...)
	for i, e := range w.streams {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		dst = e.appendFields(dst)
		dst = append(dst, '}')
	}
	return append(dst, `]}`...)
}
