//go:build linux

package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func TestBodiesCarryTheirNumber(t *testing.T) {
	var got []int
	payload := append(appendBody(nil, 7), appendBody([]byte(`","`), 0xabc)...)

	eachMarker(payload, markerStart, func(n int) { got = append(got, n) })

	if len(payload) != 2*bodySize+3 || len(got) != 2 || got[0] != 7 || got[1] != 0xabc {
		t.Errorf("%d bytes with edits %v", len(payload), got)
	}
}

// noTalk is a dialect whose edits go nowhere.
type noTalk struct{}

func (noTalk) open(*tab)                          {}
func (noTalk) take(*tab, []byte, time.Time) error { return nil }
func (noTalk) edit(*tab, []byte)                  {}
func (noTalk) beat(*tab)                          {}
func (noTalk) ready() bool                        { return true }

// What a system lost, doubled or mixed up must not go unnoticed.
func TestATabKnowsWhatItShouldHaveGot(t *testing.T) {
	for name, c := range map[string]struct {
		got     []int
		missing int64
		wrong   bool
	}{
		"everything":          {[]int{0, 1, 2}, 0, false},
		"one too few":         {[]int{0, 2}, 1, true},
		"one twice":           {[]int{0, 1, 1, 2}, -1, true},
		"one twice, one not":  {[]int{0, 1, 1}, 0, true},
		"in some other order": {[]int{2, 0, 1}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := &hall{}
			author, reader := newTab(h, noTalk{}), newTab(h, noTalk{})
			author.socket, reader.socket = &socket{}, &socket{}
			for range 3 {
				author.edit()
			}

			for _, n := range c.got {
				reader.arrived(appendBody(nil, n), time.Now())
			}

			if reader.missing() != c.missing || reader.wrong() != c.wrong {
				t.Errorf("missing %d, wrong %t", reader.missing(), reader.wrong())
			}
			if author.missing() != 0 || author.wrong() {
				t.Error("the author, who gets nothing back, lacks something")
			}
			if reader.forgive(); reader.missing() != 0 || reader.wrong() {
				t.Error("a forgiven tab still lacks something")
			}
		})
	}
}

// No Centrifugo runs in the tests; this server speaks as its documentation of the
// JSON protocol says.
func TestCentrifugoClientFollowsItsProtocol(t *testing.T) {
	script := map[string]string{
		`"connect"`:   `{"id":1,"connect":{"client":"c","version":"6"}}` + "\n{}",
		`"subscribe"`: `{"id":2,"subscribe":{}}`,
		`"publish"`:   `{"push":{"channel":"room-1","pub":{"data":{"body":"` + string(appendBody(nil, 0)) + `"}}}}` + "\n" + `{"id":3,"publish":{}}`,
	}
	ponged := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		for err == nil {
			var got []byte
			if _, got, err = ws.Read(r.Context()); string(got) == "{}" {
				ponged <- struct{}{}
			}
			for what, answer := range script {
				if strings.Contains(string(got), what) {
					err = ws.Write(r.Context(), websocket.MessageText, []byte(answer))
				}
			}
		}
	}))
	defer srv.Close()
	l, err := newLoop()
	if err != nil {
		t.Fatal(err)
	}
	defer l.stop()
	b := &bench{loop: l, size: quickSize}
	p := &peer{name: "Centrifugo", path: "/connection/websocket", echoes: true, addrs: []string{strings.TrimPrefix(srv.URL, "http://")},
		speak: func(*hall, *tab) dialect { return &centrifugoTalk{} }}
	halls := []*hall{{name: "room-1"}}
	defer b.emptyHalls(halls)

	err = b.fillHalls(p, halls, 1, 0)
	l.do(func() {
		if err == nil {
			halls[0].tabs[0].edit()
		}
	})

	if err != nil || b.settleHalls(p, halls) != nil || p.faults != (faults{}) {
		t.Errorf("err %v, faults %+v", err, p.faults)
	}
	select {
	case <-ponged:
	case <-time.After(5 * time.Second):
		t.Error("a ping has no answer")
	}
}

func TestYjsScriptNeedsItsPlaceholders(t *testing.T) {
	if _, err := parseYjs("0101f0ffffff0f00"); err == nil {
		t.Error("an update without a body was taken")
	}
}
