//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// peersIdle asks how much memory a connection holds that does nothing: a fresh
// process of each system, a few members in and out, then everybody in.
func peersIdle(ctx context.Context, b *bench) error {
	n := b.size.idlers
	t := b.table(fmt.Sprintf("%d idle connections in %d rooms", n, b.size.spread))
	limit, err := fileLimit()
	if err != nil {
		return err
	}
	if n+spareFiles > limit {
		return fmt.Errorf("this machine allows %d open files: too few for %d connections", limit, n)
	}
	systems := append(b.lab.peers(), b.lab.frame)
	b.lab.parley.apart = true
	defer func() { b.lab.parley.apart = false }()
	const what = "RSS per connection"
	err = b.inTurnsOf(b.size.idleRuns, systems, func(s system) error {
		if s == system(b.lab.centrifugo) {
			return nil // its process is not the bench's
		}
		return b.with(ctx, []system{s}, 1, venues("Idle", b.size.spread, 2), func(halls map[system][]*hall) error {
			if err := b.fillHalls(s, halls[s][:1], roomOf, 0); err != nil {
				return err
			}
			b.emptyHalls(halls[s])
			time.Sleep(b.size.settle / 4)
			before, err := rssOf(s.pids()[0])
			if err != nil {
				return err
			}
			began := time.Now()
			if err := b.fillHalls(s, halls[s], n/b.size.spread, 0); err != nil {
				return err
			}
			t.add(s, fmt.Sprintf("members in, %d dialling at once", dialers), "/s", float64(n)/time.Since(began).Seconds())
			time.Sleep(b.size.settle)
			after, err := rssOf(s.pids()[0])
			if err != nil {
				return err
			}
			t.add(s, what, "KB", float64(after-before)/1024/float64(n))
			return b.settleHalls(s, halls[s])
		})
	})
	b.claim(t, fmt.Sprintf("%d idle: %s", n, what), what, "frame", target{atMost: 1})
	return err
}
