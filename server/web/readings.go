package web

import (
	"context"
	"sync"

	"parley/room"
)

const (
	// keptReadings is how many rooms' are kept: above it, the one that
	// nobody asked for the longest goes, and is read from the log when asked for.
	keptReadings = 200
	// readingPages bounds what one request reads of a log, at maxCommits a page. A
	// longer one is read in several requests: what was read is kept.
	readingPages = 100
)

// reading is what follows from a room's log: a [room.Ledger], [room.Events].
type reading interface {
	comparable
	Rev() room.Rev
	Add(room.Commit)
}

// readings keeps what follows from the logs of rooms, so that a log is read once
// and then from where it was left. It is safe for concurrent use.
type readings[T reading] struct {
	store Store
	empty func() T // of a room in which nothing has happened yet

	mu    sync.Mutex // guards the fields below
	rooms map[room.ID]*roomReading[T]
	asked int64 // how often anything was asked for
}

// roomReading is one room's. Whoever has its turn reads and reports.
type roomReading[T reading] struct {
	turn    chan struct{} // holds one; it is a lock that a context can give up on
	epoch   room.Epoch
	reading T
	asked   int64 // when it was last asked for, see readings.asked
}

func newReadings[T reading](store Store, empty func() T) *readings[T] {
	return &readings[T]{store: store, empty: empty, rooms: map[room.ID]*roomReading[T]{}}
}

// read brings what follows from a room's log up to the newest rev and hands it to
// report, which keeps nothing of it.
func (l *readings[T]) read(ctx context.Context, id room.ID, report func(T)) error {
	r := l.of(id)
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	heads, err := l.store.Heads(ctx, []room.ID{id})
	if err != nil {
		return err
	}
	head, ok := heads[id]
	if !ok {
		return errNotHere
	}
	var none T
	if r.reading == none || r.epoch != head.Epoch || r.reading.Rev() > head.Revs[room.Shared] {
		r.epoch, r.reading = head.Epoch, l.empty()
	}
	for range readingPages {
		if r.reading.Rev() >= head.Revs[room.Shared] {
			report(r.reading)
			return nil
		}
		if err := l.readPage(ctx, id, r.reading); err != nil {
			return err
		}
	}
	busy := room.Errorf(room.Busy, "this room's history is long; ask again for the rest")
	busy.RetryMS = 1000
	return busy
}

// readPage takes the next commits of the log.
func (l *readings[T]) readPage(ctx context.Context, id room.ID, reading T) error {
	logged, err := l.store.After(ctx, id, room.Shared, reading.Rev(), maxCommits)
	if err != nil {
		return hidden(err)
	}
	if len(logged) == 0 {
		return errNotHere // the log was cut off behind our back; the next request begins anew
	}
	for _, entry := range logged {
		c, err := room.DecodeCommit(entry.Body)
		if err != nil {
			return err
		}
		reading.Add(c)
	}
	return nil
}

// of returns the room's place among those that are kept.
func (l *readings[T]) of(id room.ID) *roomReading[T] {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	r := l.rooms[id]
	if r == nil {
		l.makeRoomLocked()
		r = &roomReading[T]{turn: make(chan struct{}, 1)}
		l.rooms[id] = r
	}
	r.asked = l.asked
	return r
}

func (l *readings[T]) makeRoomLocked() {
	if len(l.rooms) < keptReadings {
		return
	}
	var oldest room.ID
	for id, r := range l.rooms {
		if oldest == "" || r.asked < l.rooms[oldest].asked {
			oldest = id
		}
	}
	delete(l.rooms, oldest)
}
