package realtime

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// corkConn is a connection whose frames are gathered into one write. The library
// would make at least one write per frame, and more of the work for each:
// BenchmarkFanOut showed 2.2 times the CPU of a plain write with it, 1.6 without.
type corkConn struct {
	net.Conn
	mu      sync.Mutex    // guards the fields below, and orders writes
	buf     *bytes.Buffer // nil while it holds nothing
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
	if c.buf.Len() < corkLimit {
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
	buf := c.buf
	c.buf = nil
	_, err := c.sendLocked(buf.Bytes())
	if buf.Cap() <= keptBuffer {
		buf.Reset()
		corkBuffers.Put(buf)
	}
	return err
}

// deadlineEvery is how old the write deadline may get: moving it costs as much
// as a tenth of a small write.
const deadlineEvery = time.Second

func (c *corkConn) sendLocked(p []byte) (sent int, err error) {
	for {
		if now := time.Now(); now.Sub(c.renewed) > deadlineEvery {
			c.renewed = now
			if err := c.SetWriteDeadline(now.Add(writeTimeout + deadlineEvery)); err != nil {
				return sent, err
			}
		}
		n, err := c.Conn.Write(p[sent:])
		sent += n
		if n == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return sent, err
		}
		// It took some: a slow connection, not a blocked one.
	}
}
