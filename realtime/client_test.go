package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/room"
)

const testOrigin = "https://rooms.example.com"

// bench is a hub behind an HTTP server, over pipes or over loopback.
type bench struct {
	testing.TB
	hub    *Hub
	store  *memStore
	broker *MemoryBroker
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
	addr   string
	stop   func() // ends the hub and waits
	seq    int64  // of submit
	room   room.ID
}

type setup struct {
	store    *memStore
	real     Store   // in place of store
	room     room.ID // that clients connect to
	broker   Broker
	options  Options
	loopback bool
	// onWrite is called with what the server writes to its n-th connection.
	onWrite func(conn int, p []byte)
}

func newBench(t testing.TB, s setup) *bench {
	t.Helper()
	if s.real == nil {
		if s.store == nil {
			s.store = newMemStore(t)
		}
		s.real, s.room = s.store, testRoom
	}
	b := &bench{TB: t, store: s.store, room: s.room}
	if s.broker == nil {
		b.broker = NewMemoryBroker()
		s.broker = b.broker
	}
	s.options.Origins = []string{testOrigin}
	b.hub = NewHub(s.real, s.broker, s.options)

	listener := b.listen(s)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie := ""
		if c, err := r.Cookie("parley_session"); err == nil {
			cookie = c.Value
		}
		b.hub.ServeSocket(w, r, room.ID(strings.Trim(r.URL.Path, "/")), cookie)
	})}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	running.Go(func() { _ = b.hub.Run(ctx) })
	b.stop = sync.OnceFunc(func() {
		cancel()
		_ = server.Close()
		running.Wait()
	})
	t.Cleanup(b.stop)
	return b
}

func (b *bench) listen(s setup) net.Listener {
	if !s.loopback {
		l := newPipeListener()
		l.onWrite = s.onWrite
		b.addr, b.dial = "pipe", l.dial
		return l
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.addr, b.dial = l.Addr().String(), (&net.Dialer{}).DialContext
	return l
}

// pipeListener accepts in-memory connections, which work in a synctest bubble.
type pipeListener struct {
	conns  chan net.Conn // unbuffered; written by dial
	closed chan struct{}
	once   sync.Once

	onWrite  func(conn int, p []byte)
	accepted int // owned by the accepting goroutine
}

// watchedConn tells what is written to it.
type watchedConn struct {
	net.Conn
	n       int
	onWrite func(conn int, p []byte)
}

func (c *watchedConn) Write(p []byte) (int, error) {
	c.onWrite(c.n, p)
	return c.Conn.Write(p)
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		if l.onWrite != nil {
			c = &watchedConn{Conn: c, n: l.accepted, onWrite: l.onWrite}
		}
		l.accepted++
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// client is a member's side of a socket.
type client struct {
	testing.TB
	ws     *websocket.Conn
	frames chan frame // capacity 4096; written by read, closed at the end
	end    error      // why the connection ended; set before frames is closed
	// patience is how long it waits for a frame.
	patience time.Duration
}

// frame is any frame of the server.
type frame struct {
	T        string            `json:"t"`
	V        int               `json:"v"`
	Session  string            `json:"session"`
	Me       *me               `json:"me"`
	Stream   room.Stream       `json:"stream"`
	Epoch    room.Epoch        `json:"epoch"`
	Rev      room.Rev          `json:"rev"`
	Seq      int64             `json:"seq"`
	From     room.Rev          `json:"from"`
	To       room.Rev          `json:"to"`
	Commits  []json.RawMessage `json:"commits"`
	Code     string            `json:"code"`
	Message  string            `json:"message"`
	Field    string            `json:"field"`
	Expected int64             `json:"expected"`
	RetryMS  int               `json:"retry_ms"`
	Fatal    bool              `json:"fatal"`
	Why      string            `json:"why"`
	Here     []presenceEntry   `json:"here"`
	Join     []presenceEntry   `json:"join"`
	Update   []presenceEntry   `json:"update"`
	Leave    []string          `json:"leave"`
	Watching int               `json:"watching"`
	Count    int               `json:"count"`
	N        int64             `json:"n"`
	Revs     room.Revs         `json:"revs"`
	Streams  []streamEntry     `json:"streams"`
	Snapshot json.RawMessage   `json:"snapshot"`
	URL      string            `json:"snapshot_url"`
	Resumed  bool              `json:"resumed"`
	raw      string
}

type streamEntry struct {
	Stream   room.Stream     `json:"stream"`
	Epoch    room.Epoch      `json:"epoch"`
	Rev      room.Rev        `json:"rev"`
	Seq      int64           `json:"seq"`
	Snapshot json.RawMessage `json:"snapshot"`
	URL      string          `json:"snapshot_url"`
	Resumed  bool            `json:"resumed"`
}

// connect opens a socket without saying hello, and reads what comes.
func (b *bench) connect(header http.Header) (*client, error) {
	c, err := b.connectUnread(header)
	if err == nil {
		go c.read()
	}
	return c, err
}

// connectUnread is connect for a client that does not read.
func (b *bench) connectUnread(header http.Header) (*client, error) {
	b.Helper()
	transport := &http.Transport{DialContext: b.dial}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	ws, resp, err := websocket.Dial(ctx, "ws://"+b.addr+"/"+string(b.room), &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, HTTPHeader: header, Subprotocols: []string{subprotocol},
	})
	if err != nil {
		if resp != nil {
			err = fmt.Errorf("%w (status %d)", err, resp.StatusCode)
		}
		return nil, err
	}
	ws.SetReadLimit(-1)
	c := &client{TB: b.TB, ws: ws, frames: make(chan frame, 4096), patience: patience}
	b.Cleanup(func() { _ = ws.CloseNow() })
	return c, nil
}

func (c *client) read() {
	defer close(c.frames)
	for {
		_, data, err := c.ws.Read(context.Background())
		if err != nil {
			c.end = err
			return
		}
		f := frame{raw: string(data)}
		if err := json.Unmarshal(data, &f); err != nil {
			c.end = fmt.Errorf("frame %s: %w", data, err)
			return
		}
		c.frames <- f
	}
}

// say sends a frame as it is.
func (c *client) say(text string) {
	c.Helper()
	if err := c.trySay(text); err != nil {
		c.Fatalf("sending %.80s: %v", text, err)
	}
}

func (c *client) trySay(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageText, []byte(text))
}

// patience is how long a test waits for a frame. In a bubble it is no time.
const patience = 20 * time.Second

// next returns the next frame of any kind.
func (c *client) next() frame {
	c.Helper()
	select {
	case f, ok := <-c.frames:
		if !ok {
			c.Fatalf("the connection ended: %v", c.end)
		}
		return f
	case <-time.After(c.patience):
		c.Fatal("no frame came")
	}
	return frame{}
}

// expect returns the next frame of a kind. Presence in between is passed over,
// anything else is not.
func (c *client) expect(t string) frame {
	c.Helper()
	for {
		f := c.next()
		if f.T == t {
			return f
		}
		if f.T != "presence" {
			c.Fatalf("got %s, want a frame %s", f.raw, t)
		}
	}
}

// until passes over frames until one of the kind.
func (c *client) until(t string) frame {
	c.Helper()
	for {
		if f := c.next(); f.T == t {
			return f
		}
	}
}

// closed waits for the end of the connection and returns its close code.
func (c *client) closed() websocket.StatusCode {
	c.Helper()
	timeout := time.After(2 * patience)
	for {
		select {
		case _, ok := <-c.frames:
			if !ok {
				return websocket.CloseStatus(c.end)
			}
		case <-timeout:
			c.Fatal("the connection did not end")
		}
	}
}

// quiet fails if a frame other than presence comes.
func (c *client) quiet(d time.Duration) {
	c.Helper()
	for timeout := time.After(d); ; {
		select {
		case f, ok := <-c.frames:
			if ok && f.T == "presence" {
				continue
			}
			if !ok {
				c.Fatalf("the connection ended: %v", c.end)
			}
			c.Fatalf("unexpected %s", f.raw)
		case <-timeout:
			return
		}
	}
}

// clientID is the client that a token uses unless a test says otherwise.
func clientID(token string) string {
	return fmt.Sprintf("%08x-0000-4000-8000-00000000c11e", len(token)*256+int(token[0]))
}

func helloText(token string, resume ...string) string {
	return fmt.Sprintf(`{"t":"hello","v":1,"client":%q,"token":%q,"streams":{%s}}`, clientID(token), token, strings.Join(resume, ","))
}

func resumeAt(stream room.Stream, epoch room.Epoch, rev room.Rev) string {
	return fmt.Sprintf(`%q:{"epoch":%q,"rev":%d}`, stream, epoch, rev)
}

// join connects, says hello and returns the welcome.
func (b *bench) join(token string, resume ...string) (*client, frame) {
	b.Helper()
	c, err := b.connect(nil)
	if err != nil {
		b.Fatalf("connecting: %v", err)
	}
	c.say(helloText(token, resume...))
	return c, c.expect("welcome")
}

func (f frame) entry(stream room.Stream) streamEntry {
	for _, e := range f.Streams {
		if e.Stream == stream {
			return e
		}
	}
	return streamEntry{}
}

func opText(stream room.Stream, seq int64, id room.RecordID, title string) string {
	return fmt.Sprintf(`{"t":"op","stream":%q,"seq":%d,"base":1,"op":{"kind":"milestone.update","id":%q,"set":{"title":%q}}}`,
		stream, seq, id, title)
}

var errStoreDown = errors.New("the store is down")
