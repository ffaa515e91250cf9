package faults

import "fmt"

// What one server may hold (I12). They are the limits of realtime/options.go,
// and for what has none there, many times what a good run shows.
const (
	maxQueuePerRoom  = 256       // requests that wait for the writer
	maxWindowPerRoom = 3 * 384e3 // bytes of commits kept, 256 KB a stream and a batch
	maxHeap          = 256e6     // bytes in use
	goroutinesBase   = 150       // with nobody there
	goroutinesEach   = 4         // per socket
)

// checkResources is I12 as /metrics shows it: memory is bounded per connection,
// room and server, and what members used goes with them.
func checkResources(h *History, f *findings) {
	for _, e := range h.Events {
		if e.Kind != KindMetrics {
			continue
		}
		rooms, sockets := e.Metrics["parley_rooms"], e.Metrics["parley_sockets"]
		limits := map[string]float64{
			"parley_commit_queue":          maxQueuePerRoom * rooms,
			"parley_window_bytes":          maxWindowPerRoom * rooms,
			"go_memstats_heap_inuse_bytes": maxHeap,
			"go_goroutines":                goroutinesBase + goroutinesEach*sockets,
		}
		if e.Note == "empty" {
			limits["parley_sockets"] = 0
			limits["go_goroutines"] = goroutinesBase
		}
		for name, limit := range limits {
			if got, there := e.Metrics[name]; !there || got > limit {
				f.add("I12", "server %d at %s: %s is %s, at most %.0f is right with %.0f rooms and %.0f sockets", e.Sv, ms(e.At), name, shown(got, there), limit, rooms, sockets)
			}
		}
		if panics := e.Metrics["parley_session_panics_total"]; panics > 0 {
			f.add("sane", "server %d survived %.0f panics", e.Sv, panics)
		}
	}
}

func shown(v float64, there bool) string {
	if !there {
		return "not shown"
	}
	return fmt.Sprintf("%.0f", v)
}
