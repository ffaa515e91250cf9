//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
)

// enterTimeout bounds the wait for thousands who enter one room.
const enterTimeout = 3 * time.Minute

// fillHalls connects tabs until every hall has n, on the given server, and returns
// when all are ready. The first of a hall may have to make its document.
func (b *bench) fillHalls(s system, halls []*hall, n, server int) error {
	for _, upTo := range []int{1, n} {
		var g errgroup.Group
		g.SetLimit(dialers)
		for _, h := range halls {
			var have int
			b.loop.do(func() { have = len(h.tabs) })
			for range max(upTo-have, 0) {
				g.Go(func() error { return b.seat(s, h, server, nil) })
			}
		}
		if err := g.Wait(); err != nil {
			return fmt.Errorf("entering %s: %w", s.label(), err)
		}
		if err := b.settleWithin(s, halls, enterTimeout); err != nil {
			return fmt.Errorf("entering: %w", err)
		}
	}
	return nil
}

// seat connects one tab, instead of an earlier one that has left if was is one.
func (b *bench) seat(s system, h *hall, server int, was *tab) error {
	t, err := s.connect(b, h, server, was)
	if err != nil {
		return err
	}
	b.loop.do(func() { h.tabs = append(h.tabs, t) })
	return nil
}

// settleHalls waits until every tab is ready and has its answers and edits. What
// is then missing, wrong or doubled is an error, of a peer a fault to report.
func (b *bench) settleHalls(s system, halls []*hall) error {
	return b.settleWithin(s, halls, settleTimeout)
}

// settleWithin is settleHalls with another patience.
func (b *bench) settleWithin(s system, halls []*hall, patience time.Duration) (err error) {
	waiting, behind := 1, 0
	for start := time.Now(); time.Since(start) < patience && waiting+behind > 0; time.Sleep(2 * time.Millisecond) {
		b.loop.do(func() { waiting, behind, err = unready(halls) })
		if err != nil {
			return fmt.Errorf("%s: %w", s.label(), err)
		}
	}
	var missing, twice, wrong, repeated int64
	b.loop.do(func() {
		for _, h := range halls {
			for _, t := range h.tabs {
				switch n := t.missing(); {
				case n > 0:
					missing += n
				case n < 0:
					twice -= n
				case t.wrong():
					wrong++
				}
				t.forgive()
				repeated += t.repeated
				t.repeated = 0
			}
		}
	})
	s.repeats(repeated)
	if missing == 0 && twice == 0 && wrong == 0 && waiting == 0 {
		return nil
	}
	what := fmt.Sprintf("%d tabs waiting, %d deliveries missing, %d doubled, %d tabs with others than were sent", waiting, missing, twice, wrong)
	fmt.Fprintf(os.Stderr, "bench: %s: %s\n", s.label(), what)
	if waiting == 0 && s.faulty(missing, twice, wrong) {
		return nil
	}
	return fmt.Errorf("%s after %s: %s", s.label(), patience, what)
}

// unready counts the tabs that wait for an answer, and those that lack edits.
func unready(halls []*hall) (waiting, behind int, err error) {
	for _, h := range halls {
		for _, t := range h.tabs {
			if t.err != nil {
				return 0, 0, fmt.Errorf("a tab of %s: %w", h.name, t.err)
			}
			switch {
			case !t.talk.ready() || t.answered < t.asked:
				waiting++
			case t.missing() > 0:
				behind++
			}
		}
	}
	return waiting, behind, nil
}

// emptyHalls closes every tab.
func (b *bench) emptyHalls(halls []*hall) {
	b.loop.do(func() {
		for _, h := range halls {
			for _, t := range h.tabs {
				b.drop(t)
			}
			h.tabs = nil
		}
	})
}

// drop closes one tab; on the loop's thread.
func (b *bench) drop(t *tab) {
	if t.member != nil {
		c := t.member.crowd
		if !c.doomed {
			b.checks.saw(t.member)
		}
		c.head = max(c.head, t.member.rev)
		for i, m := range c.members {
			if m == t.member {
				c.members = append(c.members[:i], c.members[i+1:]...)
				break
			}
		}
	}
	t.leftAt, t.leftTotal = len(t.hall.sent), t.hall.total
	t.close()
}

// oneByOne has the first tab of h send edits, each when the one before has
// reached everybody and has its answer, and returns for each how long it took to
// the last tab.
func (b *bench) oneByOne(ctx context.Context, h *hall, edits int) (last []time.Duration, err error) {
	done := make(chan struct{})
	b.loop.do(func() {
		author := h.tabs[0]
		others := len(h.tabs) - 1
		var current, waiting int
		var latest time.Time
		next := func() {
			if len(last) == edits {
				close(done)
				return
			}
			current, waiting = len(h.sent), others+1
			author.edit()
		}
		arrived := func() {
			if waiting--; waiting == 0 {
				last = append(last, latest.Sub(h.sent[current]))
				next()
			}
		}
		for _, t := range h.tabs {
			t.onEdit = func(t *tab, n int, at time.Time) {
				if n == current && t != author {
					latest = at
					arrived()
				}
			}
		}
		author.onAck = func(_ *tab, _ time.Time) { arrived() }
		next()
	})
	select {
	case <-done:
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(editPause + time.Duration(edits)*time.Second/5):
		err = fmt.Errorf("in %s an edit did not reach everybody", h.name)
	}
	b.loop.do(func() { unhookHalls([]*hall{h}) })
	return last, err
}

func unhookHalls(halls []*hall) {
	for _, h := range halls {
		for _, t := range h.tabs {
			t.onEdit, t.onAck = nil, nil
		}
	}
}
