package realtime

import (
	"encoding/json"
	"strconv"

	"parley/room"
)

// The frames of the server. Those sent often are appended by hand; the bytes of
// commits and snapshots are placed into a frame and never encoded again (I15).

// appendString appends s as JSON.
func appendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			return append(dst, mustJSON(s)...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// mustJSON encodes values of this package, all of which JSON can hold.
func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // frames consist of strings, numbers, bools and values that came from JSON
	}
	return data
}

func ackFrame(stream room.Stream, seq int64, rev room.Rev) []byte {
	dst := make([]byte, 0, 64)
	dst = append(dst, `{"t":"ack","stream":"`...)
	dst = append(dst, stream...)
	dst = append(dst, `","seq":`...)
	dst = strconv.AppendInt(dst, seq, 10)
	dst = append(dst, `,"rev":`...)
	dst = strconv.AppendInt(dst, int64(rev), 10)
	return append(dst, '}')
}

func rejectFrame(stream room.Stream, seq int64, err *room.Error) []byte {
	return mustJSON(struct {
		T       string      `json:"t"`
		Stream  room.Stream `json:"stream"`
		Seq     int64       `json:"seq"`
		Code    room.Code   `json:"code"`
		Message string      `json:"message"`
		Field   string      `json:"field,omitempty"`
		Current any         `json:"current,omitempty"`
		RetryMS int         `json:"retry_ms,omitempty"`
	}{"reject", stream, seq, err.Code, err.Message, err.Field, err.Current, err.RetryMS})
}

// The codes of an error frame.
const (
	badFrame     = "bad_frame"
	seqGap       = "seq_gap"
	unauthorized = "unauthorized"
	tooFast      = "rate"
	tooLarge     = "too_large"
)

// fault is an error frame: something was wrong with a frame, not with an op.
type fault struct {
	T        string      `json:"t"`
	Code     string      `json:"code"`
	Message  string      `json:"message"`
	Stream   room.Stream `json:"stream,omitempty"`
	Seq      int64       `json:"seq,omitempty"`      // of a seq_gap: the op that was not processed …
	Expected int64       `json:"expected,omitempty"` // … and the one that comes first
	Fatal    bool        `json:"fatal"`
}

func errorFrame(f fault) []byte {
	f.T = "error"
	return mustJSON(f)
}

// The reasons of a resync frame.
const (
	whySlow     = "slow"     // the reader fell out of the window
	whyEpoch    = "epoch"    // what it holds may not be what the room has
	whyOverflow = "overflow" // the log could not be read on from where it was
)

func resyncFrame(stream room.Stream, rev room.Rev, why string) []byte {
	dst := make([]byte, 0, 80)
	dst = append(dst, `{"t":"resync","stream":"`...)
	dst = append(dst, stream...)
	dst = append(dst, `","rev":`...)
	dst = strconv.AppendInt(dst, int64(rev), 10)
	dst = append(dst, `,"why":"`...)
	dst = append(dst, why...)
	return append(dst, `"}`...)
}

func pongFrame(n int64, revs []streamRev) []byte {
	dst := make([]byte, 0, 96)
	dst = append(dst, `{"t":"pong","n":`...)
	dst = strconv.AppendInt(dst, n, 10)
	dst = append(dst, `,"revs":{`...)
	for i, at := range revs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, at.stream...)
		dst = append(dst, `":`...)
		dst = strconv.AppendInt(dst, int64(at.rev), 10)
	}
	return append(dst, `}}`...)
}

// streamRev is where one stream stands.
type streamRev struct {
	stream room.Stream
	rev    room.Rev
}

// The reasons of a bye frame.
const (
	byeRestart  = "restart"  // come back after retry_ms
	byeRevoked  = "revoked"  // access is gone
	byeExpired  = "expired"  // sign in again
	byeArchived = "archived" // the room is gone
)

func byeFrame(why string, retryMS int) []byte {
	return mustJSON(struct {
		T       string `json:"t"`
		Why     string `json:"why"`
		RetryMS int    `json:"retry_ms,omitempty"`
	}{"bye", why, retryMS})
}
