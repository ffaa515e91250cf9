//go:build linux

package main

import (
	"fmt"
	"time"
)

// stretch is what a system did in a stretch of time.
type stretch struct {
	tally
	caught time.Duration   // until everybody had everything, after it
	delays []time.Duration // edit → each other tab, or the last one, by what was asked
	waits  []time.Duration // edit → answer at the author
}

// paceHalls sends edits at a fixed rate, hall after hall and author after author,
// and notes how long each took to each other tab, or to the last of them.
func (b *bench) paceHalls(s system, halls []*hall, authors, perSecond int, lastOnly bool) (stretch, error) {
	var out stretch
	b.loop.do(func() {
		for _, h := range halls {
			hookDelays(h, &out.delays, lastOnly)
		}
	})
	turn := 0
	cancel, err := b.loop.every(time.Second/time.Duration(perSecond), func() {
		h := halls[turn%len(halls)]
		h.tabs[turn/len(halls)%min(authors, len(h.tabs))].edit()
		turn++
	})
	if err != nil {
		return out, err
	}
	time.Sleep(min(warmUp, b.size.stretch/2))
	out.tally, err = b.countHalls(s, halls)
	cancel()
	if err != nil {
		return out, err
	}
	if err := b.settleHalls(s, halls); err != nil {
		return out, err
	}
	b.loop.do(func() { unhookHalls(halls) })
	return out, nil
}

// hookDelays notes in out when edits of h reach tabs.
func hookDelays(h *hall, out *[]time.Duration, lastOnly bool) {
	left := map[int]int{} // other tabs that an edit has not reached
	for _, t := range h.tabs {
		t.onEdit = func(t *tab, n int, at time.Time) {
			if h.by[n] == t {
				return
			}
			if !lastOnly {
				*out = append(*out, at.Sub(h.sent[n]))
				return
			}
			if _, seen := left[n]; !seen {
				left[n] = len(h.tabs) - 1
			}
			if left[n]--; left[n] == 0 {
				delete(left, n)
				*out = append(*out, at.Sub(h.sent[n]))
			}
		}
	}
}

// pushHalls keeps window edits of the first authors of each hall unanswered, and
// counts.
func (b *bench) pushHalls(s system, halls []*hall, authors, window int) (stretch, error) {
	out, err := b.pushing(s, halls, authors, min(window, s.window()))
	if err != nil {
		return out, err
	}
	start := time.Now()
	err = b.settleWithin(s, halls, drainTimeout)
	out.caught = time.Since(start)
	return out, err
}

// drainTimeout bounds the wait for what has piled up under full windows: each of
// thousands may have to read it again.
const drainTimeout = 90 * time.Second

// pushing is pushHalls that leaves the last edits without an answer.
func (b *bench) pushing(s system, halls []*hall, authors, window int) (stretch, error) {
	var out stretch
	b.loop.do(func() {
		for _, h := range halls {
			for _, t := range h.tabs[:min(authors, len(h.tabs))] {
				var asked []time.Time
				send := func() {
					asked = append(asked, time.Now())
					t.edit()
				}
				t.onAck = func(_ *tab, at time.Time) {
					out.waits = append(out.waits, at.Sub(asked[0]))
					asked = asked[1:]
					send()
				}
				for range window {
					send()
				}
			}
		}
	})
	time.Sleep(min(warmUp, b.size.stretch/2))
	b.loop.do(func() { out.waits = nil })
	var err error
	out.tally, err = b.countHalls(s, halls)
	b.loop.do(func() { unhookHalls(halls) })
	return out, err
}

// countHalls returns what happened in the next stretch.
func (b *bench) countHalls(s system, halls []*hall) (tally, error) {
	before, err := b.lookAt(s, halls)
	if err != nil {
		return tally{}, err
	}
	time.Sleep(b.size.stretch)
	after, err := b.lookAt(s, halls)
	if err != nil {
		return tally{}, err
	}
	return tally{seconds: after.seconds - before.seconds, acks: after.acks - before.acks,
		deliveries: after.deliveries - before.deliveries, used: after.used.since(before.used)}, nil
}

// lookAt adds up where things stand now.
func (b *bench) lookAt(s system, halls []*hall) (out tally, err error) {
	b.loop.do(func() {
		out.seconds = time.Since(b.began).Seconds()
		for _, h := range halls {
			for _, t := range h.tabs {
				out.acks += float64(t.answered)
				out.deliveries += float64(t.received)
				if t.err != nil && err == nil {
					err = fmt.Errorf("%s: a tab of %s: %w", s.label(), h.name, t.err)
				}
			}
		}
	})
	if err != nil {
		return out, err
	}
	for _, pid := range s.pids() {
		cpu, err := cpuOf(pid)
		if err != nil {
			return out, err
		}
		out.used.server += cpu
	}
	out.used.database, err = cpuOfTree(b.server.postmaster)
	return out, err
}
