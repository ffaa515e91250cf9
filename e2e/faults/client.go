package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// How a client behaves. A browser waits longer between pings and up to 10 s
// before it reconnects; these keep runs short and leave the rules the same.
const (
	dialWithin = 2 * time.Second
	pingEvery  = time.Second
	pongWithin = 4 * time.Second
	firstWait  = 250 * time.Millisecond
	longestTry = 2 * time.Second
	sendWithin = 5 * time.Second
	window     = 8 // ops without an answer, below the 32 that the server allows
)

// Client is one tab of somebody in a room. Everything but status belongs to
// the goroutine of run.
type Client struct {
	w     *World
	id    int
	uuid  string
	side  string
	room  *Room
	token string
	home  int  // the only server that it uses, from 1; 0 for any
	slow  bool // its way to the servers is narrow
	rate  float64
	long  bool // its texts are long
	rng   *rand.Rand

	conn     *websocket.Conn
	sv       int
	follows  map[string]*follow
	failures int           // attempts in a row that brought no welcome
	retry    time.Duration // what bye said; 0: nothing
	welcomed bool          // since the socket was opened
	gone     bool          // told to stop
	pinged   int64
	ponged   time.Time
	orders   chan func() // run by the client while it has a socket

	mu     sync.Mutex // guards status
	status status
}

// status is what others may know of a client.
type status struct {
	open    bool // welcomed
	gone    bool
	pending int
	revs    map[string]int64
}

// streamsOf are the streams that a side reads, the private one last.
func streamsOf(side string) []string {
	switch side {
	case "seller", "buyer":
		return []string{"shared", side}
	default:
		return []string{"shared"}
	}
}

// run lives the client's life until ctx ends, and then writes down where it
// stands.
func (c *Client) run(ctx context.Context) {
	for ctx.Err() == nil && !c.gone {
		err := c.session(ctx)
		if ctx.Err() != nil {
			break
		}
		c.lost(err)
		if c.gone {
			c.write(Event{Kind: KindGone, Note: err.Error()})
			return
		}
		wait := rand.N(min(longestTry, firstWait<<min(c.failures, 10)))
		if c.retry > 0 {
			wait, c.retry = c.retry, 0
		}
		c.failures++
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	for _, f := range c.follows {
		if !c.gone {
			c.write(Event{Kind: KindFinal, S: f.stream, Rev: f.rev, Hash: f.state.hash(), N: len(f.pending)})
		}
	}
}

// lost notes that the socket is gone: what was not answered is unsent again.
func (c *Client) lost(err error) {
	c.write(Event{Kind: KindClosed, Code: fmt.Sprint(int(websocket.CloseStatus(err))), Note: err.Error()})
	for _, f := range c.follows {
		f.joining = false
		for _, o := range f.pending {
			o.waiting = false
		}
	}
	c.welcomed = false
	c.report()
}

// write writes an event of this client down.
func (c *Client) write(e Event) {
	e.C, e.Sv = c.id, c.sv
	c.w.rec.Write(e)
}

// report tells others where the client stands.
func (c *Client) report() {
	s := status{open: c.welcomed, gone: c.gone, revs: map[string]int64{}}
	for _, f := range c.follows {
		s.revs[f.stream] = f.rev
		s.pending += len(f.pending)
		if !f.known || f.joining {
			s.open = false
		}
	}
	c.mu.Lock()
	c.status = s
	c.mu.Unlock()
}

func (c *Client) look() status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// received is a frame, or why there are no more.
type received struct {
	data []byte
	err  error
}

// session is one socket from its opening to its end, and returns why it ended.
func (c *Client) session(ctx context.Context) error {
	c.choose()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dialling, done := context.WithTimeout(ctx, dialWithin)
	conn, _, err := websocket.Dial(dialling, "http://"+c.front()+"/api/v1/rooms/"+c.room.ID+"/live",
		&websocket.DialOptions{Subprotocols: []string{"parley.v1"}, HTTPClient: plainHTTP})
	done()
	if err != nil {
		return fmt.Errorf("dialling: %w", err)
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(-1)
	c.conn, c.ponged = conn, time.Now()
	c.write(Event{Kind: KindOpen})
	if err := c.hello(ctx); err != nil {
		return err
	}
	frames := make(chan received, 256)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for {
			_, data, err := conn.Read(ctx)
			select {
			case frames <- received{data, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	defer func() { cancel(); <-read }()
	return c.serve(ctx, frames)
}

// choose takes a server as a load balancer would: at first they are dealt out,
// later any may come.
func (c *Client) choose() {
	switch {
	case c.home != 0:
		c.sv = c.home
	case c.sv == 0:
		c.sv = 1 + c.id%len(c.w.Servers)
	default:
		c.sv = 1 + c.rng.IntN(len(c.w.Servers))
	}
}

// front is the address of the client's way to its server.
func (c *Client) front() string {
	if c.slow {
		return c.w.slowFronts[c.sv-1].Addr()
	}
	return c.w.fronts[c.sv-1].Addr()
}

func (c *Client) hello(ctx context.Context) error {
	streams := map[string]any{}
	for _, f := range c.follows {
		if f.known {
			streams[f.stream] = map[string]any{"epoch": f.epoch, "rev": f.rev}
		}
	}
	return c.send(ctx, map[string]any{"t": "hello", "v": 1, "client": c.uuid, "token": c.token, "streams": streams})
}

func (c *Client) send(ctx context.Context, frame any) error {
	b, err := json.Marshal(frame)
	if err != nil {
		return err
	}
	return c.sendBytes(ctx, b)
}

func (c *Client) sendBytes(ctx context.Context, b []byte) error {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	return c.conn.Write(ctx, websocket.MessageText, b)
}

var errNoPong = errors.New("no pong came")

// serve handles what comes and sends what is due.
func (c *Client) serve(ctx context.Context, frames <-chan received) error {
	ops := time.NewTicker(time.Duration(float64(time.Second) / max(c.rate, 5)))
	defer ops.Stop()
	pings := time.NewTicker(pingEvery)
	defer pings.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case f := <-frames:
			if f.err != nil {
				return f.err
			}
			err = c.take(ctx, f.data)
		case order := <-c.orders:
			order()
			err = c.flush(ctx)
		case <-ops.C:
			if c.rate > 0 && c.w.offering.Load() {
				c.offer()
			}
			err = c.flush(ctx)
		case <-pings.C:
			err = c.beat(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// flush sends what may be sent.
func (c *Client) flush(ctx context.Context) error {
	if !c.look().open {
		return nil
	}
	for _, f := range c.follows {
		for o := f.next(window, time.Now()); o != nil; o = f.next(window, time.Now()) {
			if err := c.sendOp(ctx, f, o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Client) sendOp(ctx context.Context, f *follow, o *op) error {
	if o.invoked {
		c.write(Event{Kind: KindResend, S: f.stream, Seq: o.seq})
	}
	o.invoked, o.waiting = true, true
	return c.sendBytes(ctx, o.frame)
}

// beat pings, shows presence, and gives up a socket on which nothing comes back.
func (c *Client) beat(ctx context.Context) error {
	if time.Since(c.ponged) > pongWithin && !c.slow { // a pong waits behind what a slow reader has yet to read
		return errNoPong
	}
	c.pinged++
	if err := c.send(ctx, map[string]any{"t": "ping", "n": c.pinged}); err != nil {
		return err
	}
	if c.side == "watch" || !c.w.offering.Load() {
		return nil
	}
	return c.send(ctx, c.presence())
}
