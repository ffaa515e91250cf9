package faults

// checkEnds is P38: a session ends when its link does by PostgreSQL's clock, not
// before, and not much later, whatever its server takes the time to be. That
// nothing is committed later is checkRevoked's.
func checkEnds(h *History, f *findings) {
	stalls := stallsOf(h)
	last := int64(0)
	if n := len(h.Events); n > 0 {
		last = h.Events[n-1].At
	}
	for _, m := range h.Clients {
		end, ends := h.Ends[LinkKey{m.Room, m.Code}]
		if !ends {
			continue
		}
		gone := int64(1<<63 - 1)
		for _, e := range m.Events {
			if e.Kind == KindGone {
				gone = e.At
			}
		}
		limit := end + int64(goneWithin)
		switch {
		case gone < end:
			f.add("P38", "client %d was sent away at %s, and its link ends at %s", m.C, ms(gone), ms(end))
		case limit < last && gone > limit+stalls.during(end, limit):
			f.add("P38", "client %d, whose link ended at %s, was not sent away by %s", m.C, ms(end), ms(limit))
		}
	}
}
