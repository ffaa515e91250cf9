package faults

// checkPrivacy is I11: nothing private reaches the other side on any path. What
// is private carries a word that clients and the HTTP prober look for in every
// byte they get.
func checkPrivacy(h *History, f *findings) {
	allowed := map[string][]string{
		"seller": {"shared", "seller"}, "buyer": {"shared", "buyer"}, "watch": {"shared"},
	}
	for _, e := range h.Events {
		if e.Kind == KindLeak {
			f.add("I11", "client %d saw what is not for its side at %s, in %s", e.C, ms(e.At), e.Note)
		}
	}
	for _, m := range h.Clients {
		for _, e := range m.Events {
			if e.S != "" && !contains(allowed[m.Name], e.S) {
				f.add("I11", "client %d, a %s, was told of the stream %s at %s", m.C, m.Name, e.S, ms(e.At))
			}
		}
	}
}

func contains(all []string, s string) bool {
	for _, one := range all {
		if one == s {
			return true
		}
	}
	return false
}

// checkRevoked is P36: no commit of somebody whose link was revoked has a later
// time than the revocation, both by PostgreSQL's clock.
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
}
