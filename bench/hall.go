//go:build linux

package main

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// bodySize is the bytes of text that one edit carries in every system.
const bodySize = 200

// markerStart begins the marker of a body: eight hex digits, the edit's number
// in its hall, follow.
const markerStart = "~m"

// The start of a marker where what was there before may come along.
const (
	parleyMarker  = `"set":{"title":"` + markerStart
	sharedbMarker = `"oi":"` + markerStart
)

// bodyRest fills a body up.
var bodyRest = bytes.Repeat([]byte(" Security review, agreed."), bodySize/8)

// appendBody appends the body of edit n.
func appendBody(dst []byte, n int) []byte {
	start := len(dst)
	dst = fmt.Appendf(dst, "%s%08x", markerStart, n)
	return append(dst, bodyRest[:bodySize-(len(dst)-start)]...)
}

// eachMarker calls f for every edit whose marker begins with start in payload, in
// order.
func eachMarker(payload []byte, start string, f func(n int)) {
	const digits = 8
	for {
		at := bytes.Index(payload, []byte(start))
		if at < 0 || len(payload) < at+len(start)+digits {
			return
		}
		payload = payload[at+len(start):]
		if n, err := strconv.ParseUint(string(payload[:digits]), 16, 32); err == nil {
			f(int(n))
		}
	}
}

// dialect is how one tab of a system speaks. Everything happens on the loop's
// thread.
type dialect interface {
	open(t *tab) // says what comes first on a new socket
	take(t *tab, payload []byte, at time.Time) error
	edit(t *tab, body []byte) // queues one edit
	beat(t *tab)              // says what keeps an idle socket alive
	ready() bool              // everything up to now has arrived
}

// hall is one room of any system, with those in it. The loop's thread owns it.
type hall struct {
	name  string
	crowd *crowd // of a room of Parley
	tabs  []*tab
	sent  []time.Time // when edit n left
	by    []*tab      // who sent it
	total uint64      // of the numbers of all edits
	seats int         // tabs that ever came
}

// beat has every tab say what keeps it alive, each a heartbeat after its last.
func (h *hall) beat(now time.Time) {
	for _, t := range h.tabs {
		if t.err == nil && t.member == nil && now.Sub(t.beaten) >= heartbeat {
			t.beaten = now
			t.talk.beat(t)
			t.flush()
		}
	}
}

// tab is one connected member of any system.
type tab struct {
	*socket
	talk   dialect
	hall   *hall
	echoed bool    // its own edits come back to it
	marker string  // how an edit begins in what it gets
	member *member // of Parley, which checks revs itself

	asked, answered, received int64
	repeated                  int64  // deliveries that its client is to ignore
	own, sum                  uint64 // of the numbers it sent, and got
	base                      int    // edits before its time
	baseTotal                 uint64
	leftAt                    int // edits there were when it left, settled
	leftTotal                 uint64
	beaten                    time.Time

	onEdit func(t *tab, n int, at time.Time)
	onAck  func(t *tab, at time.Time)
}

// newTab is a tab of h to whom everything up to now counts as known.
func newTab(h *hall, talk dialect) *tab {
	return &tab{hall: h, talk: talk, marker: markerStart, base: len(h.sent), baseTotal: h.total, beaten: time.Now()}
}

// edit sends the hall's next edit.
func (t *tab) edit() {
	n := len(t.hall.sent)
	t.hall.total += uint64(n)
	t.own += uint64(n)
	t.asked++
	t.hall.sent, t.hall.by = append(t.hall.sent, time.Now()), append(t.hall.by, t)
	t.talk.edit(t, appendBody(make([]byte, 0, bodySize), n))
	t.hall.sent[n] = time.Now()
	t.flush()
}

// arrived notes the edits in payload.
func (t *tab) arrived(payload []byte, at time.Time) {
	eachMarker(payload, t.marker, func(n int) {
		t.received++
		t.sum += uint64(n)
		if t.onEdit != nil {
			t.onEdit(t, n, at)
		}
	})
}

// acked notes that the system took the oldest edit of t without an answer.
func (t *tab) acked(at time.Time) error {
	if t.answered++; t.answered > t.asked {
		return fmt.Errorf("answer %d came to %d edits", t.answered, t.asked)
	}
	if t.onAck != nil {
		t.onAck(t, at)
	}
	return nil
}

// missing is how many edits have yet to come; negative when some came twice.
func (t *tab) missing() int64 {
	want := int64(len(t.hall.sent) - t.base)
	if !t.echoed {
		want -= t.asked
	}
	if t.member != nil {
		want -= t.member.skipped
	}
	return want - t.received
}

// wrong reports whether t, with as many edits as there were, got other ones.
func (t *tab) wrong() bool {
	want := t.hall.total - t.baseTotal
	if !t.echoed {
		want -= t.own
	}
	return t.member == nil && t.sum != want
}

// forgive counts everything up to now as received, after it was reported.
func (t *tab) forgive() {
	t.received += t.missing()
	t.sum = t.hall.total - t.baseTotal
	if !t.echoed {
		t.sum -= t.own
	}
}
