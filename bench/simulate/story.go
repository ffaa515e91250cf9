package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// stats is what a run saw.
type stats struct {
	commits, acked, deliveries        int
	published, lost, holes, repairs   int
	reads, loads                      int
	fromWindow, fromLog, fromSnapshot int
	joining, joiningRoom              int // most at once
	lag, lagWithout                   []time.Duration
	back                              []time.Duration
}

// saw notes that an edit committed at one time reached a member at another.
func (w *world) saw(seen, committed time.Duration) {
	if lag := seen - committed; committed >= w.gone[0] && committed < w.gone[1] {
		w.stats.lagWithout = append(w.stats.lagWithout, lag)
		w.worstWithout = max(w.worstWithout, lag)
	} else {
		w.stats.lag = append(w.stats.lag, lag)
	}
}

// fail notes an invariant that does not hold.
func (w *world) fail(format string, args ...any) {
	if len(w.broken) < 10 {
		w.broken = append(w.broken, fmt.Sprintf(format, args...))
	}
}

// chapter is a stretch of the story.
type chapter struct {
	name  string
	begin func(w *world)
	lasts time.Duration
}

// away is how long Redis is gone, once.
const away = 15 * time.Second

// mostLag is what an edit may take to a member of another server while Redis is
// gone (I13).
const mostLag = time.Second

// story is what happens to every world.
var story = []chapter{
	{"an ordinary minute", nil, time.Minute},
	{"a server dies and is replaced 20 s later", func(w *world) {
		w.kill(w.servers[0])
		w.at(w.now+20*time.Second, func() { w.revive(w.servers[0]) })
	}, 30 * time.Second},
	{"Redis is gone for " + away.String(), func(w *world) {
		w.redisUp, w.gone = false, [2]time.Duration{w.now, w.now + away}
		w.compareAll() // each notices that its connection broke
		w.at(w.gone[1], func() { w.redisUp = true; w.compareAll() })
	}, 30 * time.Second},
	{"every connection breaks at once", func(w *world) {
		for _, t := range w.tabs {
			if t.in {
				w.drop(t)
			}
		}
	}, 30 * time.Second},
	{"nobody edits any more", func(w *world) { w.editing = false }, 3 * positionEvery},
}

// tellStory runs the story and writes what came of it.
func (w *world) tellStory(out io.Writer) {
	for _, s := range w.servers {
		w.compare(s)
	}
	w.think()
	end := time.Duration(0)
	for _, c := range story {
		w.stats = stats{}
		used := w.used()
		if c.begin != nil {
			c.begin(w)
		}
		end += c.lasts
		w.run(end)
		w.chapter(out, c, used)
	}
	w.check()
}

// check holds the world, at rest, against what must be true.
func (w *world) check() {
	for _, r := range w.rooms {
		if len(r.at) != r.head {
			w.fail("room %d has %d commits and head %d", r.id, len(r.at), r.head)
		}
	}
	if w.worstWithout > mostLag {
		w.fail("without Redis an edit took %s to a member", w.worstWithout)
	}
	made, committed := 0, 0
	for _, t := range w.tabs {
		made += t.edits
		committed += t.room.committed[t]
		if !t.in || t.waiting || t.rev != t.room.head {
			w.fail("a member of room %d is at rev %d of %d, in %t, waiting %t", t.room.id, t.rev, t.room.head, t.in, t.waiting)
		}
	}
	heads := 0
	for _, r := range w.rooms {
		heads += r.head
	}
	if made != committed || made != heads {
		w.fail("%d edits were made, %d committed, the rooms hold %d", made, committed, heads)
	}
}

// kill ends a server as SIGKILL does.
func (w *world) kill(s *server) {
	s.up = false
	s.life++
	for _, t := range w.tabs {
		if t.server == s {
			w.drop(t)
		}
	}
}

// revive starts it again, empty.
func (w *world) revive(s *server) {
	*s = server{desk: desk{cores: s.cores, free: w.now, used: s.used}, up: true, life: s.life, channels: map[int]*channel{}, perRoom: map[int]int{}}
	w.compare(s)
}

// compareAll has every server compare at once, and then as often as Redis asks
// for.
func (w *world) compareAll() {
	for _, s := range w.servers {
		if s.up {
			w.compareNow(s)
			w.compare(s)
		}
	}
}

// used is the processor time of servers and databases so far.
func (w *world) used() (used [2]time.Duration) {
	for _, s := range w.servers {
		used[0] += s.used
	}
	for _, d := range w.shards {
		used[1] += d.used
	}
	return used
}

func (w *world) chapter(out io.Writer, c chapter, before [2]time.Duration) {
	s, used := &w.stats, w.used()
	if max(s.joining, maxJoins) > maxJoins || s.joiningRoom > maxJoins/roomShare {
		w.fail("%d joins at once on one server, %d of one room", s.joining, s.joiningRoom)
	}
	fmt.Fprintf(out, "%s (%s)\n", c.name, c.lasts)
	fmt.Fprintf(out, "  edits          %d committed, %d answered, %d deliveries\n", s.commits, s.acked, s.deliveries)
	fmt.Fprintf(out, "  commit → seen  with Redis %s; without %s\n", spread(s.lag), spread(s.lagWithout))
	fmt.Fprintf(out, "  Redis          %d published, %d copies lost, %d holes, %d repairs from the log\n", s.published, s.lost, s.holes, s.repairs)
	fmt.Fprintf(out, "  comes back     %d members, after %s; %d joins at once on a server, %d of a room\n", len(s.back), spread(s.back), s.joining, s.joiningRoom)
	fmt.Fprintf(out, "  caught up      %d from the window, %d from the log, %d from a snapshot; %d rooms loaded\n", s.fromWindow, s.fromLog, s.fromSnapshot, s.loads)
	fmt.Fprintf(out, "  cores in use   %.2f of %d servers, %.2f of the databases; %d reads\n",
		(used[0]-before[0]).Seconds()/c.lasts.Seconds(), len(w.servers), (used[1]-before[1]).Seconds()/c.lasts.Seconds(), s.reads)
}

// spread writes median, 99th percentile and maximum.
func spread(d []time.Duration) string {
	if len(d) == 0 {
		return "–"
	}
	slices.Sort(d)
	ms := func(at int) string { return fmt.Sprintf("%.2f", float64(d[at].Microseconds())/1e3) }
	return fmt.Sprintf("p50 %s, p99 %s, max %s ms", ms(len(d)/2), ms(len(d)*99/100), ms(len(d)-1))
}
