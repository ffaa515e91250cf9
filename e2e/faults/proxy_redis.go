package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"sync"
)

// meddler carries Redis' answers, reply by reply, and meddles with the messages
// of subscriptions: they are hints (ADR 3), so anything may happen to them.
type meddler struct {
	mu   sync.Mutex // guards the fields below
	rng  *rand.Rand
	mess Mess
	kept []byte // a message that waits to be overtaken
	done map[string]int
}

// Mess says what happens to messages, each of a hundred. The zero value is fair.
type Mess struct {
	Drop, Double, Swap int
	// DropCommits drops so many messages that carry commits, one after the other.
	DropCommits int
}

// Set changes what happens to messages.
func (m *meddler) Set(mess Mess) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mess = mess
}

// count returns how many messages something was done to.
func (m *meddler) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, of := range m.done {
		n += of
	}
	return n
}

func (m *meddler) carry(p *pipe) error {
	in := bufio.NewReaderSize(p.from, 64<<10)
	for {
		reply, err := redisReply(in)
		if err != nil {
			return err
		}
		out := reply
		if isMessage(reply) {
			out = m.meddle(reply)
		}
		if err := p.pass(out); err != nil {
			return err
		}
	}
}

// meddle returns what arrives in place of a message.
func (m *meddler) meddle(message []byte) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done == nil {
		m.done = map[string]int{}
	}
	kept := m.kept
	m.kept = nil
	roll := m.rng.IntN(100)
	switch {
	case m.mess.DropCommits > 0 && bytes.Contains(message, []byte(`"t":"commits"`)):
		m.mess.DropCommits--
		m.done["dropped"]++
		return kept
	case roll < m.mess.Drop:
		m.done["dropped"]++
		return kept
	case roll < m.mess.Drop+m.mess.Double:
		m.done["doubled"]++
		return bytes.Join([][]byte{message, kept, message}, nil)
	case roll < m.mess.Drop+m.mess.Double+m.mess.Swap && kept == nil:
		m.done["swapped"]++
		m.kept = message
		return nil
	}
	return append(message, kept...)
}

// isMessage reports whether a reply is a message of a subscription, as RESP 2
// (*) or RESP 3 (>) sends it: a list that begins with the word.
func isMessage(reply []byte) bool {
	if reply[0] != '*' && reply[0] != '>' {
		return false
	}
	head := reply[:min(len(reply), 40)]
	return bytes.Contains(head, []byte("\r\nmessage\r\n")) || bytes.Contains(head, []byte("\r\nsmessage\r\n"))
}

// redisReply reads one reply with everything in it.
func redisReply(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	n := 0
	switch line[0] {
	case '$', '*', '>', '%', '~', '=', '!':
		if n, err = strconv.Atoi(string(bytes.TrimSpace(line[1:]))); err != nil {
			return nil, fmt.Errorf("reading a reply of Redis: %w", err)
		}
	}
	switch line[0] {
	case '$', '=', '!':
		if n < 0 {
			return line, nil
		}
		body := make([]byte, n+2)
		_, err := io.ReadFull(in, body)
		return append(line, body...), err
	case '%':
		n *= 2
	}
	for range n {
		part, err := redisReply(in)
		if err != nil {
			return nil, err
		}
		line = append(line, part...)
	}
	return line, nil
}
