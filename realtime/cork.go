package realtime

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// corkConn is a connection whose frames are gathered into one write. The library
// would make at least one write per frame, and more of the work for each:
// BenchmarkFanOut showed 2.2 times the CPU of a plain write with it, 1.6 without.
type corkConn struct {
	net.Conn
	raw syscall.RawConn // nil where there is no file descriptor to reach

	mu      sync.Mutex    // guards the fields below, and orders writes
	buf     *bytes.Buffer // nil while it holds nothing
	hurry   bool          // flush does not wait for the socket
	renewed time.Time     // when the write deadline was last moved
}

// corkLimit is how much is gathered before it is written regardless.
const corkLimit = 64 << 10

var corkBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// frame adds a text message in one unmasked frame (RFC 6455 §5.2). Only flush
// tells whether it was sent.
func (c *corkConn) frame(payload []byte) error {
	const finalText, length16, length64 = 0x81, 126, 127
	var head [10]byte
	head[0] = finalText
	size := 2
	switch n := len(payload); {
	case n < length16:
		head[1] = byte(n)
	case n < 1<<16:
		head[1] = length16
		binary.BigEndian.PutUint16(head[2:], uint16(n))
		size = 4
	default:
		head[1] = length64
		binary.BigEndian.PutUint64(head[2:], uint64(n))
		size = 10
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.buf == nil {
		c.buf = corkBuffers.Get().(*bytes.Buffer)
	}
	c.buf.Write(head[:size])
	c.buf.Write(payload)
	if c.buf.Len() < corkLimit || c.hurry { // in a hurry no more than a window comes together
		return nil
	}
	return c.flushLocked()
}

// Write implements [net.Conn] for the library, which writes control frames, each
// whole in one call: they fit its buffer of writerSize bytes.
func (c *corkConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.buf == nil {
		return c.sendLocked(p)
	}
	return c.buf.Write(p) // the drain is about to flush
}

// flush writes what was gathered.
func (c *corkConn) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flushLocked()
}

func (c *corkConn) flushLocked() error {
	if c.buf == nil {
		return nil
	}
	if c.hurry {
		return c.flushSomeLocked()
	}
	_, err := c.sendLocked(c.buf.Bytes())
	c.freeLocked()
	return err
}

// flushSomeLocked writes what the socket takes at once, and keeps the rest with
// [errFull].
func (c *corkConn) flushSomeLocked() error {
	if err := c.renewLocked(); err != nil {
		return err
	}
	n, err := sendSome(c.raw, c.buf.Bytes())
	c.buf.Next(n)
	if err == nil && c.buf.Len() > 0 {
		return errFull
	}
	c.freeLocked()
	return err
}

// errFull says that a socket takes no more for now.
var errFull = errors.New("the socket is full")

func (c *corkConn) freeLocked() {
	buf := c.buf
	c.buf = nil
	if buf.Cap() <= keptBuffer {
		buf.Reset()
		corkBuffers.Put(buf)
	}
}

// setHurry says whether flush may wait for the socket. Only the drain says so.
func (c *corkConn) setHurry(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hurry = on
}

// deadlineEvery is how old the write deadline may get: moving it costs as much
// as a tenth of a small write.
const deadlineEvery = time.Second

func (c *corkConn) renewLocked() error {
	now := time.Now()
	if now.Sub(c.renewed) <= deadlineEvery {
		return nil
	}
	c.renewed = now
	return c.SetWriteDeadline(now.Add(writeTimeout + deadlineEvery))
}

func (c *corkConn) sendLocked(p []byte) (sent int, err error) {
	for {
		if err := c.renewLocked(); err != nil {
			return sent, err
		}
		n, err := c.Conn.Write(p[sent:])
		sent += n
		if n == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return sent, err
		}
		// It took some: a slow connection, not a blocked one.
	}
}
