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

// couple is two servers on one PostgreSQL and one Redis, with a member of the
// same room at each.
type couple struct {
	*world
	members [2]*member
	other   *process
	rev     int64
	seq     int64
}

func newCouple(t *testing.T, redisURL string) *couple {
	t.Helper()
	w := newWorld(t)
	w.process.terminate()
	env := append(w.env, "REDIS_URL="+redisURL)
	w.process = start(t, env...)
	// Behind the one address that people see.
	other := start(t, append(env, "PARLEY_DATA="+t.TempDir(), "PARLEY_PUBLIC_URL="+w.process.url)...)
	omar, here := connect(t, w.process, w.room, w.seller, "", nil)
	dana, _ := connect(t, other, w.room, w.buyer, "", nil)
	return &couple{world: w, members: [2]*member{omar, dana}, other: other, rev: here.Streams[0].Rev}
}

// exchange has each member make an edit, which both see, byte for byte.
func (c *couple) exchange(t *testing.T) {
	t.Helper()
	c.seq++
	for i, m := range c.members {
		title := []string{"From Northwind", "From Acme"}[i]
		m.op(c.seq, c.rev, map[string]any{"kind": "milestone.update", "id": c.milestone, "set": map[string]any{"title": title, "pinned": c.seq%2 == 0}})
		c.rev++
		var bodies []string
		for _, reader := range c.members {
			f := reader.nextWithin(patience, "commits")
			var got commit
			if err := json.Unmarshal(f.Commits[0], &got); err != nil {
				t.Fatal(err)
			}
			if len(f.Commits) != 1 || got.Rev != c.rev {
				t.Fatalf("after rev %d came %s", c.rev-1, f.raw)
			}
			bodies = append(bodies, string(f.Commits[0]))
		}
		if bodies[0] != bodies[1] || !strings.Contains(bodies[0], title) {
			t.Fatalf("the servers sent\n%s\n%s", bodies[0], bodies[1])
		}
	}
}

// I4, I13, I15: members of two servers see every edit of both, in order and byte
// for byte, also while Redis is gone.
func TestTwoServersServeOneRoom(t *testing.T) {
	cache := redistest.New(t)
	c := newCouple(t, cache.URL())
	c.exchange(t)
	c.exchange(t)
	cache.Kill()
	c.exchange(t)
	c.exchange(t)
	cache.Start()
	c.exchange(t)
}

// I4, I13: the same while sentinels replace the master.
func TestTwoServersOverSentinels(t *testing.T) {
	t.Parallel() // it mostly waits
	watched := redistest.NewWatched(t)
	c := newCouple(t, watched.URL())
	c.exchange(t)
	watched.Master.Kill()
	for start := time.Now(); time.Since(start) < 5*time.Second; {
		c.exchange(t)
	}
}

// I4, I13: the same while the node of a cluster dies that carries the room.
func TestTwoServersOverACluster(t *testing.T) {
	t.Parallel() // it mostly waits
	cluster := redistest.NewCluster(t)
	c := newCouple(t, cluster.URL())
	c.exchange(t)
	killed := 0
	for _, node := range cluster.Masters {
		if strings.Contains(strings.Join(node.Channels(), " "), c.room) {
			node.Kill()
			killed++
		}
	}
	if killed != 1 {
		t.Fatalf("%d nodes carried the room", killed)
	}
	for start := time.Now(); time.Since(start) < 5*time.Second; {
		c.exchange(t)
	}
}
