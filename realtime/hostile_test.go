package realtime

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"parley/room"
)

// rawConn is a WebSocket client that sends whatever bytes it likes.
type rawConn struct {
	testing.TB
	net.Conn
	br *bufio.Reader
}

// raw opens a socket and leaves the rest to the test.
func (b *bench) raw() *rawConn {
	b.Helper()
	nc, err := b.dial(context.Background(), "tcp", b.addr)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = nc.Close() })
	_, err = fmt.Fprintf(nc, "GET /%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: parley.v1\r\n\r\n", testRoom)
	if err != nil {
		b.Fatal(err)
	}
	c := &rawConn{TB: b.TB, Conn: nc, br: bufio.NewReader(nc)}
	resp, err := http.ReadResponse(c.br, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		b.Fatalf("upgrade: %v %v", resp, err)
	}
	return c
}

// frameBytes returns a masked frame whose header says length bytes follow.
func frameBytesOf(opcode byte, fin bool, length int, payload []byte) []byte {
	head := []byte{opcode, 0x80}
	if fin {
		head[0] |= 0x80
	}
	switch {
	case length < 126:
		head[1] |= byte(length)
	case length < 1<<16:
		head[1] |= 126
		head = binary.BigEndian.AppendUint16(head, uint16(length))
	default:
		head[1] |= 127
		head = binary.BigEndian.AppendUint64(head, uint64(length))
	}
	head = append(head, 0, 0, 0, 0) // a mask of zeroes leaves the payload as it is
	return append(head, payload...)
}

const (
	opContinuation = 0
	opText1        = 1
	opBinary       = 2
	opPing         = 9
)

func (c *rawConn) text(s string) {
	c.Helper()
	if _, err := c.Write(frameBytesOf(opText1, true, len(s), []byte(s))); err != nil {
		c.Fatal(err)
	}
}

// next returns the next frame's opcode and payload.
func (c *rawConn) next() (opcode byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(c.br, head[:]); err != nil {
		return 0, nil, err
	}
	length := uint64(head[1] & 0x7f)
	switch length {
	case 126:
		var b [2]byte
		if _, err := io.ReadFull(c.br, b[:]); err != nil {
			return 0, nil, err
		}
		length = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		var b [8]byte
		if _, err := io.ReadFull(c.br, b[:]); err != nil {
			return 0, nil, err
		}
		length = binary.BigEndian.Uint64(b[:])
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(c.br, payload)
	return head[0] & 0x0f, payload, err
}

// ending reads until the connection ends, and returns the close code (0 without
// one) and the last text frame.
func (c *rawConn) ending() (code int, last string) {
	for {
		opcode, payload, err := c.next()
		switch {
		case err != nil:
			return code, last
		case opcode == opText1:
			last = string(payload)
		case opcode == 8 && len(payload) >= 2:
			code = int(binary.BigEndian.Uint16(payload))
			_ = c.Close() // the server need not wait
		}
	}
}

func TestHostileSockets(t *testing.T) { // P3, P5, P33, P39, I12
	ping := `{"t":"ping","n":1}`
	tests := map[string]struct {
		attack func(c *rawConn)
		code   int // 0: the connection just ends
		last   string
		within time.Duration
	}{
		"nothing at all":            {attack: func(*rawConn) {}, within: 11 * time.Second},
		"hello that drips":          {attack: func(c *rawConn) { drip(c, frameBytesOf(opText1, true, 200, []byte(helloText("marc")))) }, within: 11 * time.Second},
		"hello above 4 KiB":         {attack: func(c *rawConn) { c.text(strings.Repeat("x", 4097)) }, code: 4009, last: "too_large", within: time.Second},
		"hello of a gigabyte":       {attack: func(c *rawConn) { _, _ = c.Write(frameBytesOf(opText1, true, 1<<30, make([]byte, 8<<10))) }, code: 4009, last: "too_large", within: 11 * time.Second},
		"frame above 64 KiB":        {attack: in(func(c *rawConn) { c.text(strings.Repeat("x", 65537)) }), code: 4009, last: "too_large", within: time.Second},
		"frame of a gigabyte":       {attack: in(func(c *rawConn) { _, _ = c.Write(frameBytesOf(opText1, true, 1<<30, make([]byte, 70<<10))) }), code: 4009, last: "too_large", within: 11 * time.Second},
		"binary frame":              {attack: in(func(c *rawConn) { _, _ = c.Write(frameBytesOf(opBinary, true, 2, []byte("{}"))) }), code: 4009, last: "bad_frame", within: time.Second},
		"message that drips":        {attack: in(func(c *rawConn) { drip(c, frameBytesOf(opText1, true, 60_000, []byte(strings.Repeat(" ", 60_000)))) }), within: 11 * time.Second},
		"message without end":       {attack: in(func(c *rawConn) { _, _ = c.Write(frameBytesOf(opText1, false, 1, []byte("{"))) }), within: 11 * time.Second},
		"200,000 empty fragments":   {attack: in(emptyFragments), within: 12 * time.Second},
		"half-open":                 {attack: in(func(*rawConn) {}), within: 61 * time.Second},
		"half-open, pinging the ws": {attack: in(func(c *rawConn) { keepPinging(c, 30, 3*time.Second) }), within: 61 * time.Second},
		"flood of ws pings":         {attack: in(func(c *rawConn) { keepPinging(c, 3_000, 0) }), within: time.Second},
		"flood of pings":            {attack: in(func(c *rawConn) { flood(c, ping) }), code: 4029, last: "rate", within: 10 * time.Second},
		"flood of presence":         {attack: in(func(c *rawConn) { flood(c, `{"t":"presence","view":"plan"}`) }), code: 4029, last: "rate", within: 10 * time.Second},
		"hello twice":               {attack: in(func(c *rawConn) { c.text(helloText("marc")) }), code: 4009, last: "bad_frame", within: time.Second},
		"case variant of a name":    {attack: in(func(c *rawConn) { c.text(`{"t":"op","T":"ping","n":1}`) }), code: 4009, last: "bad_frame", within: time.Second},
		"doubled keys":              {attack: in(func(c *rawConn) { c.text(`{"t":"ping","t":"op","n":1}`) }), code: 4009, last: "bad_frame", within: time.Second},
		"100,000 brackets":          {attack: in(func(c *rawConn) { c.text(strings.Repeat("[", 60_000)) }), code: 4009, last: "bad_frame", within: time.Second},
		"invalid UTF-8":             {attack: in(func(c *rawConn) { c.text("{\"t\":\"ping\",\"n\":1}\xff") }), code: 4009, last: "bad_frame", within: time.Second},
		"an unmasked frame":         {attack: in(func(c *rawConn) { _, _ = c.Write([]byte{0x81, 2, '{', '}'}) }), within: time.Second},
		"a reserved opcode":         {attack: in(func(c *rawConn) { _, _ = c.Write(frameBytesOf(3, true, 0, nil)) }), code: 1002, within: 11 * time.Second},
		"a control frame above 125": {attack: in(func(c *rawConn) { _, _ = c.Write(frameBytesOf(opPing, true, 500, make([]byte, 500))) }), code: 1002, within: 11 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, setup{})
				bystander, _ := b.join("priya")
				var c *rawConn
				start := time.Now()
				ended := make(chan struct{})
				c = b.raw()
				go func() { tt.attack(c); close(ended) }()

				code, last := c.ending()
				took := time.Since(start)
				<-ended

				if tt.code != 0 && code != tt.code || tt.last != "" && !strings.Contains(last, `"code":"`+tt.last+`"`) {
					t.Errorf("ended with %d after %q, want %d after %s", code, last, tt.code, tt.last)
				}
				if took > tt.within {
					t.Errorf("it took %v", took)
				}
				time.Sleep(20 * time.Second) // closing handshakes time out
				if took < 40*time.Second {
					bystander.say(`{"t":"ping","n":2}`)
					bystander.until("pong")
					if n := len(b.hub.loaded()[0].members()); n != 1 {
						t.Errorf("%d members are left", n)
					}
				}
				b.stop()
			})
		})
	}
}

// in says hello first.
func in(attack func(c *rawConn)) func(c *rawConn) {
	return func(c *rawConn) {
		c.text(helloText("marc"))
		time.Sleep(100 * time.Millisecond)
		attack(c)
	}
}

func drip(c *rawConn, data []byte) {
	for _, b := range data {
		if _, err := c.Write([]byte{b}); err != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func emptyFragments(c *rawConn) {
	if _, err := c.Write(frameBytesOf(opText1, false, 0, nil)); err != nil {
		return
	}
	chunk := []byte(strings.Repeat(string(frameBytesOf(opContinuation, false, 0, nil)), 1_000))
	for range 200 {
		if _, err := c.Write(chunk); err != nil {
			return
		}
	}
}

func keepPinging(c *rawConn, n int, every time.Duration) {
	for range n {
		if _, err := c.Write(frameBytesOf(opPing, true, 2, []byte("hi"))); err != nil {
			return
		}
		time.Sleep(every)
	}
}

func flood(c *rawConn, text string) {
	for range 20_000 {
		if _, err := c.Write(frameBytesOf(opText1, true, len(text), []byte(text))); err != nil {
			return
		}
	}
}

func TestOriginIsCheckedExactly(t *testing.T) { // P2
	tests := map[string]struct {
		origin, cookie, hello string
		status                int
		welcome               bool
	}{
		"own origin with cookie":              {origin: testOrigin, cookie: "marc", hello: helloWithoutToken(), welcome: true},
		"own origin with token":               {origin: testOrigin, hello: helloText("marc"), welcome: true},
		"token wins over cookie":              {origin: testOrigin, cookie: "nobody", hello: helloText("marc"), welcome: true},
		"no origin with token":                {hello: helloText("marc"), welcome: true},
		"no origin, cookie does not count":    {cookie: "marc", hello: helloWithoutToken()},
		"another origin":                      {origin: "https://evil.example.com", cookie: "marc", status: 403},
		"the origin's host with another port": {origin: testOrigin + ":8443", cookie: "marc", status: 403},
		"the origin without TLS":              {origin: "http://rooms.example.com", cookie: "marc", status: 403},
		"the request's own host":              {origin: "https://x", cookie: "marc", status: 403},
		"a sandboxed frame":                   {origin: "null", cookie: "marc", status: 403},
		"a suffix of the origin":              {origin: testOrigin + ".evil.com", cookie: "marc", status: 403},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, setup{})
				header := http.Header{}
				if tt.origin != "" {
					header.Set("Origin", tt.origin)
				}
				if tt.cookie != "" {
					header.Set("Cookie", "parley_session="+tt.cookie)
				}

				c, err := b.connect(header)

				if tt.status != 0 {
					if err == nil || !strings.Contains(err.Error(), fmt.Sprint(tt.status)) {
						t.Errorf("error = %v, want %d", err, tt.status)
					}
					b.stop()
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				c.say(tt.hello)
				if f := c.next(); (f.T == "welcome") != tt.welcome {
					t.Errorf("got %s", f.raw)
				}
				b.stop()
			})
		})
	}
}

func helloWithoutToken() string { return `{"t":"hello","v":1,"client":"` + uid(7) + `","streams":{}}` }

// Over real sockets: the kernel buffers, resets and closes as pipes do not.
func TestOverLoopback(t *testing.T) { // P1, P11
	b := newBench(t, setup{loopback: true})
	author, _ := b.join("priya")
	other, _ := b.join("marc")
	early := b.raw() // hello right behind the request, in one segment or two
	early.text(helloText("sam"))
	if _, payload, err := early.next(); err != nil || !strings.HasPrefix(string(payload), `{"t":"welcome"`) {
		t.Fatalf("got %.80s (%v)", payload, err)
	}

	for seq := int64(1); seq <= 200; seq++ {
		author.say(opText(room.Shared, seq, milestone, "x"+itoa(seq)))
		if f := author.until("ack"); f.Seq != seq {
			t.Fatalf("got %s", f.raw)
		}
	}
	for at := room.Rev(1); at < 201; {
		if f := other.next(); f.T == "commits" {
			if f.From != at+1 {
				t.Fatalf("%d after %d", f.From, at)
			}
			at = f.To
		}
	}
	_ = early.SetDeadline(time.Now().Add(patience))
	early.text(strings.Repeat("x", 70_000))
	if code, last := early.ending(); code != 4009 || !strings.Contains(last, "too_large") {
		t.Errorf("ended with %d after %s", code, last)
	}
}

func TestRequestsThatAreNoUpgrade(t *testing.T) { // P2
	b := newBench(t, setup{loopback: true})
	tests := map[string]struct {
		path   string
		header http.Header
		status int
	}{
		"a plain GET":        {path: string(testRoom), status: http.StatusUpgradeRequired},
		"no room id":         {path: "admin", status: http.StatusNotFound},
		"other subprotocols": {path: string(testRoom), header: http.Header{"Sec-Websocket-Protocol": {"graphql-ws, parley.v9"}}, status: http.StatusBadRequest},
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+b.addr+"/"+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header = tt.header
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != tt.status {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.status)
			}
		})
	}
}

// Who offers to compress frames is not taken up on it: each socket would keep a
// dictionary, and what two sides wrote would share one.
func TestFramesAreNotCompressed(t *testing.T) {
	b := newBench(t, setup{loopback: true})
	ws, resp, err := websocket.Dial(t.Context(), "ws://"+b.addr+"/"+string(testRoom), &websocket.DialOptions{
		Subprotocols: []string{subprotocol}, CompressionMode: websocket.CompressionContextTakeover,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ws.CloseNow() }()
	if agreed := resp.Header.Get("Sec-WebSocket-Extensions"); agreed != "" {
		t.Errorf("agreed on %s", agreed)
	}
}
