package faults

import "time"

// goneWithin is how long after a revocation its sockets may last (P36).
const goneWithin = 2 * time.Second

// checkRevoked is P36: no commit of somebody whose link was revoked has a later
// time than the revocation, both by PostgreSQL's clock, and their sockets end
// soon after it.
func checkRevoked(h *History, f *findings) {
	if len(h.Revoked) == 0 {
		return
	}
	for key, l := range h.Streams {
		for _, logged := range l.Commits {
			c, err := decodeCommit(logged.Body)
			if err != nil {
				continue // I2 says so
			}
			if revoked, ok := h.Revoked[c.By]; ok && logged.Wall > revoked {
				f.add("P36", "rev %d of %s by %s is %d µs younger than the revocation of their link", c.Rev, key.Stream, c.By, logged.Wall-revoked)
			}
		}
	}
	stalls := stallsOf(h)
	for _, s := range h.Faults {
		if s.Name != "revoke" {
			continue
		}
		for _, m := range h.Clients {
			if _, revoked := h.Revoked[m.Note]; !revoked {
				continue
			}
			gone := int64(1<<63 - 1)
			for _, e := range m.Events {
				if e.Kind == KindGone {
					gone = e.At
				}
			}
			if limit := s.From + int64(goneWithin); gone > limit+stalls.during(s.From, limit) {
				f.add("P36", "client %d, whose link was revoked at %s, was not sent away by %s", m.C, ms(s.From), ms(limit))
			}
		}
	}
}
