//go:build linux

package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// handshakeTimeout bounds the opening handshake, where the socket still blocks.
// The server's own limit for a first frame is 10 s.
const handshakeTimeout = 10 * time.Second

// errServerClosed is why a socket ended that the server closed without a word.
var errServerClosed = errors.New("the server closed the connection")

// socket is one client connection on the loop. Its methods are for the loop's
// thread once it has been added.
type socket struct {
	fd    int
	loop  *loop
	in    []byte // the start of a frame whose end has not come yet
	out   []byte // frames to send when the current event is handled
	frame func(payload []byte, at time.Time) error
	err   error // why the socket ended, nil while it is open
}

// dialTCP connects to addr and returns a blocking descriptor.
func dialTCP(addr string) (int, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return -1, fmt.Errorf("parsing address %q: %w", addr, err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("making a socket: %w", err)
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != nil {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("connecting to %s: %w", addr, err)
	}
	// Go's net package does the same to every connection.
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("setting TCP_NODELAY: %w", err)
	}
	return fd, nil
}

// dialSocket opens a WebSocket to path on addr with the given subprotocol, or
// with none.
func dialSocket(addr, path, origin, protocol string) (*socket, error) {
	fd, err := dialTCP(addr)
	if err != nil {
		return nil, err
	}
	rest, err := upgrade(fd, addr, path, origin, protocol)
	if err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return &socket{fd: fd, in: rest}, nil
}

// upgrade makes the opening handshake of RFC 6455 §4.1 and returns the bytes
// that came after it.
func upgrade(fd int, addr, path, origin, protocol string) ([]byte, error) {
	limit := unix.NsecToTimeval(handshakeTimeout.Nanoseconds())
	for _, opt := range []int{unix.SO_RCVTIMEO, unix.SO_SNDTIMEO} {
		if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, opt, &limit); err != nil {
			return nil, fmt.Errorf("setting the handshake timeout: %w", err)
		}
	}
	var key [16]byte
	_, _ = rand.Read(key[:]) // never fails
	if protocol != "" {
		protocol = "Sec-WebSocket-Protocol: " + protocol + "\r\n"
	}
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
		path, addr, origin, base64.StdEncoding.EncodeToString(key[:]), protocol)
	if err := writeAll(fd, []byte(request)); err != nil {
		return nil, err
	}
	var answer []byte
	buf := make([]byte, 4096)
	for {
		n, err := unix.Read(fd, buf)
		if err == unix.EINTR { // a read with a timeout is not started again by itself
			continue
		}
		if err != nil || n == 0 {
			return nil, fmt.Errorf("reading the handshake answer: %w", errors.Join(err, errServerClosed))
		}
		answer = append(answer, buf[:n]...)
		if head, rest, whole := bytes.Cut(answer, []byte("\r\n\r\n")); whole {
			if !bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) {
				return nil, fmt.Errorf("the server refused the socket: %s", bytes.TrimSpace(answer))
			}
			return rest, nil
		}
	}
}

// attach puts s on l; frames go to handle, on the loop's thread.
func (s *socket) attach(l *loop, handle func(payload []byte, at time.Time) error) error {
	if err := unix.SetNonblock(s.fd, true); err != nil {
		return fmt.Errorf("making the socket non-blocking: %w", err)
	}
	s.loop, s.frame = l, handle
	var err error
	l.do(func() {
		if err = l.add(s.fd, s); err == nil && len(s.in) > 0 { // frames that came with the handshake's answer
			s.err = s.take(nil, time.Now())
			s.flush()
		}
	})
	return err
}

// send queues a text frame; it leaves when the event being handled is done, in
// one write with what else is queued, as a browser's would.
func (s *socket) send(payload []byte) { s.out = appendFrame(s.out, opText, payload) }

// sendBinary is send for a binary frame.
func (s *socket) sendBinary(payload []byte) { s.out = appendFrame(s.out, opBinary, payload) }

// flush writes what is queued.
func (s *socket) flush() {
	if len(s.out) == 0 || s.err != nil {
		return
	}
	if err := writeAll(s.fd, s.out); err != nil {
		s.err = err
	}
	s.out = s.out[:0]
}

// close ends the connection without a closing handshake, as a lost network
// does.
func (s *socket) close() {
	if s.fd >= 0 {
		s.loop.drop(s.fd)
		_ = unix.Close(s.fd)
		s.fd = -1
	}
	if s.err == nil {
		s.err = errors.New("closed by the generator")
	}
}

func (s *socket) readable(buf []byte) error {
	n, err := unix.Read(s.fd, buf)
	at := time.Now() // when the last byte of what follows had arrived
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return nil
	case err != nil:
		s.err = fmt.Errorf("reading: %w", err)
	case n == 0:
		s.err = errServerClosed
	default:
		s.err = s.take(buf[:n], at)
	}
	s.flush()
	return s.err
}

// take handles every whole frame and keeps the rest for the next read.
func (s *socket) take(data []byte, at time.Time) error {
	if len(s.in) > 0 {
		s.in = append(s.in, data...)
		data = s.in
	}
	for {
		op, payload, rest, ok, err := nextFrame(data)
		if err != nil {
			return err
		}
		if !ok {
			s.keep(rest)
			return nil
		}
		data = rest
		if err := s.handle(op, payload, at); err != nil {
			return err
		}
	}
}

// keep holds on to the start of a frame, and to no memory when there is none.
func (s *socket) keep(rest []byte) {
	if len(rest) == 0 {
		s.in = nil
		return
	}
	s.in = append([]byte(nil), rest...)
}

func (s *socket) handle(op byte, payload []byte, at time.Time) error {
	switch op {
	case opText, opBinary:
		return s.frame(payload, at)
	case opPing:
		s.out = appendFrame(s.out, opPong, payload)
		return nil
	case opPong:
		return nil
	case opClose:
		if len(payload) >= 2 {
			return fmt.Errorf("the server closed the socket: %d %s", int(payload[0])<<8|int(payload[1]), payload[2:])
		}
		return errServerClosed
	default:
		return fmt.Errorf("unexpected opcode %#x", op)
	}
}

// writeAll writes b, waiting where the socket is full: the generator's frames
// are small and its windows bounded, so it waits only for a stuck server.
func writeAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := unix.Write(fd, b)
		switch {
		case err == unix.EAGAIN:
			_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, 1000)
		case err == unix.EINTR:
		case err != nil:
			return fmt.Errorf("writing: %w", err)
		default:
			b = b[n:]
		}
	}
	return nil
}
