package faults

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"sync/atomic"
)

// replyCutter carries PostgreSQL's answers, message by message, and cuts a
// connection instead of delivering the answer to a COMMIT: the server cannot
// know whether it took effect.
type replyCutter struct {
	armed atomic.Int64 // how many answers are still to be lost
	cut   atomic.Int64 // how many were
}

// commitDone is the tag of CommandComplete for a COMMIT.
var commitDone = []byte("COMMIT\x00")

func (r *replyCutter) carry(p *pipe) error {
	in := bufio.NewReaderSize(p.from, 32<<10)
	for {
		message, err := postgresMessage(in)
		if err != nil {
			return err
		}
		if message[0] == 'C' && bytes.Equal(message[5:], commitDone) && r.take() {
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
			message = append(message, next...)
		}
		if err := p.pass(message); err != nil {
			return err
		}
	}
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
