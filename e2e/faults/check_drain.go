package faults

// drainWithin is how long a server may take to end: its own bound is 20 s with
// the embedded database, which these servers do not have.
const drainWithin = 10_000

// checkDrain is I14 as far as it goes beyond I5: a server that is asked to stop
// says bye to its clients, ends well and in time, and a client that comes back
// goes on from where it was.
func checkDrain(h *History, f *findings) {
	for _, e := range h.Events {
		if e.Kind == KindExit && (e.N != 0 || e.Rev > drainWithin) {
			f.add("I14", "server %d took %d ms to stop and ended with code %d", e.Sv, e.Rev, e.N)
		}
	}
	for _, m := range h.Clients {
		drained := false
		for _, e := range m.Events {
			switch {
			case e.Kind == KindBye && e.Code == "restart":
				drained = true
			case e.Kind == KindPlace && drained && e.Name == "snapshot":
				f.add("I14", "client %d needed a snapshot of %s after a restart, at %s", m.C, e.S, ms(e.At))
			case e.Kind == KindWelcome:
				drained = false // its places came before
			}
		}
	}
	for _, s := range h.Faults {
		if s.Name == "drain" && s.To == 1<<63-1 {
			f.add("I14", "a drain at %s did not end", ms(s.From))
		}
	}
}
