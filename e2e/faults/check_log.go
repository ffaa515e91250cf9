package faults

// checkLog looks at the log alone. I1: the revs of a stream are exactly
// 1 … head. I6: an op takes effect at most once, a client's ops in their order.
func checkLog(h *History, f *findings) {
	for key, l := range h.Streams {
		last := map[string]Event{} // by client
		for i, c := range l.Commits {
			if want := int64(i + 1); c.Rev != want {
				f.add("I1", "the %s log of room %s has rev %d where %d belongs", key.Stream, key.Room, c.Rev, want)
				break
			}
			if c.ID == "" {
				continue // a twin, or the server's own
			}
			before, seen := last[c.ID]
			switch {
			case seen && c.Seq == before.Seq:
				f.add("I6", "op %d of client %s took effect at rev %d and at rev %d of %s", c.Seq, c.ID, before.Rev, c.Rev, key.Stream)
			case seen && c.Seq < before.Seq:
				f.add("I6", "op %d of client %s took effect at rev %d of %s, after its op %d at rev %d", c.Seq, c.ID, c.Rev, key.Stream, before.Seq, before.Rev)
			}
			last[c.ID] = c
		}
		if n := int64(len(l.Commits)); l.Head.Rev != n {
			f.add("I1", "the head of %s of room %s is at rev %d, the log holds %d commits", key.Stream, key.Room, l.Head.Rev, n)
		}
	}
}
