//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"time"
)

// held is what a member knows of ops that the server put off (P13): they and all
// above them are unsent again, each once the server has said so.
type held struct {
	back bool // nothing is sent until all of it may be sent again
	over bool // the wait that the server asked for is over
}

// takeRefusal handles reject and error. The server may put an op off, and then
// call those above it gaps; every other refusal ends the run.
func (m *member) takeRefusal(payload []byte, kind string) error {
	var f struct {
		Code  string        `json:"code"`
		Seq   int64         `json:"seq"`
		Retry time.Duration `json:"retry_ms"`
	}
	if err := json.Unmarshal(payload, &f); err != nil {
		return fmt.Errorf("decoding %s: %w", kind, err)
	}
	busy, gap := kind == "reject" && f.Code == "busy", kind == "error" && f.Code == "seq_gap"
	if !busy && !gap || f.Seq <= m.answered || f.Seq > m.seq || m.open == 0 {
		return fmt.Errorf("the server answered %.300s", payload)
	}
	m.open--
	if busy {
		m.busied++
	}
	if !m.held.back {
		m.held.back = true
		m.resume(f.Retry * time.Millisecond)
	}
	m.sendHeld()
	return nil
}

// resume lets the held ops go after the wait that the server asked for.
func (m *member) resume(after time.Duration) {
	time.AfterFunc(after, func() {
		m.loop.do(func() {
			m.held.over = true
			m.sendHeld()
			m.flush()
		})
	})
}

// sendHeld sends every unanswered op again, in order, when the wait is over and
// each has had its answer: another answer would be taken for one to this sending.
func (m *member) sendHeld() {
	if !m.held.over || m.open > 0 || m.err != nil {
		return
	}
	m.held = held{}
	for _, op := range m.pending {
		m.sendOp(op)
	}
}

// sendOp sends the frame of an op.
func (m *member) sendOp(frame []byte) {
	m.open++
	m.send(frame)
}
