package realtime

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"

	"parley/room"
)

// subprotocol names version 1 of the protocol.
const subprotocol = "parley.v1"

// ServeSocket upgrades the request to a WebSocket of the room and returns; the
// connection lives on without the handler. CookieToken is the session token of
// the request's cookie, "" without one: a token in hello wins over it.
//
// Before the upgrade it answers 403 to a foreign Origin (P2), 400 to a client
// that offers other subprotocols only, 404 to what cannot be a room, and 503
// with Retry-After while the server drains.
func (h *Hub) ServeSocket(w http.ResponseWriter, r *http.Request, id room.ID, cookieToken string) {
	origin := r.Header.Get("Origin")
	switch {
	case !room.ValidUUID(string(id)):
		problem(w, http.StatusNotFound, "there is no such room, or it is not open to you")
		return
	case origin != "" && !slices.Contains(h.options.Origins, origin):
		problem(w, http.StatusForbidden, "this page may not open a connection here")
		return
	case !offersSubprotocol(r):
		problem(w, http.StatusBadRequest, "the subprotocol is "+subprotocol)
		return
	}
	if origin == "" {
		cookieToken = "" // nothing vouches for the page that sent the cookie (P2)
	}
	if h.leaving.Load() || h.draining.Load() || !h.begin() {
		w.Header().Set("Retry-After", "1")
		problem(w, http.StatusServiceUnavailable, "the server is restarting")
		return
	}
	c, err := accept(w, r)
	if err != nil {
		h.running.Done()
		return // Accept has answered
	}
	go h.serve(c, id, cookieToken)
}

// problem answers with problem details (RFC 9457).
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(mustJSON(struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{http.StatusText(status), status, detail})) // the client may be gone
}

// offersSubprotocol reports whether the client offers ours, or none at all:
// hello has the version again.
func offersSubprotocol(r *http.Request) bool {
	offered := r.Header.Values("Sec-Websocket-Protocol")
	if len(offered) == 0 {
		return true
	}
	for _, line := range offered {
		for name := range strings.SplitSeq(line, ",") {
			if strings.TrimSpace(name) == subprotocol {
				return true
			}
		}
	}
	return false
}

func accept(w http.ResponseWriter, r *http.Request) (*conn, error) {
	hijack := &smallHijacker{ResponseWriter: w}
	c := &conn{pingsFrom: time.Now()}
	ws, err := websocket.Accept(hijack, r, &websocket.AcceptOptions{
		Subprotocols:       []string{subprotocol},
		InsecureSkipVerify: true, // ServeSocket has checked the origin, and more strictly
		CompressionMode:    websocket.CompressionDisabled,
		OnPingReceived:     c.answerPing,
	})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(-1) // receive has a limit that closes with a code of ours
	c.ws, c.cork, c.br = ws, hijack.conn, hijack.br
	return c, nil
}

// smallHijacker gives the library small buffers in place of the 4 KB ones that
// net/http has read the request with.
type smallHijacker struct {
	http.ResponseWriter
	conn *corkConn
	br   *bufio.Reader
}

// The sizes of the buffers of an idle connection. Most frames of a client fit
// the reader, and a larger one is read past it; every control frame fits the
// writer, so it is one write.
const (
	readerSize = 512
	writerSize = 128
)

// Hijack implements [http.Hijacker].
func (h *smallHijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, brw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if err := brw.Writer.Flush(); err != nil {
		_ = nc.Close() // the error that counts is Flush's
		return nil, nil, err
	}
	early, _ := brw.Reader.Peek(brw.Reader.Buffered()) // sent right behind the request
	early = slices.Clone(early)
	h.conn = &corkConn{Conn: nc, raw: rawOf(nc)}
	if err := h.conn.SetDeadline(time.Time{}); err != nil { // net/http's own
		_ = nc.Close()
		return nil, nil, err
	}
	br := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(early), nc), max(readerSize, len(early)))
	_, _ = br.Peek(len(early)) // the library keeps what is buffered only
	h.br = br
	return h.conn, bufio.NewReadWriter(br, bufio.NewWriterSize(h.conn, writerSize)), nil
}
