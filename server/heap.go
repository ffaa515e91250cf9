package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// gcPercent lets the heap grow by half between collections. Most of a large
	// server's memory is sockets that wait; Go's own 100 made each cost 12.5 to 14.3
	// KB, this 11.0 to 11.5. Measured: bench, idle.
	gcPercent = 50
	// gcRoom is what the heap may grow by at least. Half of a small server's few
	// megabytes was a collection every hundred edits, which kept one or two of them
	// waiting for 4 ms, and a seventh of a busy server's work. From ten
	// thousand sockets on it is less than half. Measured: bench, latency, throughput.
	gcRoom = 32 << 20
)

// tuneGC sets when garbage is collected, now and after every collection. GOGC in
// the environment is to be asked first.
func tuneGC() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	set := 0
	var tune func(struct{})
	tune = func(struct{}) {
		metrics.Read(live)
		// Setting it stops the world: not for every kilobyte.
		if percent := gcPercentAt(live[0].Value.Uint64()); percent < set || percent > set+set/8 {
			set = percent
			debug.SetGCPercent(set)
		}
		runtime.AddCleanup(new([16]byte), tune, struct{}{}) // by the next collection
	}
	tune(struct{}{})
}

// gcPercentAt returns how much the heap may grow, in hundredths of what lives. Go
// lets it grow to 4 MB times that in any case.
func gcPercentAt(live uint64) int {
	return max(gcPercent, int(gcRoom*100/max(live, 4<<20)))
}
