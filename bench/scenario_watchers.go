//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	// watchedEditors are the people who work on the plan that everybody watches.
	watchedEditors = 5
	// watchedPause is between two edits: people in a call, not a load test.
	watchedPause = 100 * time.Millisecond
	// pagesPerSecond is how many watchers fetch the page: as many as their script
	// lets, see client/src/watch/live.ts.
	pagesPerSecond = 500
)

// watchers asks what those who follow a room cost those who work in it: the same
// five editors, edit by edit, without and with an audience that gets every commit
// and fetches the page again.
//
// Floor: the same room a moment before, without the audience.
func watchers(ctx context.Context, b *bench) error {
	for _, n := range b.size.watchers {
		if err := b.watchedBy(ctx, n); err != nil {
			return fmt.Errorf("%d watchers: %w", n, err)
		}
	}
	return nil
}

func (b *bench) watchedBy(ctx context.Context, n int) error {
	c, err := b.room(ctx, fmt.Sprintf("Watched by %d", n), watchedEditors)
	if err != nil {
		return err
	}
	link, err := b.api.link(ctx, c.id, "none", "viewer")
	if err != nil {
		return err
	}
	crowds := []*crowd{c}
	if err := b.enter(crowds, watchedEditors); err != nil {
		return err
	}
	defer b.leave(crowds)
	var with, alone watchedRun
	for range b.size.runs {
		if err := b.editPaced(ctx, c, &alone); err != nil {
			return err
		}
	}
	if err := b.enter(crowds, watchedEditors+n); err != nil {
		return err
	}
	pages, stop := b.fetchPages(ctx, link, min(n, pagesPerSecond))
	for range b.size.runs {
		if err := b.editPaced(ctx, c, &with); err != nil {
			stop()
			return err
		}
	}
	stop()
	if err := <-pages; err != nil {
		return err
	}
	title := fmt.Sprintf("Watched by %d, %d editors, %d edits/s", n, watchedEditors, time.Second/watchedPause)
	const without = "the same without watchers"
	b.add(row{title, "edit → ack p50", "µs", with.p50, without, alone.p50, target{}},
		row{title, "edit → ack p99", "µs", with.p99, without, alone.p99, target{}},
		row{title, "server CPU per edit", "µs", with.cpu, without, alone.cpu, target{}},
		row{title, "database CPU per edit", "µs", with.database, without, alone.database, target{}})
	return settle(b.loop, crowds)
}

// watchedRun is what editing took, run by run.
type watchedRun struct{ p50, p99, cpu, database series }

// editPaced has the editors edit in turns, with a pause after each edit.
func (b *bench) editPaced(ctx context.Context, c *crowd, e *watchedRun) error {
	before, err := b.usage()
	if err != nil {
		return err
	}
	var acks []time.Duration
	edits := b.size.edits / b.size.blocks
	for i := range edits {
		acked := make(chan time.Duration, 1)
		b.loop.do(func() {
			author := c.editors(watchedEditors)[i%watchedEditors]
			sent := time.Now()
			author.onAck = func(m *member, _, _ int64, at time.Time) {
				m.onAck = nil
				acked <- at.Sub(sent)
			}
			author.edit(c.milestones[i%len(c.milestones)])
			author.flush()
		})
		select {
		case took := <-acked:
			acks = append(acks, took)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(editPause):
			return fmt.Errorf("an edit got stuck: %s", behind(b.loop, []*crowd{c}))
		}
		time.Sleep(watchedPause)
	}
	after, err := b.usage()
	if err != nil {
		return err
	}
	e.p50, e.p99 = append(e.p50, quantile(micros(acks), 0.5)), append(e.p99, quantile(micros(acks), 0.99))
	e.cpu = append(e.cpu, (after.server-before.server).Seconds()*1e6/float64(edits))
	e.database = append(e.database, (after.database-before.database).Seconds()*1e6/float64(edits))
	return nil
}

// fetchPages fetches the watchers' page so many times a second until stop, as
// their scripts do. What it returns tells whether all came.
func (b *bench) fetchPages(ctx context.Context, link string, perSecond int) (done chan error, stop func()) {
	ctx, stop = context.WithCancel(ctx)
	done = make(chan error, 1)
	go func() {
		ticker := time.NewTicker(time.Second / time.Duration(perSecond))
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				done <- nil
				return
			case <-ticker.C:
				if err := fetchPage(ctx, b.server.origin+"/s/"+link); err != nil && ctx.Err() == nil {
					done <- err
					return
				}
			}
		}
	}()
	return done, stop
}

func fetchPage(ctx context.Context, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the watchers' page is answered %s", res.Status)
	}
	return nil
}
