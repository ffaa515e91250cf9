//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
)

// sample is what the server really sends for one edit; the floors send and
// store the same bytes.
type sample struct {
	frame []byte // a commits frame of one commit, as it goes over the socket
	body  []byte // the commit in it, as the log keeps it
}

// takeSample makes one edit between two people and keeps what the server made
// of it.
func (b *bench) takeSample(ctx context.Context) error {
	c, err := b.room(ctx, "Sample", 2)
	if err != nil {
		return err
	}
	crowds := []*crowd{c}
	if err := b.enter(crowds, 2); err != nil {
		return err
	}
	defer b.leave(crowds)
	// The second edit stands for all later ones: it replaces a title of its size.
	for range 2 {
		b.loop.do(func() {
			c.sampling = true
			m := c.editors(1)[0]
			m.edit(c.milestones[0])
			m.flush()
		})
		if err := settle(b.loop, crowds); err != nil {
			return err
		}
	}
	var payload []byte
	b.loop.do(func() { payload = c.sample })
	var frame struct {
		Commits []json.RawMessage `json:"commits"`
	}
	if err := json.Unmarshal(payload, &frame); err != nil || len(frame.Commits) != 1 {
		return fmt.Errorf("a commits frame of one commit is not what it says (%w): %.300s", err, payload)
	}
	b.sample = sample{frame: appendServerFrame(nil, payload), body: frame.Commits[0]}
	return nil
}

// openCommitFloor starts a commit floor with connections and rooms of its own.
func (b *bench) openCommitFloor(conns, rooms int) (*floor, error) {
	f, err := startFloor("commit", b.pinned)
	if err != nil {
		return nil, err
	}
	_, err = f.ask(floorOrder{Do: "open", DSN: b.server.dsn, Frame: b.sample.body, N: conns, Rooms: rooms})
	if err != nil {
		closing(&err, f.stop)
		return nil, err
	}
	return f, nil
}
