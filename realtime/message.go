package realtime

import (
	"encoding/binary"
	"errors"
	"slices"

	"parley/room"
)

// What servers tell each other, on the topic named by the room's id: one byte of
// kind, eight of the sending server, then what the kind needs.
const (
	messageCommits  = 'c' // stream, epoch, revs, and the frame that sockets get
	messagePresence = 'p' // a presenceMessage
	messageQuery    = 'q' // asks for everybody's full presence
	messageRecheck  = 'r' // read the grants of this room's sessions again
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
func commitsMessage(server uint64, stream room.Stream, epoch room.Epoch, b *batch) []byte {
	dst := newMessage(messageCommits, server, 32+len(epoch)+3*len(b.cuts)+len(b.frame))
	dst = append(dst, byte(streamIndex(stream)), byte(len(epoch)))
	dst = append(dst, epoch...)
	dst = binary.AppendUvarint(dst, uint64(b.from))
	dst = binary.AppendUvarint(dst, uint64(len(b.cuts)))
	for i := range b.cuts {
		dst = binary.AppendUvarint(dst, uint64(len(b.body(i))))
	}
	return append(dst, b.frame...)
}

// commitsOf is the inverse of commitsMessage, on what follows its head.
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
