package realtime

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"go.opentelemetry.io/otel/trace"

	"parley/room"
)

// What servers tell each other, on the topic named by the room's id: one byte of
// kind, eight of the sending server, then what the kind needs.
const (
	messageCommits  = 'C' // origin, stream, epoch, revs, and the frame that sockets get
	messagePresence = 'p' // a presenceMessage
	messageQuery    = 'q' // asks for everybody's full presence
	messageRecheck  = 'r' // read the grants of this room's sessions again
	messageLook     = 'l' // compare this room with the store: there are commits that nobody told of
)

// messageHead is the length of what every message starts with.
const messageHead = 1 + 8

var errMessage = errors.New("malformed broker message")

func newMessage(kind byte, server uint64, more int) []byte {
	dst := make([]byte, 0, messageHead+more)
	dst = append(dst, kind)
	return binary.BigEndian.AppendUint64(dst, server)
}

// splitMessage returns the parts of any message.
func splitMessage(m []byte) (kind byte, server uint64, rest []byte, err error) {
	if len(m) < messageHead {
		return 0, 0, nil, errMessage
	}
	return m[0], binary.BigEndian.Uint64(m[1:messageHead]), m[messageHead:], nil
}

// commitsMessage carries a batch, its frame byte for byte as sockets get it.
func commitsMessage(server uint64, from origin, stream room.Stream, epoch room.Epoch, b *batch) []byte {
	dst := newMessage(messageCommits, server, 72+len(epoch)+3*len(b.cuts)+len(b.frame))
	dst = appendOrigin(dst, from)
	dst = append(dst, byte(streamIndex(stream)), byte(len(epoch)))
	dst = append(dst, epoch...)
	dst = binary.AppendUvarint(dst, uint64(b.from))
	dst = binary.AppendUvarint(dst, uint64(len(b.cuts)))
	for i := range b.cuts {
		dst = binary.AppendUvarint(dst, uint64(len(b.body(i))))
	}
	return append(dst, b.frame...)
}

// originSize is the length of an origin: microseconds, trace, span, flags.
const originSize = 8 + 16 + 8 + 1

// appendOrigin appends when a message was sent, and its span: zeros for none.
func appendOrigin(dst []byte, o origin) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(o.sent.UnixMicro()))
	traceID, spanID := o.span.TraceID(), o.span.SpanID()
	dst = append(dst, traceID[:]...)
	dst = append(dst, spanID[:]...)
	return append(dst, byte(o.span.TraceFlags()))
}

// takeOrigin is the inverse of appendOrigin.
func takeOrigin(from []byte) (o origin, rest []byte, err error) {
	if len(from) < originSize {
		return origin{}, nil, errMessage
	}
	o.sent = time.UnixMicro(int64(binary.BigEndian.Uint64(from)))
	o.span = trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID(from[8:24]), SpanID: trace.SpanID(from[24:32]), TraceFlags: trace.TraceFlags(from[32]), Remote: true,
	})
	return o, from[originSize:], nil
}

// commitsOf is the inverse of commitsMessage, on what follows its origin.
func commitsOf(rest []byte) (stream room.Stream, epoch room.Epoch, b *batch, err error) {
	if len(rest) < 2 || int(rest[0]) >= len(room.Streams) || len(rest) < 2+int(rest[1]) {
		return "", "", nil, errMessage
	}
	stream = room.Streams[rest[0]]
	epoch = room.Epoch(rest[2 : 2+int(rest[1])])
	rest = rest[2+len(epoch):]

	from, rest, ok := takeUvarint(rest)
	count, rest, ok2 := takeUvarint(rest)
	if !ok || !ok2 || from == 0 || count == 0 || count > uint64(len(rest)) {
		return "", "", nil, errMessage
	}
	cuts := make([]int32, count)
	sum := 0 // of the bodies and the commas between them
	for i := range cuts {
		var size uint64
		if size, rest, ok = takeUvarint(rest); !ok || size > uint64(len(rest)) {
			return "", "", nil, errMessage
		}
		cuts[i] = int32(sum)
		sum += int(size) + 1
	}
	first := len(rest) - len(frameTail) - (sum - 1)
	if first < 1 {
		return "", "", nil, errMessage
	}
	for i := range cuts {
		cuts[i] += int32(first)
	}
	b = &batch{from: room.Rev(from), to: room.Rev(from + count - 1), frame: slices.Clip(rest), cuts: cuts}
	return stream, epoch, b, nil
}

func takeUvarint(from []byte) (v uint64, rest []byte, ok bool) {
	v, n := binary.Uvarint(from)
	if n <= 0 {
		return 0, nil, false
	}
	return v, from[n:], true
}

// streamIndex returns the place of stream in [room.Streams], or -1.
func streamIndex(stream room.Stream) int {
	for i, s := range room.Streams {
		if s == stream {
			return i
		}
	}
	return -1
}
