package realtime

import (
	"strings"
	"testing"
	"testing/synctest"

	"parley/room"
)

func TestHelloThatDoesNotOpenTheRoom(t *testing.T) { // P4, P6
	other := room.ID(uid(2))
	tests := map[string]struct {
		hello string
		code  string
		close int
	}{
		"unknown token":     {helloText("nobody"), "unauthorized", 4001},
		"ended session":     {helloText("sam"), "unauthorized", 4001},
		"another room's":    {helloText("foreign"), "unauthorized", 4001},
		"no token":          {`{"t":"hello","v":1,"client":"` + uid(5) + `"}`, "unauthorized", 4001},
		"another version":   {`{"t":"hello","v":2,"client":"` + uid(5) + `","token":"marc"}`, "bad_frame", 4009},
		"no hello":          {`{"t":"ping","n":1}`, "bad_frame", 4009},
		"op before hello":   {opText(room.Shared, 1, milestone, "x"), "bad_frame", 4009},
		"more than 4 KiB":   {`{"t":"hello","v":1,"client":"` + uid(5) + `","token":"` + strings.Repeat("x", 5000) + `"}`, "too_large", 4009},
		"half of an object": {`{"t":"hello",`, "bad_frame", 4009},
	}
	messages := map[string]string{}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, setup{})
				b.store.addRoom(t, other)
				b.store.grant("foreign", other, marc)
				b.store.end("sam")
				c, err := b.connect(nil)
				if err != nil {
					t.Fatal(err)
				}

				c.say(tt.hello)

				f := c.next()
				if f.T != "error" || f.Code != tt.code || !f.Fatal {
					t.Errorf("got %s", f.raw)
				}
				if tt.code == "unauthorized" {
					messages[f.raw] = name
				}
				if code := c.closed(); int(code) != tt.close {
					t.Errorf("closed with %d", code)
				}
				b.stop()
			})
		})
	}
	if len(messages) != 1 {
		t.Errorf("the answers tell tokens apart: %v", messages)
	}
}

func TestStoreDownAtHello(t *testing.T) { // P35
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		for _, call := range []string{"authenticate", "heads", "live", "snapshot"} {
			b.store.setFail(func(c string) error {
				if c == call {
					return errStoreDown
				}
				return nil
			})
			c, err := b.connect(nil)
			if err != nil {
				t.Fatal(err)
			}
			c.say(helloText("marc"))
			if f := c.next(); f.T != "bye" || f.Why != "restart" || f.RetryMS < 1000 {
				t.Errorf("%s fails: %s", call, f.raw)
			}
			if code := c.closed(); code != closeRestart {
				t.Errorf("%s fails: closed with %d", call, code)
			}
		}
		b.store.setFail(nil)
		b.join("marc")
		b.stop()
	})
}

func TestFullRoomTurnsSocketsAway(t *testing.T) { // I12
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{options: Options{MaxMembers: 2}})
		b.join("priya")
		b.join("marc")
		c, err := b.connect(nil)
		if err != nil {
			t.Fatal(err)
		}

		c.say(helloText("sam"))

		if f := c.next(); f.T != "error" || f.Code != "rate" {
			t.Errorf("got %s", f.raw)
		}
		if code := c.closed(); code != closeTooFast {
			t.Errorf("closed with %d", code)
		}
		b.stop()
	})
}

// However many follow a room, who works on its plan comes in.
func TestAnAudienceKeepsNobodyOut(t *testing.T) { // I12
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{options: Options{MaxMembers: 4, MaxWatchers: 2}})
		b.join("watcher")
		b.join("watcher")
		c, err := b.connect(nil)
		if err != nil {
			t.Fatal(err)
		}

		c.say(helloText("watcher"))

		if f := c.next(); f.T != "error" || f.Code != "rate" {
			t.Errorf("a third watcher got %s", f.raw)
		}
		b.join("priya")
		b.join("marc")
		b.stop()
	})
}
