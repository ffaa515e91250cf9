//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// stormDialers is how many of those who come back dial at the same moment: as
// many threads as the generator's core carries without being what is measured.
const stormDialers = 64

// missedEdits is how many edits a room had while the others were away.
const missedEdits = 5

// peersReconnect closes all tabs of every room but one, makes edits there, has
// everybody come back at once, and asks when all have caught up. Clients of
// Parley and ShareDB say where they stopped reading; one of Hocuspocus gets the
// document; one of Socket.IO gets nothing, and does not know that it lacks
// something.
func peersReconnect(ctx context.Context, b *bench) error {
	systems := b.lab.peers()
	t := b.table(fmt.Sprintf("%d members of %d rooms come back at once", b.size.returns*(roomOf-1), b.size.returns))
	return b.with(ctx, systems, 1, venues("Storm", b.size.returns, roomOf), func(halls map[system][]*hall) error {
		for _, s := range systems {
			if err := b.fillHalls(s, halls[s], roomOf, 0); err != nil {
				return err
			}
		}
		return b.inTurns(systems, func(s system) error {
			left, err := b.sendAway(s, halls[s])
			if err != nil {
				return err
			}
			before, err := b.joinsBy(ctx, s)
			if err != nil {
				return err
			}
			start := time.Now()
			if err := b.comeBack(s, halls[s], left); err != nil {
				return err
			}
			t.add(s, "until all have caught up", "ms", float64(time.Since(start).Milliseconds()))
			after, err := b.joinsBy(ctx, s)
			for _, from := range slices.Sorted(maps.Keys(after)) {
				t.add(s, "streams brought up to date from "+from, "", after[from]-before[from])
			}
			return err
		})
	})
}

// sendAway closes all but the first tab of every hall, has that one edit, and
// returns those who left.
func (b *bench) sendAway(s system, halls []*hall) (left map[*hall][]*tab, err error) {
	left = map[*hall][]*tab{}
	b.loop.do(func() {
		for _, h := range halls {
			left[h] = h.tabs[1:]
			for _, t := range left[h] {
				b.drop(t)
			}
			h.tabs = h.tabs[:1:1]
		}
	})
	for range missedEdits {
		b.loop.do(func() {
			for _, h := range halls {
				h.tabs[0].edit()
			}
		})
		if err := b.settleHalls(s, halls); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// comeBack reconnects everybody and waits until all have what they missed.
func (b *bench) comeBack(s system, halls []*hall, left map[*hall][]*tab) error {
	var g errgroup.Group
	g.SetLimit(stormDialers)
	for _, h := range halls {
		for _, t := range left[h] {
			g.Go(func() error { return b.seat(s, h, 0, t) })
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return b.settleHalls(s, halls)
}

// joinsBy reads from Parley's metrics how many streams were brought up to date
// from where; others do not say.
func (b *bench) joinsBy(ctx context.Context, s system) (map[string]float64, error) {
	if s != system(b.lab.parley) {
		return nil, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.server.origin+"/metrics", nil)
	if err != nil {
		return nil, fmt.Errorf("asking for metrics: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("asking for metrics: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	by := map[string]float64{}
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		rest, ok := strings.CutPrefix(lines.Text(), `parley_joins_total{from="`)
		if !ok {
			continue
		}
		from, value, _ := strings.Cut(rest, `"} `)
		if by[from], err = strconv.ParseFloat(value, 64); err != nil {
			return nil, fmt.Errorf("reading %s: %w", lines.Text(), err)
		}
	}
	if len(by) == 0 {
		return nil, fmt.Errorf("the server's metrics do not say where joins come from")
	}
	return by, nil
}
