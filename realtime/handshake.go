package realtime

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
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

// barred reports whether the store answered that there is no way in. Busy is no
// such answer: the store is in a state that passes.
func barred(err error) bool {
	code := room.CodeOf(err)
	return code != "" && code != room.Busy
}

// serve takes a new socket to its welcome. It has a goroutine of its own, so
// that the stack it needed is not kept for the life of the connection.
func (h *Hub) serve(c *conn, id room.ID, cookieToken string) {
	h.metrics.sockets.Inc()
	var s *session
	defer func() {
		if p := recover(); p != nil {
			h.reportPanic("handshake", id, p)
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
		if c.cork.frame(refused.frame) == nil && c.cork.flush() == nil {
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
	if !h.joins.enter(id, h.stopped) {
		return nil, refuseForNow()
	}
	defer h.joins.leave(id)
	grant, err := h.authenticate(id, token)
	if barred(err) || err == nil && grant.Room != id {
		return nil, refuseEntry()
	}
	if err != nil {
		h.options.Log.Error("authenticating a socket", slog.Any("error", err))
		return nil, refuseForNow()
	}
	if grant.Watcher() && h.load.putsOffWatchers() {
		h.metrics.sheds.WithLabelValues("watchers").Inc()
		return nil, refuseForNow()
	}
	r, err := h.acquire(context.Background(), id)
	if barred(err) {
		return nil, refuseEntry()
	}
	if err != nil {
		h.options.Log.Error("loading a room", slog.String("room", string(id)), slog.Any("error", err))
		return nil, refuseForNow()
	}
	s := newSession(h, r, c, grant, hello.client)
	if err := s.begin(hello, grant); err != nil {
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

func (h *Hub) authenticate(id room.ID, token string) (grant room.Grant, err error) {
	err = h.read(id, func(ctx context.Context) error {
		grant, err = h.store.Authenticate(ctx, token)
		return err
	})
	return grant, err
}
