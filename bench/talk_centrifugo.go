//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// centrifugoTalk is a client of Centrifugo's JSON protocol: one channel a room,
// whose subscribers may publish. It relays; its answers promise no storage.
type centrifugoTalk struct {
	subscribed bool
	last       int64 // id of the last command
}

func (c *centrifugoTalk) open(t *tab) { t.send([]byte(`{"id":1,"connect":{}}`)) }

func (c *centrifugoTalk) ready() bool { return c.subscribed }

func (c *centrifugoTalk) beat(*tab) {} // the server pings

func (c *centrifugoTalk) edit(t *tab, body []byte) {
	c.last++
	command := fmt.Appendf(nil, `{"id":%d,"publish":{"channel":%q,"data":{"body":"`, c.last, t.hall.name)
	t.send(append(append(command, body...), `"}}}`...))
}

// take handles a frame, which may hold several replies, one a line.
func (c *centrifugoTalk) take(t *tab, payload []byte, at time.Time) error {
	for line := range bytes.Lines(payload) {
		line = bytes.TrimSpace(line)
		if bytes.HasPrefix(line, []byte(`{"push":`)) {
			t.arrived(line, at)
			continue
		}
		if bytes.Equal(line, []byte(`{}`)) {
			t.send(line) // ping and pong look alike
			continue
		}
		var reply struct {
			ID    int64           `json:"id"`
			Error json.RawMessage `json:"error"`
		}
		if err := json.Unmarshal(line, &reply); err != nil || reply.Error != nil {
			return fmt.Errorf("the answer was %.300s", line)
		}
		switch reply.ID {
		case 1:
			c.last = 2
			t.send(fmt.Appendf(nil, `{"id":2,"subscribe":{"channel":%q}}`, t.hall.name))
		case 2:
			c.subscribed = true
		default:
			if err := t.acked(at); err != nil {
				return err
			}
		}
	}
	return nil
}
