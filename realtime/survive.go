package realtime

import (
	"log/slog"
	"runtime/debug"

	"parley/room"
)

// survive is deferred by work that belongs to no session: a panic in it is
// reported and ends that piece of work, not the server (P5).
func (h *Hub) survive(where string, id room.ID) {
	if p := recover(); p != nil {
		h.reportPanic(where, id, p)
	}
}

func (h *Hub) reportPanic(where string, id room.ID, p any) {
	h.metrics.panics.Inc()
	h.options.Log.Error("a panic", slog.String("where", where), slog.String("room", string(id)),
		slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
}
