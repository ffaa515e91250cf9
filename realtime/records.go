package realtime

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"sync"

	"parley/room"
)

// records knows which records are in the shared stream, so that presence on any
// other record stays with the side that sees it (I11). It is filled when
// somebody first points at a record, and follows the commits from then on.
type records struct {
	room *liveRoom
	load repeated

	mu     sync.Mutex // guards the fields below
	loaded bool
	shared map[recordKey]struct{}
	// waiting are the batches that came while the snapshot was being read.
	waiting []*batch
	loading bool
}

func (x *records) init(r *liveRoom) {
	x.room = r
	x.load.run = x.read
}

// recordKey is a record's UUID in sixteen bytes.
type recordKey [16]byte

func keyOf(id room.RecordID) (key recordKey, ok bool) {
	var digits [32]byte
	n := 0
	for i := range len(id) {
		if id[i] == '-' {
			continue
		}
		if n == len(digits) {
			return key, false
		}
		digits[n] = id[i]
		n++
	}
	_, err := hex.Decode(key[:], digits[:n])
	return key, err == nil && n == len(digits)
}

// isShared reports whether everybody in the room sees the record. Known is false
// until the records are loaded, which it sees to.
func (x *records) isShared(id room.RecordID) (shared, known bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.loaded {
		if !x.loading {
			x.loading = true
			x.load.start(x.room.hub)
		}
		return false, false
	}
	key, ok := keyOf(id)
	_, shared = x.shared[key]
	return shared && ok, true
}

// read fills x from a snapshot, then has presence look again.
func (x *records) read() {
	snapshot, err := x.snapshot()
	if err != nil {
		x.room.hub.options.Log.Error("reading which records are shared", slog.String("room", string(x.room.id)), slog.Any("error", err))
		x.forget() // the next focus tries again; until then nothing is shown
		return
	}
	x.mu.Lock()
	x.shared = snapshot.shared
	for _, b := range x.waiting {
		if b.to > snapshot.rev {
			x.applyLocked(b, snapshot.rev)
		}
	}
	x.loaded, x.loading, x.waiting = true, false, nil
	x.mu.Unlock()
	x.room.presence.resolve(nil)
}

type sharedRecords struct {
	rev    room.Rev
	shared map[recordKey]struct{}
}

func (x *records) snapshot() (out sharedRecords, err error) {
	var snapshots []room.StreamSnapshot
	err = x.room.hub.read(x.room.id, func(ctx context.Context) error {
		snapshots, err = x.room.hub.store.Snapshot(ctx, x.room.id, []room.Stream{room.Shared}, "")
		return err
	})
	if err != nil || len(snapshots) == 0 {
		return out, err
	}
	var state struct {
		Entities map[room.Entity][]struct {
			ID      room.RecordID `json:"id"`
			Removed bool          `json:"removed"`
		} `json:"entities"`
	}
	if err := json.Unmarshal(snapshots[0].Body, &state); err != nil {
		return out, err
	}
	out = sharedRecords{rev: snapshots[0].Rev, shared: map[recordKey]struct{}{}}
	for _, list := range state.Entities {
		for _, record := range list {
			if key, ok := keyOf(record.ID); ok && !record.Removed {
				out.shared[key] = struct{}{}
			}
		}
	}
	return out, nil
}

// observe follows a batch of the shared stream, and moves presence on records
// that became shared or private.
func (x *records) observe(b *batch) {
	x.mu.Lock()
	var moved []room.RecordID
	switch {
	case x.loaded:
		moved = x.applyLocked(b, 0)
	case x.loading:
		x.waiting = append(x.waiting, b)
	}
	x.mu.Unlock()
	if len(moved) > 0 {
		x.room.presence.resolve(moved)
	}
}

// applyLocked applies the commits of b above rev.
func (x *records) applyLocked(b *batch, rev room.Rev) (moved []room.RecordID) {
	for i := range b.cuts {
		if b.from+room.Rev(i) <= rev {
			continue
		}
		var commit struct {
			Changes []struct {
				ID  room.RecordID `json:"id"`
				Set struct {
					Removed *bool `json:"removed"`
				} `json:"set"`
				Was json.RawMessage `json:"was"`
			} `json:"changes"`
		}
		if err := json.Unmarshal(b.body(i), &commit); err != nil {
			continue // the log holds what the rules encoded; a stranger is not shared
		}
		for _, change := range commit.Changes {
			key, ok := keyOf(change.ID)
			created := string(change.Was) == "null" || change.Was == nil
			switch removed := change.Set.Removed; {
			case !ok:
			case removed != nil && *removed:
				delete(x.shared, key)
				moved = append(moved, change.ID)
			case created || removed != nil:
				x.shared[key] = struct{}{}
				moved = append(moved, change.ID)
			}
		}
	}
	return moved
}

// forget makes the next focus read the records anew.
func (x *records) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.loaded, x.loading, x.shared, x.waiting = false, false, nil, nil
}
