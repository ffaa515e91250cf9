//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/jackc/pgx/v5"
)

// peersKill has one editor in each of many rooms send edits one by one, kills the
// server in the middle with SIGKILL, and looks in the database for every edit
// that was acknowledged.
func peersKill(ctx context.Context, b *bench) error {
	l := b.lab
	l.parley.apart, l.parley.doomed = true, true
	defer func() { l.parley.apart, l.parley.doomed = false, false }()
	systems := []system{l.parley, l.sharedb, l.hocuspocus}
	t := b.table(fmt.Sprintf("SIGKILL under %d editors in %d rooms", b.size.rooms, b.size.rooms))
	const lost = "acknowledged edits lost"
	err := b.inTurnsOf(b.size.kills, systems, func(s system) error {
		return b.with(ctx, []system{s}, 1, venues("Doomed", b.size.rooms, 1), func(halls map[system][]*hall) error {
			if err := b.fillHalls(s, halls[s], 1, 0); err != nil {
				return err
			}
			if _, err := b.pushing(s, halls[s], 1, 1); err != nil {
				return err
			}
			acked, err := b.killUnder(s, halls[s])
			if err != nil {
				return err
			}
			n, err := b.lostOf(ctx, s, halls[s])
			if err != nil {
				return err
			}
			t.add(s, lost, "", float64(n))
			t.add(s, "acknowledged", "", float64(acked))
			return nil
		})
	})
	b.claimValue("SIGKILL: "+lost, t.of(lost, "Parley"), "", target{none: true})
	return err
}

// killUnder kills the servers of s with edits in flight, and returns how many
// were acknowledged by the time every socket had ended.
func (b *bench) killUnder(s system, halls []*hall) (acked int64, err error) {
	b.loop.do(func() {
		for _, h := range halls {
			h.tabs[0].onAck = func(t *tab, _ time.Time) { t.edit() }
			h.tabs[0].edit()
		}
	})
	time.Sleep(min(warmUp, b.size.stretch))
	for _, pid := range s.pids() {
		process, err := os.FindProcess(pid)
		if err != nil {
			return 0, fmt.Errorf("finding the server: %w", err)
		}
		if err := process.Kill(); err != nil {
			return 0, fmt.Errorf("killing the server: %w", err)
		}
	}
	for start := time.Now(); time.Since(start) < settleTimeout; time.Sleep(time.Millisecond) {
		open := 0
		b.loop.do(func() {
			acked = 0
			for _, h := range halls {
				acked += h.tabs[0].answered
				if h.tabs[0].err == nil {
					open++
				}
			}
		})
		if open == 0 {
			return acked, nil
		}
	}
	return acked, fmt.Errorf("sockets of %s are open %s after its death", s.label(), settleTimeout)
}

// lostOf counts the acknowledged edits that the database of s does not hold.
func (b *bench) lostOf(ctx context.Context, s system, halls []*hall) (int64, error) {
	switch {
	case s == system(b.lab.parley):
		return b.parleyLost(ctx, halls)
	case s == system(b.lab.sharedb):
		stored, err := shareDBStored(ctx, b.lab.sharedb)
		var lost int64
		for _, h := range halls {
			lost += max(0, h.tabs[0].answered-(stored[h.name]-1)) // one op made the document
		}
		return lost, err
	default:
		return b.hocuspocusLost(ctx, halls)
	}
}

// parleyLost looks for every acknowledged op by client and seq.
func (b *bench) parleyLost(ctx context.Context, halls []*hall) (lost int64, err error) {
	conn, err := pgx.Connect(ctx, b.server.dsn)
	if err != nil {
		return 0, fmt.Errorf("connecting to the database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, h := range halls {
		m := h.tabs[0].member
		var held int64
		err := conn.QueryRow(ctx, "select count(distinct seq) from activity where room_id = $1 and client = $2 and seq between 1 and $3",
			h.crowd.id, m.client, m.answered).Scan(&held)
		if err != nil {
			return 0, fmt.Errorf("reading the log: %w", err)
		}
		lost += m.answered - held
	}
	return lost, nil
}

// hocuspocusLost has Yjs read what was stored.
func (b *bench) hocuspocusLost(ctx context.Context, halls []*hall) (lost int64, err error) {
	cmd := exec.CommandContext(ctx, "node", "stored.js")
	cmd.Dir, cmd.Env = b.lab.dir, append(cleanEnv(), b.lab.hocuspocus.dbEnv...)
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("reading what Hocuspocus stored: %w", err)
	}
	stored := map[string]int64{}
	if err := json.Unmarshal(out, &stored); err != nil {
		return 0, fmt.Errorf("reading what Hocuspocus stored: %w", err)
	}
	for _, h := range halls {
		for id, acked := range h.tabs[0].talk.(*hocuspocusTalk).stored {
			lost += max(0, acked-stored[id])
		}
	}
	return lost, nil
}
