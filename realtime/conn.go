package realtime

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// conn is one WebSocket. The library does the handshake, reads, answers pings
// and closes; frames of text are written by one goroutine past it, see [corkConn].
//
// Deadlines are set on the net.Conn and every call to the library gets
// [context.Background]: an expired context would close the socket.
type conn struct {
	ws   *websocket.Conn
	cork *corkConn

	// Owned by the reader: the library calls answerPing inside a read.
	br        *bufio.Reader // the library's
	rest      io.Reader     // of a message that was refused half-read, else nil
	pings     int           // since pingsFrom
	pingsFrom time.Time     // start of the running pingSpan
}

// await waits for the next message with a shallow stack.
func (c *conn) await(deadline time.Time) error {
	if c.cork.raw == nil || c.br.Buffered() > 0 {
		return nil
	}
	if err := c.cork.SetReadDeadline(deadline); err != nil {
		return err
	}
	return park(c.cork.raw)
}

var (
	errTooLarge = errors.New("the message is too large")
	errBinary   = errors.New("the message is not text")
	errClosed   = errors.New("the session has ended")
)

// readBuffers hold messages while they are decoded; a parked reader has none.
var readBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keptBuffer is the largest buffer that goes back to a pool.
const keptBuffer = 128 << 10

// receive reads the next message, which must begin by the deadline and be whole
// within messageTimeout of its beginning, or by the deadline if strict. The
// caller gives the buffer back with release.
func (c *conn) receive(deadline time.Time, strict bool, limit int64) (*bytes.Buffer, error) {
	if err := c.cork.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	kind, r, err := c.ws.Reader(context.Background())
	if err != nil {
		return nil, err
	}
	if kind != websocket.MessageText {
		c.rest = r
		return nil, errBinary
	}
	if !strict { // a message that drips must not hold the session
		if err := c.cork.SetReadDeadline(time.Now().Add(messageTimeout)); err != nil {
			return nil, err
		}
	}
	buf := readBuffers.Get().(*bytes.Buffer)
	n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		release(buf)
		return nil, err
	case n > limit:
		c.rest = r
		release(buf)
		return nil, errTooLarge
	}
	return buf, nil
}

func release(buf *bytes.Buffer) {
	if buf.Cap() <= keptBuffer {
		buf.Reset()
		readBuffers.Put(buf)
	}
}

// The library answers a ping inside a read. Browsers send none, proxies a few a
// minute.
const (
	pingSpan     = 10 * time.Second
	pingsKept    = 20    // answered in a span; more are ignored
	pingsAllowed = 1_000 // in a span; more end the connection
)

func (c *conn) answerPing(context.Context, []byte) bool {
	if now := time.Now(); now.Sub(c.pingsFrom) > pingSpan {
		c.pingsFrom, c.pings = now, 0
	}
	c.pings++
	if c.pings > pingsAllowed {
		// Closing the WebSocket here would wait for the read that called this.
		_ = c.cork.Conn.Close()
	}
	return c.pings <= pingsKept
}

// close says why, waits for the other side's answer up to twice closeTimeout
// and closes. It may be called while another goroutine reads.
func (c *conn) close(code websocket.StatusCode, reason string) {
	// The library waits for the rest of a half-read message without a deadline.
	_ = c.cork.SetReadDeadline(time.Now().Add(closeTimeout))
	_ = c.ws.Close(code, reason) // it is over either way
}

// discard reads and drops messages until the connection ends.
func (c *conn) discard() {
	if c.rest != nil { // the library wants it read before the next one
		if _, err := io.Copy(io.Discard, c.rest); err != nil {
			return
		}
	}
	for {
		_, r, err := c.ws.Reader(context.Background())
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return
		}
	}
}
