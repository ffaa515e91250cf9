package realtime

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
)

// What is given to a crew at once is done at once, each piece once; a bounded
// number of goroutines waits for more, does it, and ends with the hub.
func TestCrewDoesEverythingAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := make(chan struct{})
		c := newCrew(stopped)
		before := runtime.NumGoroutine()
		for range 3 {
			var inside, done sync.WaitGroup
			gate := make(chan struct{})
			for range 3 * crewWaiting {
				inside.Add(1)
				done.Add(1)
				c.do(func() {
					defer done.Done()
					inside.Done()
					<-gate
				})
			}
			inside.Wait() // nobody waited for another one
			close(gate)
			done.Wait()
			synctest.Wait()
			if n := int(c.waiting.Load()); n != crewWaiting {
				t.Errorf("%d wait, want %d", n, crewWaiting)
			}
		}
		close(stopped)
		synctest.Wait()
		if n := runtime.NumGoroutine(); n > before {
			t.Errorf("%d goroutines, %d before", n, before)
		}
	})
}
