package realtime

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"parley/room"
)

// Run compares the loaded rooms with the store and reads grants again, until
// ctx ends. Then it ends every socket at once and returns when everything the
// hub started has stopped. Call [Hub.Drain] first to let members go in order.
func (h *Hub) Run(ctx context.Context) error {
	defer h.shutDown()
	measuring := make(chan struct{})
	go func() { defer close(measuring); h.load.run(ctx) }()
	defer func() { <-measuring }()
	w := newWatch(h)
	for {
		timer := time.NewTimer(jittered(positionEveryDown))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
			w.turn(ctx, time.Now())
		}
	}
}

// checkPositions finds commits whose broker message was lost, also when nothing
// follows them (P30). It reports whether every room was compared.
func (h *Hub) checkPositions(ctx context.Context, rooms []*liveRoom) bool {
	for len(rooms) > 0 {
		chunk := rooms[:min(positionChunk, len(rooms))]
		rooms = rooms[len(chunk):]
		ids := make([]room.ID, 0, len(chunk))
		before := make([]standing, len(chunk))
		for i, r := range chunk {
			ids = append(ids, r.id)
			before[i] = r.standing()
		}
		heads, err := h.heads(ctx, ids)
		if err != nil {
			if ctx.Err() == nil {
				h.options.Log.Error("reading where rooms stand", slog.Any("error", err))
			}
			return false
		}
		for i, r := range chunk {
			h.compare(r, heads, before[i])
		}
	}
	return true
}

func (h *Hub) compare(r *liveRoom, heads map[room.ID]room.Head, before standing) {
	select {
	case <-r.ready:
	default:
		return // it reads its position itself
	}
	head, there := heads[r.id]
	if there {
		if r.compare(head, before) {
			r.check.start(h) // looks again, and begins another epoch
		}
		return
	}
	for _, s := range r.members() {
		s.bye(byeArchived, 0, closeNoAccess)
	}
}

func (h *Hub) heads(ctx context.Context, ids []room.ID) (map[room.ID]room.Head, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	return h.store.Heads(ctx, ids)
}

// head reads where one room stands.
func (h *Hub) head(ctx context.Context, id room.ID) (room.Head, error) {
	heads, err := h.heads(ctx, []room.ID{id})
	if err != nil {
		return room.Head{}, err
	}
	head, there := heads[id]
	if !there {
		return room.Head{}, room.Errorf(room.Gone, "there is no such room")
	}
	return head, nil
}

// errEnding says that the hub ends, or that too many wait already.
var errEnding = errors.New("the server ends or has too many waiting")

// read does one catch-up read of a room. Reconnects come in herds; the store sees
// at most MaxReads of these at a time, and of one room no more than its share.
func (h *Hub) read(id room.ID, f func(context.Context) error) error {
	if !h.reads.enter(id, h.stopped) {
		return errEnding
	}
	defer h.reads.leave(id)
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return f(ctx)
}

func (h *Hub) readLog(id room.ID, stream room.Stream, after room.Rev, limit int) (rows []room.Logged, err error) {
	err = h.read(id, func(ctx context.Context) error {
		rows, err = h.store.After(ctx, id, stream, after, limit)
		return err
	})
	return rows, err
}
