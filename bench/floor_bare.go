//go:build linux

package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
)

// bareVariable says how the bare server writes: "frame", "joined" or "raw".
const bareVariable = "BENCH_BARE"

// serveBare is the least server that one would put on the Internet for rooms:
// what one socket sends goes, as one ready frame, to every socket of the room.
// It decodes nothing, keeps nothing, and checks nobody.
func serveBare() error {
	rooms := &bareRooms{byPath: map[string]*bareRoom{}, how: os.Getenv(bareVariable)}
	return http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), rooms)
}

type bareRooms struct {
	how    string
	mu     sync.Mutex // guards byPath
	byPath map[string]*bareRoom
}

type bareRoom struct {
	mu    sync.Mutex // guards conns, and makes the order of frames one
	conns map[*bareConn]bool
}

func (r *bareRooms) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	nc, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	r.mu.Lock()
	room := r.byPath[req.URL.Path]
	if room == nil {
		room = &bareRoom{conns: map[*bareConn]bool{}}
		r.byPath[req.URL.Path] = room
	}
	r.mu.Unlock()
	// The generator, the only client, does not check Sec-WebSocket-Accept.
	if _, err := io.WriteString(nc, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"); err != nil {
		_ = nc.Close()
		return
	}
	c, err := newBareConn(nc, r.how)
	if err != nil {
		_ = nc.Close()
		return
	}
	room.serve(c, rw.Reader)
}

// serve reads frames until the socket ends.
func (r *bareRoom) serve(c *bareConn, in *bufio.Reader) {
	r.mu.Lock()
	r.conns[c] = true
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.conns, c)
		r.mu.Unlock()
		c.close()
	}()
	for {
		payload, err := readClientFrame(in)
		if err != nil {
			return
		}
		frame := appendServerFrame(nil, payload)
		r.mu.Lock()
		for other := range r.conns {
			other.deliver(frame)
		}
		r.mu.Unlock()
	}
}

// readClientFrame reads one frame of the generator, whose masking key is zero.
func readClientFrame(in *bufio.Reader) ([]byte, error) {
	var head [10]byte
	if _, err := io.ReadFull(in, head[:2]); err != nil {
		return nil, err
	}
	size := int(head[1] & 0x7F)
	switch size {
	case 126:
		if _, err := io.ReadFull(in, head[2:4]); err != nil {
			return nil, err
		}
		size = int(binary.BigEndian.Uint16(head[2:]))
	case 127:
		return nil, errors.New("a frame that no edit needs")
	}
	payload := make([]byte, 4+size)
	if _, err := io.ReadFull(in, payload); err != nil {
		return nil, err
	}
	return payload[4:], nil
}

// bareConn is one socket of the bare server.
type bareConn struct {
	net.Conn
	how string
	fd  int // of a raw one

	mu     sync.Mutex // guards the fields below
	wake   sync.Cond
	queue  []byte
	closed bool
}

// queueMost is where a joined writer makes the others wait: a member that far
// behind would be sent away by a real server.
const queueMost = 8 << 20

func newBareConn(nc net.Conn, how string) (*bareConn, error) {
	c := &bareConn{Conn: nc, how: how}
	c.wake.L = &c.mu
	switch how {
	case "joined":
		go c.writeJoined()
	case "raw":
		raw, err := nc.(syscall.Conn).SyscallConn()
		if err != nil {
			return nil, fmt.Errorf("reaching the descriptor: %w", err)
		}
		return c, raw.Control(func(fd uintptr) { c.fd = int(fd) })
	}
	return c, nil
}

// deliver writes a ready frame, or queues it. A socket that fails ends with its
// reader.
func (c *bareConn) deliver(frame []byte) {
	switch c.how {
	case "joined":
		c.mu.Lock()
		for len(c.queue) > queueMost && !c.closed {
			c.wake.Wait()
		}
		c.queue = append(c.queue, frame...)
		c.mu.Unlock()
		c.wake.Signal()
	case "raw":
		_ = writeAll(c.fd, frame)
	default:
		_, _ = c.Write(frame)
	}
}

// writeJoined writes all that is queued, in one write, again and again.
func (c *bareConn) writeJoined() {
	var out []byte
	for {
		c.mu.Lock()
		for len(c.queue) == 0 && !c.closed {
			c.wake.Wait()
		}
		if c.closed {
			c.mu.Unlock()
			return
		}
		out, c.queue = c.queue, out[:0]
		c.mu.Unlock()
		c.wake.Broadcast()
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}

func (c *bareConn) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.wake.Broadcast()
	_ = c.Conn.Close()
}

// bareTalk is a client of the bare server. What it sends is what Parley sends for
// one edit, so that the floor carries the same bytes; its own frame coming back
// is its answer.
type bareTalk struct {
	frame []byte // of one commit, with a body of its size in it
	at    int    // where the body goes
}

func (f *bareTalk) open(*tab)   {}
func (f *bareTalk) ready() bool { return true }
func (f *bareTalk) beat(*tab)   {}

func (f *bareTalk) edit(t *tab, body []byte) {
	copy(f.frame[f.at:], body)
	t.send(f.frame)
}

func (f *bareTalk) take(t *tab, payload []byte, at time.Time) (err error) {
	t.arrived(payload, at)
	eachMarker(payload, markerStart, func(n int) {
		if t.hall.by[n] == t {
			err = errors.Join(err, t.acked(at))
		}
	})
	return err
}
