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
