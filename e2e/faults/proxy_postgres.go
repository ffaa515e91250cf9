package faults

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"sync/atomic"
	"time"
)

// replyCutter carries PostgreSQL's answers, message by message, and cuts a
// connection instead of delivering the answer to a COMMIT, or the end of the
// answer to a claim, which commits without one: the server cannot know whether
// it took effect.
type replyCutter struct {
	armed atomic.Int64 // how many answers are still to be lost
	cut   atomic.Int64 // how many were
}

// commitDone is the tag of CommandComplete for a COMMIT.
var commitDone = []byte("COMMIT\x00")

func (r *replyCutter) carry(p *pipe) error {
	in := bufio.NewReaderSize(p.from, 32<<10)
	var claim claimWatch
	for {
		message, err := postgresMessage(in)
		if err != nil {
			return err
		}
		committed := message[0] == 'C' && bytes.Equal(message[5:], commitDone)
		if (claim.ends(message) || committed) && r.take() {
			return errCut
		}
		// What the kernel has read already belongs to one write, as without us.
		for in.Buffered() >= 5 {
			head, _ := in.Peek(5)
			if in.Buffered() < 1+int(binary.BigEndian.Uint32(head[1:])) || r.armed.Load() > 0 {
				break
			}
			next, err := postgresMessage(in)
			if err != nil {
				return err
			}
			claim.ends(next)
			message = append(message, next...)
		}
		if err := p.pass(message); err != nil {
			return err
		}
	}
}

// claimWatch knows the answer to a claim by its beginning: bound, and the time
// of the commit as the only column of the first row. Only a look at the clock is
// like it, which comes once a minute and may be lost as well.
type claimWatch struct {
	last    byte // the type of the message before
	claimed bool // since the last end of a transaction
}

// ends reports whether with this message a claim has taken effect.
func (w *claimWatch) ends(message []byte) bool {
	kind, last := message[0], w.last
	w.last = kind
	switch {
	case kind == 'D' && last == '2' && isTime(message[5:]):
		w.claimed = true
	case kind == 'Z':
		defer func() { w.claimed = false }()
		return w.claimed && message[5] == 'I'
	}
	return false
}

// isTime reports whether a row is one column that holds about the present, on a
// clock that may have been set.
func isTime(row []byte) bool {
	if len(row) != 2+4+8 || row[1] != 1 {
		return false
	}
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(binary.BigEndian.Uint64(row[6:])) * time.Microsecond)
	return time.Since(at).Abs() < 72*time.Hour
}

// take takes one of the answers that are to be lost.
func (r *replyCutter) take() bool {
	for {
		n := r.armed.Load()
		if n <= 0 {
			return false
		}
		if r.armed.CompareAndSwap(n, n-1) {
			r.cut.Add(1)
			return true
		}
	}
}

// postgresMessage reads one message of the server: a type, a length that counts
// itself, and so many bytes.
func postgresMessage(in *bufio.Reader) ([]byte, error) {
	head := make([]byte, 5)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	message := make([]byte, 1+int(binary.BigEndian.Uint32(head[1:])))
	copy(message, head)
	_, err := io.ReadFull(in, message[5:])
	return message, err
}
