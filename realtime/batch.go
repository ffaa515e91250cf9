package realtime

import (
	"encoding/json"
	"strconv"

	"parley/room"
)

// batch is a run of consecutive commits and the one frame that carries them to
// every member of the stream. It is never changed.
type batch struct {
	from, to room.Rev
	frame    []byte
	// cuts[i] is where the commit with rev from+i starts in frame.
	cuts []int32
}

// frameTail closes a commits frame: the list, then the object.
const frameTail = "]}"

// newBatch encodes the commits of bodies, the first of which has rev from.
func newBatch(stream room.Stream, epoch room.Epoch, from room.Rev, bodies []json.RawMessage) *batch {
	size := 96 + len(epoch)
	for _, body := range bodies {
		size += len(body) + 1
	}
	b := &batch{
		from:  from,
		to:    from + room.Rev(len(bodies)) - 1,
		frame: make([]byte, 0, size),
		cuts:  make([]int32, len(bodies)),
	}
	b.frame = appendCommitsHead(b.frame, stream, epoch, b.from, b.to)
	for i, body := range bodies {
		if i > 0 {
			b.frame = append(b.frame, ',')
		}
		b.cuts[i] = int32(len(b.frame))
		b.frame = append(b.frame, body...)
	}
	b.frame = append(b.frame, frameTail...)
	return b
}

// newBatches is newBatch for any number of bodies: a frame ends where the next
// commit would take it over frameBytes.
func newBatches(stream room.Stream, epoch room.Epoch, from room.Rev, bodies []json.RawMessage) []*batch {
	var out []*batch
	start, size := 0, 0
	for i, body := range bodies {
		if i > start && size+len(body) > frameBytes {
			out = append(out, newBatch(stream, epoch, from+room.Rev(start), bodies[start:i]))
			start, size = i, 0
		}
		size += len(body) + 1
	}
	if start < len(bodies) {
		out = append(out, newBatch(stream, epoch, from+room.Rev(start), bodies[start:]))
	}
	return out
}

func appendCommitsHead(dst []byte, stream room.Stream, epoch room.Epoch, from, to room.Rev) []byte {
	dst = append(dst, `{"t":"commits","stream":"`...)
	dst = append(dst, stream...)
	dst = append(dst, `","epoch":`...)
	dst = appendString(dst, string(epoch))
	dst = append(dst, `,"from":`...)
	dst = strconv.AppendInt(dst, int64(from), 10)
	dst = append(dst, `,"to":`...)
	dst = strconv.AppendInt(dst, int64(to), 10)
	return append(dst, `,"commits":[`...)
}

// body returns the bytes of the commit with rev from+i.
func (b *batch) body(i int) json.RawMessage {
	end := len(b.frame) - len(frameTail)
	if i+1 < len(b.cuts) {
		end = int(b.cuts[i+1]) - 1 // the comma
	}
	return json.RawMessage(b.frame[b.cuts[i]:end])
}

// after returns the part of the batch above rev, which has from-1 <= rev < to.
func (b *batch) after(stream room.Stream, epoch room.Epoch, rev room.Rev) *batch {
	if rev < b.from {
		return b
	}
	bodies := make([]json.RawMessage, 0, b.to-rev)
	for i := int(rev - b.from + 1); i < len(b.cuts); i++ {
		bodies = append(bodies, b.body(i))
	}
	return newBatch(stream, epoch, rev+1, bodies)
}
