package realtime

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/coder/websocket"

	"parley/room"
)

// The close codes of the protocol.
const (
	closeRestart  websocket.StatusCode = 1012 // come back after retry_ms
	closeSignIn   websocket.StatusCode = 4001 // sign in again
	closeNoAccess websocket.StatusCode = 4003 // stop
	closeProtocol websocket.StatusCode = 4009 // stop: the client is at fault
	closeTooFast  websocket.StatusCode = 4029 // back off
)

// read takes the client's frames until the connection ends. Its stack stays
// shallow while it waits: the hello was read by another goroutine.
func (s *session) read() {
	defer s.partDone()
	defer func() { _ = s.conn.ws.CloseNow() }() // frees what the library holds
	defer s.end()
	var err error
	defer s.recovered("reader", &err)
	for err == nil {
		deadline := time.Now().Add(silenceTimeout)
		if err = s.conn.await(deadline); err == nil {
			err = s.readOne(deadline)
		} else {
			s.noteEnd(err)
		}
	}
}

func (s *session) readOne(deadline time.Time) error {
	buf, err := s.conn.receive(deadline, false, frameLimit)
	switch {
	case errors.Is(err, errTooLarge):
		s.fail(fault{Code: tooLarge, Message: "a frame has at most 64 KiB"}, closeProtocol)
		return s.waitForClose()
	case errors.Is(err, errBinary):
		s.fail(fault{Code: badFrame, Message: "a frame is a text message"}, closeProtocol)
		return s.waitForClose()
	case err != nil:
		s.noteEnd(err)
		return err
	}
	defer release(buf)
	if s.isClosing() {
		return nil // it is too late for whatever this is
	}
	frame, refusal := decodeFrame(buf.Bytes())
	if refusal != nil {
		s.fail(fault{Code: badFrame, Message: refusal.Message}, closeProtocol)
		return s.waitForClose()
	}
	s.awaitTaken()
	if op, ok := frame.(opFrame); ok {
		op.size = buf.Len()
		return s.handleOp(op)
	}
	if !s.allowance.takeOther(s.hub.options.OpsPerSecond) {
		return s.tooFast()
	}
	return s.handle(frame)
}

// noteEnd counts connections that ended for being silent.
func (s *session) noteEnd(err error) {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		s.hub.metrics.closes.WithLabelValues("silent").Inc()
	}
}

func (s *session) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// waitForClose reads on, without looking, until the drain has closed: the
// library needs a reader for the peer's close frame.
func (s *session) waitForClose() error {
	s.conn.discard()
	return errClosed
}

func (s *session) tooFast() error {
	s.fail(fault{Code: tooFast, Message: "too many frames; wait before connecting again"}, closeTooFast)
	return s.waitForClose()
}

func (s *session) handle(frame any) error {
	switch f := frame.(type) {
	case pingFrame:
		s.sendFrame(pongFrame(f.n, s.revs()))
	case presenceFrame:
		if f.focus.Stream != "" && !s.streams[streamIndex(f.focus.Stream)] {
			s.sendFrame(errorFrame(fault{Code: unauthorized, Message: "focus.stream is not open to you"}))
			return nil
		}
		s.room.presence.update(s, f)
	case joinFrame:
		if !s.streams[streamIndex(f.stream)] {
			s.sendFrame(errorFrame(fault{Code: unauthorized, Message: "the stream is not open to you", Stream: f.stream}))
			return nil
		}
		s.requestJoin(f)
	case helloFrame:
		s.fail(fault{Code: badFrame, Message: "hello is the first frame, and sent once"}, closeProtocol)
		return s.waitForClose()
	default:
		panic("realtime: decodeFrame returned an unknown frame") // it lists them
	}
	return nil
}

func (s *session) handleOp(f opFrame) error {
	if s.watcher() {
		s.sendFrame(rejectFrame(f.stream, f.seq, room.Errorf(room.Forbidden, "viewers without a name cannot change the plan")))
		return nil
	}
	i := streamIndex(f.stream)
	s.mu.Lock()
	held, open := s.held[i], s.open
	s.mu.Unlock()

	now := time.Now()
	if held == f.seq && s.allowance.early(now) {
		return s.tooFast()
	}
	if held != 0 && f.seq > held {
		return s.gap(f.stream, f.seq, held)
	}
	if wait, ok := s.allowance.takeOp(s.hub.options.OpsPerSecond); !ok {
		return s.refuseOp(f, wait, "more ops than the allowance; send it again a little later")
	}
	if open >= room.Window {
		return s.refuseOp(f, minRetry, "too many ops without an answer; send it again a little later")
	}
	s.mu.Lock()
	s.open++
	if held == f.seq {
		s.held[i], s.came[i] = 0, f.seq
	}
	s.mu.Unlock()
	p := s.pending(f)
	p.trace = s.hub.traceOp(context.Background(), s.room.id, &p.req)
	if busy := s.room.writer.enqueue(p); busy != nil {
		s.room.writer.answer(&p, room.Verdict{Err: busy})
	}
	return nil
}

// refuseOp answers busy: the op was not processed, and those behind it wait (P13).
func (s *session) refuseOp(f opFrame, wait time.Duration, message string) error {
	if !s.allowance.takeOther(s.hub.options.OpsPerSecond) {
		return s.tooFast()
	}
	i := streamIndex(f.stream)
	s.mu.Lock()
	s.held[i] = f.seq
	s.mu.Unlock()
	s.allowance.until = time.Now().Add(wait)
	busy := room.Errorf(room.Busy, "%s", message)
	busy.RetryMS = int(wait.Milliseconds())
	s.hub.metrics.rejects.WithLabelValues(string(room.Busy)).Inc()
	s.sendFrame(rejectFrame(f.stream, f.seq, busy))
	return nil
}

// gap answers an op whose predecessors have not been processed.
func (s *session) gap(stream room.Stream, seq, expected int64) error {
	if !s.allowance.takeOther(s.hub.options.OpsPerSecond) {
		return s.tooFast()
	}
	s.sendFrame(gapFrame(stream, seq, expected))
	return nil
}

func gapFrame(stream room.Stream, seq, expected int64) []byte {
	return errorFrame(fault{
		Code: seqGap, Stream: stream, Seq: seq, Expected: expected,
		Message: "op " + itoa(seq) + " was not processed; op " + itoa(expected) + " comes first",
	})
}
