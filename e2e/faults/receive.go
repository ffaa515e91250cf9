package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// frame is what the client reads of any frame of the server.
type frame struct {
	T        string            `json:"t"`
	Stream   string            `json:"stream"`
	Epoch    string            `json:"epoch"`
	Rev      int64             `json:"rev"`
	Seq      int64             `json:"seq"`
	From     int64             `json:"from"`
	To       int64             `json:"to"`
	N        int64             `json:"n"`
	Commits  []json.RawMessage `json:"commits"`
	Code     string            `json:"code"`
	Message  string            `json:"message"`
	Why      string            `json:"why"`
	Fatal    bool              `json:"fatal"`
	Expected int64             `json:"expected"`
	RetryMS  int64             `json:"retry_ms"`
	Revs     map[string]int64  `json:"revs"`
	Here     []json.RawMessage `json:"here"`
	Count    int               `json:"count"`
	Resumed  bool              `json:"resumed"`
	Snapshot json.RawMessage   `json:"snapshot"`
	URL      string            `json:"snapshot_url"`
	Streams  json.RawMessage   `json:"streams"` // of welcome: places
}

// standing is an element of welcome.streams, or a joined frame (P7).
type standing = frame

// take handles one frame.
func (c *Client) take(ctx context.Context, data []byte) error {
	c.scan(data, "a frame")
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		return c.broken("a frame is not JSON: %v", err)
	}
	defer c.report()
	switch f.T {
	case "welcome":
		return c.welcome(ctx, f)
	case "joined":
		return c.stand(ctx, f)
	case "commits":
		return c.commits(ctx, f)
	case "ack":
		return c.answered(f, Event{Kind: KindAck, S: f.Stream, Seq: f.Seq, Rev: f.Rev})
	case "reject":
		return c.answered(f, Event{Kind: KindReject, S: f.Stream, Seq: f.Seq, Code: f.Code, Note: f.Message})
	case "error":
		return c.refused(f)
	case "resync":
		c.write(Event{Kind: KindResync, S: f.Stream, Rev: f.Rev, Code: f.Why})
		return c.join(ctx, f.Stream, f.Why != "epoch")
	case "pong":
		return c.pong(ctx, f)
	case "presence":
		c.write(Event{Kind: KindPresence, N: f.Count, Hash: hashOf(data)})
	case "bye":
		c.write(Event{Kind: KindBye, Code: f.Why})
		c.retry = time.Duration(f.RetryMS) * time.Millisecond
		c.gone = f.Why == "revoked" || f.Why == "archived" || f.Why == "expired"
	}
	return nil
}

// broken writes down that the server broke the protocol.
func (c *Client) broken(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	c.write(Event{Kind: KindBroken, Note: err.Error()})
	return err
}

// scan looks for what is the other side's (I11).
func (c *Client) scan(data []byte, where string) {
	for side, word := range c.room.canaries {
		if side != c.side && bytes.Contains(data, []byte(word)) {
			c.w.rec.Write(Event{Kind: KindLeak, C: c.id, Note: where + ": " + excerpt(data, word)})
		}
	}
}

func excerpt(data []byte, word string) string {
	at := bytes.Index(data, []byte(word))
	return string(data[max(0, at-80):min(len(data), at+80)])
}

func (c *Client) welcome(ctx context.Context, f frame) error {
	var places []standing
	if err := json.Unmarshal(f.Streams, &places); err != nil {
		return c.broken("welcome has no streams: %v", err)
	}
	if len(places) != len(c.follows) {
		return c.broken("welcome has %d streams for a %s", len(places), c.side)
	}
	c.write(Event{Kind: KindWelcome, N: f.Count})
	c.welcomed, c.failures, c.retry = true, 0, 0
	for _, p := range places {
		if err := c.stand(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// stand takes an answer to hello or join in (P7).
func (c *Client) stand(ctx context.Context, p standing) error {
	f := c.follows[p.Stream]
	if f == nil {
		c.write(Event{Kind: KindPlace, S: p.Stream})
		return c.broken("it was placed in %s", p.Stream)
	}
	if p.URL != "" {
		fetched, err := c.fetch(ctx, p.URL)
		if err != nil {
			return fmt.Errorf("fetching a snapshot: %w", err)
		}
		p = fetched
	}
	e := Event{Kind: KindPlace, S: p.Stream, Rev: p.Rev, Epoch: p.Epoch, Seq: p.Seq, Name: "resumed"}
	if !p.Resumed {
		state, err := load(p.Snapshot)
		if err != nil {
			return c.broken("%v", err)
		}
		e.Name, e.Hash = "snapshot", state.hash()
		f.state = state
	}
	c.write(e)
	f.known, f.joining, f.epoch, f.rev, f.behind = true, false, p.Epoch, p.Rev, 0
	f.reached(p.Seq)
	return nil
}

// fetch gets a snapshot that was too large for the socket.
func (c *Client) fetch(ctx context.Context, path string) (p standing, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.front()+path, nil)
	if err != nil {
		return p, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := plainHTTP.Do(req)
	if err != nil {
		return p, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return p, fmt.Errorf("%s: %.200s %w", resp.Status, body, err)
	}
	c.scan(body, "a snapshot")
	return p, json.Unmarshal(body, &p)
}

// commits folds a frame by the rule of P20.
func (c *Client) commits(ctx context.Context, f frame) error {
	s := c.follows[f.Stream]
	if s == nil || !s.known {
		c.write(Event{Kind: KindCommits, S: f.Stream, From: f.From, Epoch: f.Epoch})
		return c.broken("commits came of %s, which is not followed", f.Stream)
	}
	if int64(len(f.Commits)) != f.To-f.From+1 {
		return c.broken("a frame from %d to %d has %d commits", f.From, f.To, len(f.Commits))
	}
	if f.Epoch != s.epoch || f.To <= s.rev || f.From > s.rev+1 {
		c.write(Event{Kind: KindSkipped, S: f.Stream, From: f.From, Rev: f.To, Epoch: f.Epoch})
	}
	switch {
	case f.Epoch != s.epoch:
		return c.join(ctx, f.Stream, false)
	case f.To <= s.rev:
		return nil
	case f.From > s.rev+1:
		return c.join(ctx, f.Stream, true)
	}
	e := Event{Kind: KindCommits, S: f.Stream, From: s.rev + 1, Epoch: f.Epoch}
	for _, body := range f.Commits[s.rev+1-f.From:] {
		commit, err := decodeCommit(body)
		if err != nil || commit.Rev != s.rev+1 {
			return c.broken("rev %d of %s is %.200s: %v", s.rev+1, f.Stream, body, err)
		}
		s.state.fold(commit)
		s.rev++
		e.Each = append(e.Each, hashOf(body))
	}
	c.write(e)
	return nil
}

// join asks for a stream again, once; with its position, or for a snapshot.
func (c *Client) join(ctx context.Context, stream string, resume bool) error {
	s := c.follows[stream]
	if s == nil {
		return c.broken("resync of %s, which is not followed", stream)
	}
	if s.joining {
		return nil
	}
	s.joining = true
	ask := map[string]any{"t": "join", "stream": stream, "epoch": s.epoch}
	if resume {
		ask["rev"] = s.rev
	}
	return c.send(ctx, ask)
}

// answered takes ack and reject in.
func (c *Client) answered(f frame, e Event) error {
	c.write(e)
	s := c.follows[f.Stream]
	if s == nil {
		return c.broken("an answer came for %s, which is not followed", f.Stream)
	}
	if f.Code == "busy" {
		s.postponed(f.Seq)
		s.hold = time.Now().Add(time.Duration(f.RetryMS) * time.Millisecond)
		return nil
	}
	if f.T == "ack" {
		c.w.audit(c, e)
	}
	s.decided(f.Seq)
	return nil
}

// refused takes error in.
func (c *Client) refused(f frame) error {
	s := c.follows[f.Stream]
	switch {
	case f.Code == "seq_gap" && s != nil:
		c.write(Event{Kind: KindGap, S: f.Stream, Seq: f.Seq, From: f.Expected})
		s.postponed(f.Seq)
		if len(s.pending) > 0 && f.Expected < s.pending[0].seq {
			return c.broken("op %d of %s is expected, which has its verdict", f.Expected, f.Stream)
		}
		return nil
	case f.Code == "unauthorized" && f.Stream == "":
		c.gone = true
		return fmt.Errorf("unauthorized: %s", f.Message)
	default:
		return c.broken("the server says %s: %s", f.Code, f.Message)
	}
}

// pong compares revs: one who is behind for a second time joins (P22).
func (c *Client) pong(ctx context.Context, f frame) error {
	c.ponged = time.Now()
	for stream, rev := range f.Revs {
		s := c.follows[stream]
		switch {
		case s == nil:
			c.write(Event{Kind: KindLeak, S: stream, Note: "a pong"})
		case !s.known || rev <= s.rev:
			s.behind = 0
		default:
			if s.behind++; s.behind > 1 {
				s.behind = 0
				if err := c.join(ctx, stream, true); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
