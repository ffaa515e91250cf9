package realtime

import (
	"sync"
	"time"
)

// repeated is work that at most one goroutine does at a time; asked for while it
// runs, it runs once more.
type repeated struct {
	run func()

	mu      sync.Mutex // guards the fields below
	running bool
	asked   bool // since the last run began
}

// start asks for a run.
func (r *repeated) start(h *Hub) { r.startAfter(h, 0) }

// startAfter asks for a run; when none is under way, it begins after wait.
func (r *repeated) startAfter(h *Hub, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = true
	if r.running || !h.begin() {
		return
	}
	r.running = true
	go r.work(h, wait)
}

func (r *repeated) work(h *Hub, wait time.Duration) {
	defer h.running.Done()
	if wait > 0 {
		h.sleep(wait) // false: the hub ends, and so does what run waits for
	}
	for r.turn() {
		r.once(h)
	}
}

func (r *repeated) once(h *Hub) {
	defer h.survive("background work", "")
	r.run()
}

// turn reports whether there is another run to do.
func (r *repeated) turn() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = r.asked
	r.asked = false
	return r.running
}
