package main

import "time"

// repair reads what s lacks of a room from the log, unless that is on its way.
func (w *world) repair(s *server, r *room, after time.Duration) {
	ch := s.channels[r.id]
	if ch == nil || ch.repairing || ch.loading {
		return
	}
	ch.repairing = true
	life := s.life
	w.at(w.now+after, func() {
		if !s.up || s.life != life || s.channels[r.id] != ch {
			return
		}
		if ch.rev >= r.head { // it came by itself
			ch.repairing = false
			return
		}
		w.stats.repairs++
		w.at(w.read(r), func() {
			ch.repairing = false
			if s.up && s.life == life && ch.rev < r.head {
				w.advance(s, r, ch, r.head)
			}
		})
	})
}

// read has the database read something of a room.
func (w *world) read(r *room) time.Duration {
	w.stats.reads++
	return w.database(r).serve(w.now, readCPU)
}

// compare has a server compare its rooms with the database, seldom while Redis is
// there and often while it is not (P30). It replaces the timer there was.
func (w *world) compare(s *server) {
	s.round++
	life, round := s.life, s.round
	every := positionEvery
	if !w.redisUp {
		every = positionEveryDown
	}
	w.at(w.now+w.jitter(every), func() {
		if s.up && s.life == life && s.round == round {
			w.compareNow(s)
			w.compare(s)
		}
	})
}

// compareNow reads the heads of all rooms of s, many in one read.
func (w *world) compareNow(s *server) {
	for id := 0; id < len(w.rooms); id += positionChunk {
		w.at(w.read(w.rooms[id]), func() {
			if !s.up {
				return
			}
			for _, r := range w.rooms[id:min(id+positionChunk, len(w.rooms))] {
				if ch := s.channels[r.id]; ch != nil && ch.rev < r.head {
					w.repair(s, r, 0)
				}
			}
		})
	}
}
