//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// sharedStream is the stream every member reads and every edit goes to.
const sharedStream = "shared"

// member is one connected tab: it follows the shared stream, checks that no rev
// is missing, and may edit. All of it belongs to the loop's thread.
type member struct {
	*socket
	crowd  *crowd
	client string // its UUID, as a browser tab makes one
	edits  bool   // a named person with the access of an editor

	welcomed bool
	epoch    string
	rev      int64             // the newest commit it has
	seq      int64             // the last op it sent
	answered int64             // the last op it got a verdict for
	others   map[string]joined // where its other streams stand; nobody edits them
	accepted int64
	received int64 // commits delivered, one by one

	pinged time.Time // when the last ping left
	pings  int64

	resyncs int64 // times the server told it to catch up
	skipped int64 // revs it got as part of a newer snapshot instead

	busied  int64    // ops that the server put off
	pending [][]byte // the frames of ops without a verdict
	open    int64    // times an op was sent and has had no answer, of whatever kind
	held    held

	onCommits func(m *member, from, to int64, payload []byte, at time.Time)
	onAck     func(m *member, seq, rev int64, at time.Time)
}

// connect opens a member's socket in its room and sends hello.
func connect(l *loop, addr, origin string, c *crowd, token string) (*member, error) {
	m := newMember(c)
	return m, m.dial(l, addr, origin, token)
}

func newMember(c *crowd) *member {
	return &member{crowd: c, client: uuid.NewString(), others: map[string]joined{}}
}

// again is the member that comes back for m, which has left with nothing
// unanswered: the same client, where it stopped reading.
func (m *member) again() *member {
	return &member{crowd: m.crowd, client: m.client, edits: m.edits, epoch: m.epoch, rev: m.rev, seq: m.seq, answered: m.seq, others: m.others}
}

// dial opens the member's socket and sends hello, with how far it has read if it
// was there before.
func (m *member) dial(l *loop, addr, origin, token string) error {
	s, err := dialSocket(addr, "/api/v1/rooms/"+m.crowd.id+"/live", origin, "parley.v1")
	if err != nil {
		return err
	}
	m.socket = s
	if err := s.attach(l, m.take); err != nil {
		return err
	}
	hello := map[string]any{"t": "hello", "v": 1, "client": m.client, "token": token}
	if m.epoch != "" {
		streams := map[string]any{sharedStream: map[string]any{"epoch": m.epoch, "rev": m.rev}}
		for name, at := range m.others {
			streams[name] = map[string]any{"epoch": at.Epoch, "rev": at.Rev}
		}
		hello["streams"] = streams
	}
	encoded, err := json.Marshal(hello)
	if err != nil {
		return fmt.Errorf("encoding hello: %w", err)
	}
	l.do(func() { m.send(encoded); m.flush() })
	return nil
}

// unanswered is how many ops have no verdict yet.
func (m *member) unanswered() int64 { return m.seq - m.answered }

// edit sends one milestone.update: a new title of the same length each time.
func (m *member) edit(milestone string) {
	m.update(milestone, appendTitle(nil, m.client, m.seq+1))
}

// update sends one milestone.update with this title.
func (m *member) update(milestone string, title []byte) {
	m.seq++
	op := make([]byte, 0, 320)
	op = append(op, `{"t":"op","stream":"shared","seq":`...)
	op = strconv.AppendInt(op, m.seq, 10)
	op = append(op, `,"base":`...)
	op = strconv.AppendInt(op, m.rev, 10)
	op = append(op, `,"op":{"kind":"milestone.update","id":"`...)
	op = append(op, milestone...)
	op = append(op, `","set":{"title":"`...)
	op = append(op, title...)
	op = append(op, `"}}}`...)
	m.pending = append(m.pending, op)
	if !m.held.back {
		m.sendOp(op)
	}
}

// appendTitle appends a title of 64 characters, such as a person writes, that
// differs from the ones before it.
func appendTitle(dst []byte, client string, seq int64) []byte {
	return fmt.Appendf(dst, "Security review with Acme IT, agreed in the call: %s-%05d", client[:8], seq%100_000)
}

// beat pings when the last ping is a heartbeat ago.
func (m *member) beat(now time.Time) {
	if m.pinged.IsZero() {
		m.pinged = now // the first is due a heartbeat after the member came
	}
	if m.err != nil || now.Sub(m.pinged) < heartbeat {
		return
	}
	m.pinged = now
	m.pings++
	m.socket.send(fmt.Appendf(nil, `{"t":"ping","n":%d}`, m.pings))
	m.flush()
}

// joined is where a stream starts for a member.
type joined struct {
	Stream  string `json:"stream"`
	Epoch   string `json:"epoch"`
	Rev     int64  `json:"rev"`
	Seq     int64  `json:"seq"`
	Resumed bool   `json:"resumed"`
}

// take handles one frame of the server.
func (m *member) take(payload []byte, at time.Time) error {
	kind, ok := text(payload, `"t":`)
	if !ok {
		return fmt.Errorf("a frame without t at its head: %.120s", payload)
	}
	switch string(kind) {
	case "commits":
		return m.takeCommits(payload, at)
	case "ack":
		return m.takeAck(payload, at)
	case "presence", "pong":
		return nil
	case "welcome", "joined":
		return m.takeJoined(payload, string(kind))
	case "resync":
		m.resyncs++
		m.send(fmt.Appendf(nil, `{"t":"join","stream":"shared","epoch":%q,"rev":%d}`, m.epoch, m.rev))
		return nil
	default: // of reject and error only busy and its gaps are fine; nothing here asks for bye
		return m.takeRefusal(payload, string(kind))
	}
}

// takeCommits checks that the frame continues where the last one ended and holds
// as many commits as it says.
func (m *member) takeCommits(payload []byte, at time.Time) error {
	stream, named := text(payload, `"stream":`)
	from, hasFrom := number(payload, `"from":`)
	to, hasTo := number(payload, `"to":`)
	if !named || !hasFrom || !hasTo {
		return fmt.Errorf("a commits frame without stream, from and to at its head: %.200s", payload)
	}
	if string(stream) != sharedStream {
		return nil
	}
	if from != m.rev+1 || to < from {
		return fmt.Errorf("revs %d to %d came after %d", from, to, m.rev)
	}
	// A quote inside a string is escaped, so this is a commit and nothing else.
	if held := bytes.Count(payload, []byte(`{"rev":`)); int64(held) != to-from+1 {
		return fmt.Errorf("a frame of revs %d to %d holds %d commits", from, to, held)
	}
	m.rev = to
	m.received += to - from + 1
	if m.crowd.sampling && to == from {
		m.crowd.sampling, m.crowd.sample = false, bytes.Clone(payload)
	}
	if m.onCommits != nil {
		m.onCommits(m, from, to, payload, at)
	}
	return nil
}

func (m *member) takeAck(payload []byte, at time.Time) error {
	seq, hasSeq := number(payload, `"seq":`)
	rev, hasRev := number(payload, `"rev":`)
	if !hasSeq || !hasRev {
		return fmt.Errorf("an ack without seq and rev: %.200s", payload)
	}
	if seq != m.answered+1 || seq > m.seq {
		return fmt.Errorf("the verdict of op %d came after that of op %d; %d were sent", seq, m.answered, m.seq)
	}
	m.answered = seq
	m.accepted++
	m.pending = m.pending[1:]
	m.open--
	m.crowd.acknowledged(rev)
	if m.onAck != nil {
		m.onAck(m, seq, rev, at)
	}
	return nil
}

// takeJoined sets where the shared stream starts. A snapshot_url counts as
// fetched: its content is the HTTP side's business, its rev is in the frame.
func (m *member) takeJoined(payload []byte, kind string) error {
	var f struct {
		joined
		Streams []joined `json:"streams"` // of welcome
	}
	if err := json.Unmarshal(payload, &f); err != nil {
		return fmt.Errorf("decoding %s: %w", kind, err)
	}
	for _, s := range append(f.Streams, f.joined) {
		if s.Stream == "" {
			continue // of a welcome, which has its streams in a list
		}
		if s.Stream != sharedStream {
			m.others[s.Stream] = s
			continue
		}
		if s.Resumed {
			continue
		}
		if m.epoch != "" {
			if s.Rev < m.rev {
				return fmt.Errorf("a snapshot at rev %d came after rev %d", s.Rev, m.rev)
			}
			m.skipped += s.Rev - m.rev
		}
		m.epoch, m.rev = s.Epoch, s.Rev
	}
	if kind == "welcome" {
		m.welcomed = true
	}
	return nil
}
