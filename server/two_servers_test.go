package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"parley/realtime/redis/redistest"
)

// patience covers the slowest way a commit takes on a busy machine. Also one that
// was published into a Redis that was just going or coming needs no ten seconds:
// both servers compare the room with the log.
const patience = 10 * time.Second

// I4, I13, I15: two servers on one PostgreSQL and one Redis. Members of both see
// every edit of both, in order and byte for byte, also while Redis is gone.
func TestTwoServersServeOneRoom(t *testing.T) {
	w := newWorld(t)
	w.process.terminate()
	cache := redistest.New(t)
	env := append(w.env, "REDIS_URL="+cache.URL())
	w.process = start(t, env...)
	other := start(t, append(env, "PARLEY_DATA="+t.TempDir())...)
	omar, here := connect(t, w.process, w.room, w.seller, "", nil)
	dana, _ := connect(t, other, w.room, w.buyer, "", nil)
	rev := here.Streams[0].Rev

	exchange := func(seq int64) {
		t.Helper()
		for i, m := range []*member{omar, dana} {
			title := []string{"From Northwind", "From Acme"}[i]
			m.op(seq, rev, map[string]any{"kind": "milestone.update", "id": w.milestone, "set": map[string]any{"title": title, "pinned": seq%2 == 0}})
			rev++
			var bodies []string
			for _, reader := range []*member{omar, dana} {
				f := reader.nextWithin(patience, "commits")
				var c commit
				if err := json.Unmarshal(f.Commits[0], &c); err != nil {
					t.Fatal(err)
				}
				if len(f.Commits) != 1 || c.Rev != rev {
					t.Fatalf("after rev %d came %s", rev-1, f.raw)
				}
				bodies = append(bodies, string(f.Commits[0]))
			}
			if bodies[0] != bodies[1] || !strings.Contains(bodies[0], title) {
				t.Fatalf("the servers sent\n%s\n%s", bodies[0], bodies[1])
			}
		}
	}
	exchange(1)
	exchange(2)
	cache.Kill()
	exchange(3)
	exchange(4)
	cache.Start()
	exchange(5)
}
