package web

import (
	"context"
	"sync"

	"parley/room"
)

const (
	// keptLedgers is how many rooms' ledgers are kept: above it, the one that
	// nobody asked for the longest goes, and is read from the log when asked for.
	keptLedgers = 200
	// ledgerPages bounds what one request reads of a log, at maxCommits a page. A
	// longer one is read in several requests: what was read is kept.
	ledgerPages = 100
)

// ledgers keeps the ledgers of rooms, so that a log is read once and then from
// where it was left. It is safe for concurrent use.
type ledgers struct {
	store Store

	mu    sync.Mutex // guards the fields below
	rooms map[room.ID]*roomLedger
	asked int64 // how often anything was asked for
}

// roomLedger is one room's. Whoever has its turn reads and reports.
type roomLedger struct {
	turn   chan struct{} // holds one; it is a lock that a context can give up on
	epoch  room.Epoch
	ledger *room.Ledger
	asked  int64 // when it was last asked for, see ledgers.asked
}

func newLedgers(store Store) *ledgers {
	return &ledgers{store: store, rooms: map[room.ID]*roomLedger{}}
}

// read brings a room's ledger up to the newest rev and hands it to report,
// which keeps nothing of it.
func (l *ledgers) read(ctx context.Context, id room.ID, report func(*room.Ledger)) error {
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
	if r.ledger == nil || r.epoch != head.Epoch || r.ledger.Rev() > head.Revs[room.Shared] {
		r.epoch, r.ledger = head.Epoch, room.NewLedger()
	}
	for range ledgerPages {
		if r.ledger.Rev() >= head.Revs[room.Shared] {
			report(r.ledger)
			return nil
		}
		if err := l.readPage(ctx, id, r.ledger); err != nil {
			return err
		}
	}
	busy := room.Errorf(room.Busy, "this room's history is long; ask again for the rest")
	busy.RetryMS = 1000
	return busy
}

// readPage takes the next commits of the log into the ledger.
func (l *ledgers) readPage(ctx context.Context, id room.ID, ledger *room.Ledger) error {
	logged, err := l.store.After(ctx, id, room.Shared, ledger.Rev(), maxCommits)
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
		ledger.Add(c)
	}
	return nil
}

// of returns the room's place among those that are kept.
func (l *ledgers) of(id room.ID) *roomLedger {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	r := l.rooms[id]
	if r == nil {
		l.makeRoomLocked()
		r = &roomLedger{turn: make(chan struct{}, 1)}
		l.rooms[id] = r
	}
	r.asked = l.asked
	return r
}

func (l *ledgers) makeRoomLocked() {
	if len(l.rooms) < keptLedgers {
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
