package realtime

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/coder/websocket"

	"parley/room"
)

// arrivals are the sockets that have not been welcomed yet.
type arrivals struct {
	mu     sync.Mutex // guards the fields below
	closed bool
	conns  map[*conn]struct{}
}

func (a *arrivals) add(c *conn) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	if a.conns == nil {
		a.conns = map[*conn]struct{}{}
	}
	a.conns[c] = struct{}{}
	return true
}

func (a *arrivals) remove(c *conn) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.conns, c)
}

// endAll closes all of them, and any that come later.
func (a *arrivals) endAll() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	for c := range a.conns {
		_ = c.cork.Conn.Close() // its goroutine notices
	}
}

// refusedHello is why a socket is not let in.
type refusedHello struct {
	frame  []byte
	code   websocket.StatusCode
	reason string
}

func (e *refusedHello) Error() string { return "hello refused: " + e.reason }

func refuseFault(code, message string, close websocket.StatusCode) *refusedHello {
	return &refusedHello{errorFrame(fault{Code: code, Message: message, Fatal: true}), close, code}
}

// refuseEntry is the one answer to a token that is unknown, ended, revoked or
// another room's, and to a room that is not there (P4).
func refuseEntry() *refusedHello {
	return refuseFault(unauthorized, "this link or session does not open the room; open the link again", closeSignIn)
}

// refuseForNow sends the client away for a moment: the store does not answer,
// or the server is about to end.
func refuseForNow() *refusedHello {
	retry := 1000 + rand.IntN(1000)
	return &refusedHello{byeFrame(byeRestart, retry), closeRestart, byeRestart}
}

// serve takes a new socket to its welcome. It has a goroutine of its own, so
// that the stack it needed is not kept for the life of the connection.
func (h *Hub) serve(c *conn, id room.ID, cookieToken string) {
	h.metrics.sockets.Inc()
	var s *session
	defer func() {
		if p := recover(); p != nil {
			h.metrics.panics.Inc()
			h.options.Log.Error("a handshake panicked", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
		}
		if s == nil { // it was not let in: reader and drain will not do this
			_ = c.ws.CloseNow() // it is over either way
			h.metrics.sockets.Dec()
			h.running.Done()
		}
	}()
	if !h.arrivals.add(c) {
		return
	}
	defer h.arrivals.remove(c)
	entered, err := h.enter(c, id, cookieToken)
	if refused, ok := errors.AsType[*refusedHello](err); ok {
		h.metrics.closes.WithLabelValues(refused.reason).Inc()
		if c.write(refused.frame) == nil {
			c.close(refused.code, refused.reason)
		}
	}
	if err != nil {
		return
	}
	s = entered
	go s.read()
	s.state.CompareAndSwap(unborn, idle)
	s.wake()
}

// enter reads hello and makes the session that it asks for, its welcome queued.
func (h *Hub) enter(c *conn, id room.ID, cookieToken string) (*session, error) {
	hello, err := readHello(c)
	if err != nil {
		return nil, err
	}
	token := hello.token
	if token == "" {
		token = cookieToken
	}
	if token == "" {
		return nil, refuseEntry()
	}
	grant, err := h.authenticate(token)
	if room.CodeOf(err) != "" || err == nil && grant.Room != id {
		return nil, refuseEntry()
	}
	if err != nil {
		h.options.Log.Error("authenticating a socket", slog.Any("error", err))
		return nil, refuseForNow()
	}
	r, err := h.acquire(context.Background(), id)
	if room.CodeOf(err) != "" {
		return nil, refuseEntry()
	}
	if err != nil {
		h.options.Log.Error("loading a room", slog.String("room", string(id)), slog.Any("error", err))
		return nil, refuseForNow()
	}
	s := newSession(h, r, c, grant, hello.client)
	if err := s.begin(hello); err != nil {
		s.cancel()
		return nil, err
	}
	return s, nil
}

// readHello reads the first frame, whole within helloTimeout.
func readHello(c *conn) (helloFrame, error) {
	buf, err := c.receive(time.Now().Add(helloTimeout), true, helloLimit)
	switch {
	case errors.Is(err, errTooLarge):
		return helloFrame{}, refuseFault(tooLarge, "the first frame has at most 4 KiB", closeProtocol)
	case errors.Is(err, errBinary):
		return helloFrame{}, refuseFault(badFrame, "a frame is a text message", closeProtocol)
	case err != nil:
		return helloFrame{}, err
	}
	defer release(buf)
	frame, refusal := decodeFrame(buf.Bytes())
	if refusal != nil {
		return helloFrame{}, refuseFault(badFrame, refusal.Message, closeProtocol)
	}
	hello, ok := frame.(helloFrame)
	if !ok {
		return helloFrame{}, refuseFault(badFrame, "the first frame is hello", closeProtocol)
	}
	return hello, nil
}

func (h *Hub) authenticate(token string) (grant room.Grant, err error) {
	err = h.read(func(ctx context.Context) error {
		grant, err = h.store.Authenticate(ctx, token)
		return err
	})
	return grant, err
}

func newSession(h *Hub, r *liveRoom, c *conn, grant room.Grant, client room.ClientID) *session {
	s := &session{
		hub: h, room: r, conn: c, client: client, login: grant.Session,
		id:     presenceID(r.id, client, grant.Member.ID),
		member: grant.Member,
	}
	s.parts.Store(2)
	for _, stream := range grant.Streams() {
		i := streamIndex(stream)
		s.streams[i] = true
		s.audience = max(s.audience, i)
	}
	if !grant.Expires.IsZero() {
		s.expiry = time.AfterFunc(time.Until(grant.Expires), func() { s.bye(byeExpired, 0, closeSignIn) })
	}
	return s
}

// cancel undoes newSession and begin for a socket that is not let in.
func (s *session) cancel() {
	s.room.leave(s)
	if s.expiry != nil {
		s.expiry.Stop()
	}
	s.hub.release(s.room)
}

// presenceID names a client to the other members. It is the same on every
// server and after a reconnect, and another person's client has another one.
func presenceID(id room.ID, client room.ClientID, member room.RecordID) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%s", id, client, member))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// begin makes the session a member and queues its welcome. The drain starts
// when the reader does.
func (s *session) begin(hello helloFrame) error {
	if !s.room.enter(s) {
		return refuseFault(tooFast, "the room is full; try again later", closeTooFast)
	}
	wants := make([]joinFrame, 0, len(room.Streams))
	for i, reads := range s.streams {
		if reads {
			wants = append(wants, joinFrame{stream: room.Streams[i], at: hello.resume[i]})
		}
	}
	entries, starts, err := s.room.entries(s.client, wants)
	if err != nil {
		s.hub.options.Log.Error("reading a room for a new member", slog.String("room", string(s.room.id)), slog.Any("error", err))
		return refuseForNow()
	}
	if s.hub.draining.Load() {
		return refuseForNow()
	}
	w := welcome{session: s.id, now: time.Now().UTC().Format(room.InstantFormat), streams: entries}
	if member := s.present(); member.ID != "" {
		w.me = &me{ID: member.ID, Name: member.Name, Side: member.Side, Access: member.Access}
	}
	w.here, w.watch, w.count, s.presence = s.room.presence.all(s.audience)
	s.send(item{frame: welcomeFrame(w), starts: starts})
	return nil
}
