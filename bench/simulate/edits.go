package main

import "time"

// think has somebody edit after a random while, again and again.
func (w *world) think() {
	rate := w.editsPerSecond * float64(len(w.tabs))
	w.at(w.now+time.Duration(w.rng.ExpFloat64()/rate*float64(time.Second)), func() {
		if t := w.tabs[w.rng.IntN(len(w.tabs))]; w.editing && t.in && !t.waiting {
			t.edits++
			t.waiting = true
			w.send(t)
		}
		w.think()
	})
}

// send brings the newest edit of t through its server into the database. The
// server may die on the way: then the edit is committed without an answer, or not
// at all, and t sends it again when it is back (P10).
func (w *world) send(t *tab) {
	s, life, seq := t.server, t.server.life, t.edits
	w.at(s.serve(w.now, editCPU), func() {
		if !s.up || s.life != life {
			return
		}
		w.stats.commits++
		w.at(w.database(t.room).serve(w.now, databaseCPU)+w.jitter(commitWait), func() { w.commit(t, seq, s, life) })
	})
}

// commit makes an edit part of the room, once, and tells everybody.
func (w *world) commit(t *tab, seq int, s *server, life int) {
	r := t.room
	if r.committed[t] < seq {
		r.committed[t] = seq
		r.head++
		r.at = append(r.at, w.now)
		if s.up && s.life == life {
			w.tell(s, r, r.head)
			w.publish(s, r, r.head)
		}
	}
	if s.up && s.life == life && t.server == s && t.in && t.edits == seq {
		t.waiting = false // the answer, behind the commit (P17)
		w.stats.acked++
	}
}

// publish sends a rev to the other servers that have the room.
func (w *world) publish(from *server, r *room, rev int) {
	w.stats.published++
	for _, s := range w.servers {
		if s == from || !s.up || s.channels[r.id] == nil {
			continue
		}
		if !w.redisUp || w.rng.Float64() < w.loss {
			w.stats.lost++
			continue
		}
		life := s.life
		w.at(w.now+w.jitter(redisHop), func() {
			if s.up && s.life == life {
				w.tell(s, r, rev)
			}
		})
	}
}

// tell gives a server a rev: what follows goes to its members, what leaves a hole
// has the hole read from the log.
func (w *world) tell(s *server, r *room, rev int) {
	ch := s.channels[r.id]
	switch {
	case ch == nil || ch.loading || rev <= ch.rev:
	case rev == ch.rev+1:
		w.advance(s, r, ch, rev)
	default:
		w.stats.holes++
		w.repair(s, r, repairGrace)
	}
}

// advance brings everybody of the room on s to rev.
func (w *world) advance(s *server, r *room, ch *channel, rev int) {
	done := s.serve(w.now, deliveryCPU*time.Duration(len(ch.members)))
	for _, t := range ch.members {
		if t.rev != ch.rev {
			w.fail("a member of room %d at rev %d follows a channel at %d", r.id, t.rev, ch.rev)
		}
		t.rev = rev
		w.stats.deliveries += rev - ch.rev
		for at := ch.rev; at < rev; at++ {
			w.saw(done, r.at[at])
		}
	}
	ch.rev = rev
}
