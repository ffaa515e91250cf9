package realtime

import (
	"time"

	"parley/room"
)

// pending returns the request of an op frame.
func (s *session) pending(f opFrame) pending {
	return pending{
		req: room.Request{
			Member: s.present(), Session: s.login, Client: s.client,
			Stream: f.stream, Seq: f.seq, Base: f.base, Ops: f.ops, Group: f.group, Malformed: f.err,
		},
		at:   time.Now(),
		size: f.size,
		to:   s,
	}
}

// answer sends the verdict of an op. Each op frame gets exactly one answer:
// ack, reject, or error seq_gap (P11).
func (s *session) answer(stream room.Stream, seq int64, v room.Verdict) {
	v = s.behindHeld(stream, seq, v)
	s.answeredHeld(stream, seq)
	var frame []byte
	switch {
	case v.Err == nil:
		frame = ackFrame(stream, seq, v.Rev)
	case v.Err.Code == room.SeqGap:
		s.hold(stream, v.Err.Expected)
		frame = gapFrame(stream, seq, v.Err.Expected)
	case v.Err.Code == room.Busy:
		s.hold(stream, seq)
		frame = rejectFrame(stream, seq, v.Err)
	default:
		frame = rejectFrame(stream, seq, v.Err)
	}
	if v.Err != nil {
		s.hub.metrics.rejects.WithLabelValues(string(v.Err.Code)).Inc()
	}
	s.send(item{frame: frame, answer: true})
}

// behindHeld makes a gap of an op that the store took for one of a forgotten client
// because the client's first was put off while this one waited behind it (P13).
func (s *session) behindHeld(stream room.Stream, seq int64, v room.Verdict) room.Verdict {
	if v.Err == nil || v.Err.Code != room.Expired {
		return v
	}
	i := streamIndex(stream)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, first := range []int64{s.held[i], s.came[i]} { // put off, or sent again and on its way
		if first != 0 && first < seq {
			return room.Verdict{Err: &room.Error{Code: room.SeqGap, Expected: first}}
		}
	}
	return v
}

// answeredHeld notes that the op which the others waited for has its answer.
func (s *session) answeredHeld(stream room.Stream, seq int64) {
	i := streamIndex(stream)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.came[i] == seq {
		s.came[i] = 0
	}
}

// hold makes ops above seq gaps until seq itself has come. When it is on its way
// to the writer it has: the gap was found in front of it, and to wait for it once
// more would be to wait for ever.
func (s *session) hold(stream room.Stream, seq int64) {
	i := streamIndex(stream)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.came[i] != seq && (s.held[i] == 0 || seq < s.held[i]) {
		s.held[i] = seq
	}
}
