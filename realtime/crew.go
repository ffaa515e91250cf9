package realtime

import "sync/atomic"

// crewWaiting is how many goroutines of a crew wait for work at most.
const crewWaiting = 32

// crew does pieces of work on goroutines that have done such work before. A new
// one begins with a small stack, which a commit outgrows four times; growing it
// was a twentieth of the server's work on one.
type crew struct {
	work    chan func() // to one that waits
	waiting atomic.Int32
	stopped <-chan struct{}
}

func newCrew(stopped <-chan struct{}) *crew {
	return &crew{work: make(chan func()), stopped: stopped}
}

// do does f on a goroutine of its own.
func (c *crew) do(f func()) {
	select {
	case c.work <- f:
	default: // nobody waits
		go c.serve(f)
	}
}

func (c *crew) serve(f func()) {
	for {
		f()
		if c.waiting.Add(1) > crewWaiting {
			c.waiting.Add(-1)
			return
		}
		select {
		case f = <-c.work:
			c.waiting.Add(-1)
		case <-c.stopped:
			return
		}
	}
}
