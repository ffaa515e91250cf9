//go:build linux

package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// peersDurable asks how many edits a second are acknowledged when editors wait
// for each: all in one room, and one in each of as many rooms. The floor inserts
// rows, one a transaction, with 1 and with 16 clients.
func peersDurable(ctx context.Context, b *bench) (err error) {
	l, editors := b.lab, b.size.rooms
	systems := []system{l.parley, l.sharedb, l.hocuspocus}
	t := b.table(fmt.Sprintf("%d editors, one edit in flight each", editors))
	f, err := b.openCommitFloor(contending, 1)
	if err != nil {
		return err
	}
	defer closing(&err, f.stop)
	one, many := "all in one room, acks", fmt.Sprintf("one in each of %d rooms, acks", editors)
	rooms := append([]venue{{"Hot", editors}}, venues("Quiet", editors, 1)...)
	err = b.with(ctx, systems, 1, rooms, func(halls map[system][]*hall) error {
		for _, s := range systems {
			if err := b.fillHalls(s, halls[s][:1], editors, 0); err != nil {
				return err
			}
			if err := b.fillHalls(s, halls[s][1:], 1, 0); err != nil {
				return err
			}
		}
		if err := b.inTurns(systems, func(s system) error {
			if s == system(l.parley) { // once a run
				for _, clients := range []int{1, contending} {
					report, err := f.ask(floorOrder{Do: "inserts", N: clients, For: b.size.stretch})
					if err != nil {
						return err
					}
					t.note(fmt.Sprintf("insert and commit, %d clients", clients), many, "/s", float64(report.N)/report.Seconds)
				}
			}
			for i, crowd := range [][]*hall{halls[s][:1], halls[s][1:]} {
				what := []string{one, many}[i]
				got, err := b.pushHalls(s, crowd, editors, 1)
				if err != nil {
					return err
				}
				t.add(s, what, "/s", got.acks/got.seconds)
				t.add(s, what+": wait for it, p99", "ms", quantile(micros(got.waits), 0.99)/1e3)
			}
			return nil
		}); err != nil {
			return err
		}
		return verifyShareDB(ctx, l.sharedb, halls[l.sharedb])
	})
	hot, spread := t.of(one, "Parley"), t.of(many, "Parley")
	b.claim(t, "one room: acks/s, ours durable", one, "Hocuspocus", target{atLeast: 1})
	b.claimValue("one room: acks/s", hot.over(spread), "× our own over many rooms", target{atLeast: 0.6})
	b.claim(t, "many rooms: acks/s", many, "ShareDB", target{atLeast: 3})
	b.claim(t, "many rooms: acks/s", many, fmt.Sprintf("insert and commit, %d clients", contending), target{atLeast: 0.5})
	return err
}

// verifyShareDB compares what ShareDB acknowledged with its table of ops. Fewer
// would be a loss; more, edits that were committed and sent twice.
func verifyShareDB(ctx context.Context, p *peer, halls []*hall) error {
	stored, err := shareDBStored(ctx, p)
	if err != nil {
		return err
	}
	for _, h := range halls {
		if want := int64(len(h.sent)) + 1; stored[h.name] != want { // one made the document
			p.failures = append(p.failures, fmt.Sprintf("of %d ops of %s its table holds %d", want, h.name, stored[h.name]))
		}
	}
	return nil
}

// shareDBStored counts the ops of each document in the table.
func shareDBStored(ctx context.Context, p *peer) (map[string]int64, error) {
	conn, err := pgx.Connect(ctx, p.dsn)
	if err != nil {
		return nil, fmt.Errorf("connecting to ShareDB's database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, "select doc_id, count(*) from ops group by doc_id")
	if err != nil {
		return nil, fmt.Errorf("counting ShareDB's ops: %w", err)
	}
	stored := map[string]int64{}
	var doc string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&doc, &n}, func() error { stored[doc] = n; return nil })
	return stored, err
}
