package realtime

import (
	"context"
	"sync"
	"time"
)

// suspects are the rooms that may have missed something. When a connection to
// the broker breaks all of its rooms are, at once: they are compared with the
// store in one read, not in one each.
type suspects struct {
	hub  *Hub
	work repeated

	mu    sync.Mutex // guards the field below
	rooms map[*liveRoom]struct{}
}

func (s *suspects) init(h *Hub) {
	s.hub = h
	s.work.run = s.check
}

// add has the room compared with the store, and the other servers asked who is there.
func (s *suspects) add(r *liveRoom) {
	s.mu.Lock()
	if s.rooms == nil {
		s.rooms = map[*liveRoom]struct{}{}
	}
	s.rooms[r] = struct{}{}
	s.mu.Unlock()
	s.work.startAfter(s.hub, suspectsGather)
}

// suspectsGather is how long the rooms of one broken connection have to come
// together, one after the other as they are told.
const suspectsGather = 5 * time.Millisecond

func (s *suspects) take() (rooms []*liveRoom) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := range s.rooms {
		rooms = append(rooms, r)
	}
	s.rooms = nil
	return rooms
}

func (s *suspects) check() {
	all := s.take()
	rooms := make([]*liveRoom, 0, len(all))
	for _, r := range all {
		select {
		case <-r.ready:
			rooms = append(rooms, r)
		default:
			r.check.start(s.hub) // waits for it: its own reading may be older than the loss
		}
	}
	for !s.hub.checkPositions(context.Background(), rooms) {
		if !s.hub.sleep(repairRetry) {
			return
		}
	}
	for _, r := range all {
		r.presence.query()
	}
}
