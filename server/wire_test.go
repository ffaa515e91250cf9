package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"
)

// member is a person at a socket, speaking the wire protocol and nothing else.
type member struct {
	t      testing.TB
	conn   *websocket.Conn
	client string
	token  string
	frames chan frame // closed when the socket has ended
	closed websocket.StatusCode
}

// frame is any frame of the server.
type frame struct {
	T       string            `json:"t"`
	Stream  string            `json:"stream"`
	Seq     int64             `json:"seq"`
	Rev     int64             `json:"rev"`
	Epoch   string            `json:"epoch"`
	Code    string            `json:"code"`
	Message string            `json:"message"`
	RetryMS int               `json:"retry_ms"`
	Why     string            `json:"why"`
	Fatal   bool              `json:"fatal"`
	Me      json.RawMessage   `json:"me"`
	Commits []json.RawMessage `json:"commits"`
	Streams []struct {
		Stream  string `json:"stream"`
		Epoch   string `json:"epoch"`
		Rev     int64  `json:"rev"`
		Seq     int64  `json:"seq"`
		Resumed bool   `json:"resumed"`
	} `json:"streams"`
	raw string
}

// position is how far a member has read a stream.
type position struct {
	Epoch string `json:"epoch"`
	Rev   int64  `json:"rev"`
}

// connect opens a room as somebody and returns its welcome.
func connect(t testing.TB, p *process, room, token, client string, resume map[string]position) (*member, frame) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	address := strings.Replace(p.url, "http", "ws", 1) + "/api/v1/rooms/" + room + "/live"
	conn, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{Subprotocols: []string{"parley.v1"}})
	if err != nil {
		t.Fatalf("opening the socket: %v", err)
	}
	conn.SetReadLimit(1 << 20)
	if client == "" {
		client = uuid.NewString()
	}
	if resume == nil {
		resume = map[string]position{}
	}
	m := &member{t: t, conn: conn, client: client, token: token, frames: make(chan frame, 4096)}
	m.send(map[string]any{"t": "hello", "v": 1, "client": client, "token": token, "streams": resume})
	go m.read()
	t.Cleanup(func() { _ = conn.CloseNow() })
	first := m.next("welcome", "bye", "error")
	return m, first
}

func (m *member) read() {
	defer close(m.frames)
	for {
		_, data, err := m.conn.Read(context.Background())
		if err != nil {
			m.closed = websocket.CloseStatus(err)
			return
		}
		f := frame{raw: string(data)}
		if err := json.Unmarshal(data, &f); err != nil {
			f.T = "not JSON"
		}
		m.frames <- f
	}
}

func (m *member) send(v any) bool {
	data, err := json.Marshal(v)
	if err != nil {
		m.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return m.conn.Write(ctx, websocket.MessageText, data) == nil
}

// op sends one op; it is answered later.
func (m *member) op(seq, base int64, op map[string]any) bool {
	return m.send(map[string]any{"t": "op", "stream": "shared", "seq": seq, "base": base, "op": op})
}

// next returns the next frame of one of the kinds, skipping others; of any kind
// when none is named.
func (m *member) next(kinds ...string) frame {
	m.t.Helper()
	return m.nextWithin(10*time.Second, kinds...)
}

func (m *member) nextWithin(wait time.Duration, kinds ...string) frame {
	m.t.Helper()
	limit := time.After(wait)
	for {
		select {
		case f, ok := <-m.frames:
			if !ok {
				m.t.Fatalf("the socket ended with %d while waiting for %v", m.closed, kinds)
			}
			if len(kinds) == 0 || slices.Contains(kinds, f.T) {
				return f
			}
		case <-limit:
			m.t.Fatalf("no %v within %s", kinds, wait)
		}
	}
}

// drain returns everything that still comes until the socket ends.
func (m *member) drain(within time.Duration) ([]frame, error) {
	limit := time.After(within)
	var out []frame
	for {
		select {
		case f, ok := <-m.frames:
			if !ok {
				return out, nil
			}
			out = append(out, f)
		case <-limit:
			return out, errors.New("the socket is still open")
		}
	}
}
