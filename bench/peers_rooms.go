//go:build linux

package main

import (
	"context"
	"fmt"
)

// roomOf is the people of an ordinary room.
const roomOf = 5

// peersRooms asks for latency and cost of ordinary work: many rooms of five
// people, edits spread over them.
func peersRooms(ctx context.Context, b *bench) error {
	systems := b.lab.peers()
	t := b.table(fmt.Sprintf("%d rooms × %d members, %d edits/s", b.size.peered, roomOf, b.size.paced))
	const p, cost = "edit → the others", "CPU with PostgreSQL, per 1,000 edits"
	err := b.with(ctx, systems, 1, venues("Room", b.size.peered, roomOf), func(halls map[system][]*hall) error {
		for _, s := range systems {
			if err := b.fillHalls(s, halls[s], roomOf, 0); err != nil {
				return err
			}
		}
		return b.inTurns(systems, func(s system) error {
			got, err := b.paceHalls(s, halls[s], roomOf, b.size.paced, false)
			if err != nil {
				return err
			}
			t.latency(s, p, got.delays)
			t.add(s, cost, "s", (got.used.server+got.used.database).Seconds()/got.acks*1000)
			t.add(s, "CPU of the server, per 1,000 edits", "s", got.used.server.Seconds()/got.acks*1000)
			return nil
		})
	})
	for _, c := range []struct {
		what   string
		target float64
	}{{p + ", p50", 0.75}, {p + ", p99", 0.75}, {cost, 0.5}} {
		b.claim(t, t.title+": "+c.what, c.what, "ShareDB", target{atMost: c.target})
	}
	return err
}

// peersServers asks what the second server adds: an author at the first, one
// member at the first, or at the second, over Redis.
func peersServers(ctx context.Context, b *bench) error {
	l := b.lab
	systems := []system{l.parley, l.sharedb, l.hocuspocus, l.socketio}
	t := b.table("Two servers over Redis, one member, one edit in flight")
	const near, far = "both at one server", "the member at the other server"
	err := b.with(ctx, systems, 2, venues("Pair", 2, 2), func(halls map[system][]*hall) error {
		for _, s := range systems {
			for i, h := range halls[s] {
				if err := b.fillHalls(s, []*hall{h}, 1, 0); err != nil {
					return err
				}
				if err := b.fillHalls(s, []*hall{h}, 2, i); err != nil {
					return err
				}
			}
		}
		return b.inTurns(systems, func(s system) error {
			for i, what := range []string{near, far} {
				took, err := b.oneByOne(ctx, halls[s][i], 3*b.size.alone)
				if err != nil {
					return err
				}
				t.latency(s, what, took)
			}
			return b.settleHalls(s, halls[s])
		})
	})
	added := series{}
	for i, v := range t.of(far+", p50", "Parley") {
		added = append(added, v-t.of(near+", p50", "Parley")[i])
	}
	b.claimValue("the second server, added to one server's p50", added, "ms", target{atMost: 0.3})
	b.claim(t, "the second server, total p50", far+", p50", "ShareDB", target{atMost: 0.5})
	l.parley.apart = false
	return err
}
