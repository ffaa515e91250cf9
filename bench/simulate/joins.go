package main

import "time"

// drop ends a tab's connection; it comes back by itself (P35).
func (w *world) drop(t *tab) {
	if s := t.server; t.in {
		ch := s.channels[t.room.id]
		for i, other := range ch.members {
			if other == t {
				ch.members = append(ch.members[:i], ch.members[i+1:]...)
				break
			}
		}
	}
	t.in, t.left, t.tries = false, w.now, 0
	t.life++
	w.backOff(t)
}

// backOff has t try again after a random time that grows with its tries.
func (w *world) backOff(t *tab) {
	most := min(backoffMost, backoffFirst<<min(t.tries, 10))
	t.tries++
	life := t.life
	w.at(w.now+time.Duration(w.rng.Int64N(int64(most))), func() {
		if t.life == life {
			w.arrive(t)
		}
	})
}

// arrive brings t to some server, whichever: nothing depends on which.
func (w *world) arrive(t *tab) {
	s := w.servers[w.rng.IntN(len(w.servers))]
	if !s.up {
		w.backOff(t)
		return
	}
	t.server = s
	s.waiting = append(s.waiting, t)
	w.admit(s)
}

// admit lets those in who wait, in order, as long as their room has a turn left.
func (w *world) admit(s *server) {
	kept := s.waiting[:0]
	for _, t := range s.waiting {
		switch {
		case t.server != s || t.in:
		case s.joining >= maxJoins || s.perRoom[t.room.id] >= maxJoins/roomShare:
			kept = append(kept, t)
		default:
			s.joining++
			s.perRoom[t.room.id]++
			w.stats.joining = max(w.stats.joining, s.joining)
			w.stats.joiningRoom = max(w.stats.joiningRoom, s.perRoom[t.room.id])
			w.join(s, t)
		}
	}
	s.waiting = kept
}

// join loads the room if this is its first member on s, catches t up, and makes
// place for the next.
func (w *world) join(s *server, t *tab) {
	life, tabLife := s.life, t.life
	alive := func() bool { return s.up && s.life == life }
	finish := func(from *int) {
		w.at(s.serve(w.now, joinCPU), func() {
			if !alive() {
				return
			}
			s.joining--
			s.perRoom[t.room.id]--
			if t.life == tabLife {
				*from++
				w.welcome(s, t)
			}
			w.admit(s)
		})
	}
	w.load(s, t.room, func() {
		ch := s.channels[t.room.id]
		switch behind := ch.rev - t.rev; {
		case t.rev >= ch.base && behind <= windowCommits:
			finish(&w.stats.fromWindow)
		case behind <= resumeLimit:
			w.at(w.read(t.room), func() { finish(&w.stats.fromLog) })
		default:
			w.at(w.read(t.room), func() { finish(&w.stats.fromSnapshot) })
		}
	})
}

// load runs then when s has the room: now, or after one read that all who wait
// for the room share.
func (w *world) load(s *server, r *room, then func()) {
	ch := s.channels[r.id]
	switch {
	case ch == nil:
		ch = &channel{loading: true, waiters: []func(){then}}
		s.channels[r.id] = ch
		life := s.life
		w.stats.loads++
		w.at(w.read(r), func() {
			if !s.up || s.life != life {
				return
			}
			ch.rev, ch.base, ch.loading = r.head, r.head, false
			for _, f := range ch.waiters {
				f()
			}
			ch.waiters = nil
		})
	case ch.loading:
		ch.waiters = append(ch.waiters, then)
	default:
		then()
	}
}

// welcome has t follow the room, and send again what has no answer.
func (w *world) welcome(s *server, t *tab) {
	ch := s.channels[t.room.id]
	if ch.rev < t.rev {
		w.repair(s, t.room, 0) // this server is behind what t has seen elsewhere
		life := t.life
		w.at(w.now+repairGrace, func() {
			if t.life == life && s.up {
				w.welcome(s, t)
			}
		})
		return
	}
	t.rev = ch.rev
	t.in = true
	ch.members = append(ch.members, t)
	w.stats.back = append(w.stats.back, w.now-t.left)
	if t.waiting {
		w.send(t)
	}
}
