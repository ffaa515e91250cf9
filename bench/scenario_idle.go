//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// spareFiles is what the generator and the server need beside their sockets.
const spareFiles = 300

// idle asks how much memory a connection holds that does nothing but ping.
//
// Each run starts a fresh server process on the same data, lets a few members in
// and out, reads its memory, connects everybody, rests, and reads it again.
// Nobody asks the server to collect garbage.
func idle(ctx context.Context, b *bench) error {
	limit, err := fileLimit()
	if err != nil {
		return err
	}
	crowds, err := b.roomsOf(ctx, "Idle", b.size.spread, 5)
	if err != nil {
		return err
	}
	perConn, rate := make([]series, len(b.size.idle)), series{}
	for run := range b.size.runs {
		if err := b.restart(ctx); err != nil {
			return err
		}
		counts := b.size.idle[:1]
		if run == b.size.runs-1 { // the larger counts once: they show whether the figure holds
			counts = b.size.idle
		}
		if err := b.idleRun(crowds, counts, limit, perConn, &rate); err != nil {
			return err
		}
	}
	const title = "Idle connections"
	for i, n := range b.size.idle {
		if len(perConn[i]) > 0 {
			b.add(row{title, fmt.Sprintf("RSS per connection, %d in %d rooms", n, b.size.spread), "KB", perConn[i], "", nil, target{atMost: 12}})
		}
	}
	b.add(row{title, fmt.Sprintf("members welcomed with a snapshot, %d dialling at once", dialers), "/s", rate, "", nil, target{}})
	return nil
}

func (b *bench) idleRun(crowds []*crowd, counts []int, limit int, perConn []series, rate *series) error {
	if err := b.enter(crowds[:1], 5); err != nil {
		return err
	}
	b.leave(crowds[:1])
	time.Sleep(b.size.settle / 4)
	before, err := rssOf(b.server.pid)
	if err != nil {
		return err
	}
	defer b.leave(crowds)
	for i, n := range counts {
		if n+spareFiles > limit {
			fmt.Printf("skipping %d idle connections: this machine allows %d open files\n", n, limit)
			continue
		}
		began := time.Now()
		if err := b.enter(crowds, n/b.size.spread); err != nil {
			return err
		}
		if i == 0 {
			*rate = append(*rate, float64(n)/time.Since(began).Seconds())
		}
		time.Sleep(b.size.settle)
		after, err := rssOf(b.server.pid)
		if err != nil {
			return err
		}
		perConn[i] = append(perConn[i], float64(after-before)/1024/float64(n))
	}
	return settle(b.loop, crowds)
}
