//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
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

// sampleWith is the sample's payload with this title set, and with one of the same
// size that was there before.
func (b *bench) sampleWith(title []byte) ([]byte, error) {
	_, payload, _, ok, err := nextFrame(b.sample.frame)
	if err != nil || !ok {
		return nil, fmt.Errorf("the sample is no frame (%w)", err)
	}
	parts := regexp.MustCompile(`"title":"[^"]*"`).FindAllIndex(payload, -1)
	if len(parts) != 2 {
		return nil, fmt.Errorf("the sample has not two titles: %s", payload)
	}
	set, was := parts[0], parts[1]
	return slices.Concat(payload[:set[0]], []byte(`"title":"`), title, payload[set[1]-1:was[0]], []byte(`"title":"`), bodyRest[:len(title)], payload[was[1]-1:]), nil
}
