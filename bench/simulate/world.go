package main

import (
	"container/heap"
	"math/rand/v2"
	"time"
)

// sizes is how large a world is.
type sizes struct {
	servers, rooms, people int     // people of each room
	editsPerSecond         float64 // of one person
	serverCores, shards    int     // cores of a server; databases, each of dbCores
	dbCores                int
	loss                   float64 // part of the messages that Redis loses on a good day
}

// world is a run of the model. Everything is owned by the one goroutine that
// runs it.
type world struct {
	sizes
	now    time.Duration
	order  int // of events at one moment: the one made first runs first
	events events
	rng    *rand.Rand

	servers      []*server
	rooms        []*room
	tabs         []*tab
	shards       []*desk
	gone         [2]time.Duration // when Redis went, and came back
	redisUp      bool
	editing      bool
	stats        stats
	worstWithout time.Duration // the longest an edit took while Redis was gone
	broken       []string      // invariants that did not hold
}

// desk serves work one by one, with so many cores.
type desk struct {
	cores int
	free  time.Duration // when it has done all it was given
	used  time.Duration
}

// serve takes work at now and returns when it is done.
func (d *desk) serve(now, work time.Duration) time.Duration {
	d.used += work
	d.free = max(d.free, now) + work/time.Duration(d.cores)
	return d.free
}

// server is one process.
type server struct {
	desk
	up       bool
	life     int // counts its starts; an event of an earlier life is void
	round    int // counts its timers for comparing; an older one is void
	channels map[int]*channel
	joining  int
	perRoom  map[int]int
	waiting  []*tab
}

// room is what the database holds of one.
type room struct {
	id, head  int
	committed map[*tab]int // edits of each author
	at        []time.Duration
}

// channel is a room on a server that has members there.
type channel struct {
	rev, base int // base: the window begins after it
	members   []*tab
	repairing bool
	loading   bool
	waiters   []func()
}

// tab is one person's page.
type tab struct {
	room    *room
	server  *server
	rev     int
	in      bool // welcomed and following
	life    int  // counts its connections
	tries   int
	left    time.Duration
	edits   int  // it ever made
	waiting bool // for the answer to its newest
}

type event struct {
	at    time.Duration
	order int
	do    func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// at has do run at a time.
func (w *world) at(when time.Duration, do func()) {
	w.order++
	heap.Push(&w.events, event{when, w.order, do})
}

// run lets time pass until end.
func (w *world) run(end time.Duration) {
	for len(w.events) > 0 && w.events[0].at <= end {
		e := heap.Pop(&w.events).(event)
		w.now = e.at
		e.do()
	}
	w.now = end
}

// newWorld has everybody connected and nothing said.
func newWorld(seed uint64, s sizes) *world {
	w := &world{sizes: s, rng: rand.New(rand.NewPCG(seed, 0)), redisUp: true, editing: true}
	for range s.servers {
		w.servers = append(w.servers, &server{desk: desk{cores: s.serverCores}, up: true, channels: map[int]*channel{}, perRoom: map[int]int{}})
	}
	for range s.shards {
		w.shards = append(w.shards, &desk{cores: s.dbCores})
	}
	for id := range s.rooms {
		r := &room{id: id, committed: map[*tab]int{}}
		w.rooms = append(w.rooms, r)
		for range s.people {
			t := &tab{room: r, in: true}
			w.tabs = append(w.tabs, t)
			t.server = w.servers[w.rng.IntN(s.servers)]
			ch := t.server.channel(r)
			ch.members = append(ch.members, t)
		}
	}
	return w
}

// channel returns the room's channel on s, made if need be.
func (s *server) channel(r *room) *channel {
	ch := s.channels[r.id]
	if ch == nil {
		ch = &channel{rev: r.head, base: r.head}
		s.channels[r.id] = ch
	}
	return ch
}

// database returns the desk of the room's shard.
func (w *world) database(r *room) *desk { return w.shards[r.id%len(w.shards)] }

// jitter returns d give or take a quarter.
func (w *world) jitter(d time.Duration) time.Duration {
	return d*3/4 + time.Duration(w.rng.Int64N(int64(d/2)))
}
