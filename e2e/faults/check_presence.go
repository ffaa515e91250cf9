package faults

// checkPresence is P25 where no fault takes anybody away: the number of those who
// are shown as there sinks only when somebody's socket has closed. Clocks that
// differ must not have people flicker.
func checkPresence(h *History, f *findings) {
	if len(h.Faults) == 0 || h.Faults[0].Name != "server-clock" {
		return
	}
	closed := map[string]int{} // by room
	for _, m := range h.Clients {
		for _, e := range m.Events {
			if e.Kind == KindClosed {
				closed[m.Room]++
			}
		}
	}
	for _, m := range h.Clients {
		sank, before := 0, 0
		for _, e := range m.Events {
			if e.Kind != KindPresence && e.Kind != KindWelcome {
				continue
			}
			if e.N < before {
				sank++
			}
			before = e.N
		}
		if sank > closed[m.Room] {
			f.add("P25", "client %d saw somebody leave %d times, and %d sockets closed", m.C, sank, closed[m.Room])
		}
	}
}
