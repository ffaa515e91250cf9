package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// A small heap may grow by a fixed size, a large one by half.
func TestHeapHasRoomToGrow(t *testing.T) {
	for live, want := range map[uint64]int{0: 800, 1 << 20: 800, 16 << 20: 200, 64 << 20: 50, 1 << 30: 50} {
		if got := gcPercentAt(live); got != want {
			t.Errorf("%d bytes live: %d, want %d", live, got, want)
		}
	}
}

// What is collected decides when the next collection is, again and again.
func TestCollectionsAreTunedByWhatLives(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	set := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	becomes := func(isIt func(uint64) bool) bool {
		for range 200 {
			runtime.GC()
			if metrics.Read(set); isIt(set[0].Value.Uint64()) {
				return true
			}
			time.Sleep(time.Millisecond)
		}
		return false
	}
	ballast := make([]byte, 128<<20)
	tuneGC()
	if !becomes(func(p uint64) bool { return p == gcPercent }) {
		t.Error("a large heap grows by more than half")
	}
	runtime.KeepAlive(ballast)
	if !becomes(func(p uint64) bool { return p > gcPercent }) {
		t.Error("a small heap has no room again")
	}
}
