package faults

import "fmt"

// checkQuiet is I3: once quiet, every client equals PostgreSQL.
func checkQuiet(h *History, f *findings) {
	folded := map[StreamKey]string{}
	for key, l := range h.Streams {
		state := State{}
		for _, logged := range l.Commits {
			if c, err := decodeCommit(logged.Body); err == nil {
				state.fold(c)
			}
		}
		folded[key] = state.hash()
	}
	for _, m := range h.Clients {
		for _, e := range m.Events {
			if e.Kind != KindFinal {
				continue
			}
			key := StreamKey{m.Room, e.S}
			head := h.streamOf(m, e.S).Head.Rev
			switch {
			case e.N != 0:
				f.add("I3", "client %d ends with %d ops of %s without a verdict", m.C, e.N, e.S)
			case e.Rev != head:
				f.add("I3", "client %d ends at rev %d of %s, PostgreSQL is at %d", m.C, e.Rev, e.S, head)
			case e.Hash != folded[key]:
				f.add("I3", "client %d ends at rev %d of %s with another state than the log gives", m.C, e.Rev, e.S)
			}
		}
	}
	for _, e := range h.Events {
		if e.Kind == KindIdle {
			f.add("I3", "not everybody was up to date %s after the last fault: %s", ms(e.Rev), e.Note)
		}
	}
}

// place is where a client stands in a stream.
type place struct {
	rev   int64
	epoch string
	known bool
}

// checkSteps is I4: a client applies contiguous revs within an epoch; a
// snapshot only jumps forward; another epoch begins with a snapshot. It also
// counts what the clients themselves saw the server do wrong.
func checkSteps(h *History, f *findings) {
	for _, m := range h.Clients {
		at := map[string]place{}
		for _, e := range m.Events {
			p := at[e.S]
			switch e.Kind {
			case KindPlace:
				if fault := p.moved(e); fault != "" {
					f.add("I4", "client %d in %s at %s: %s", m.C, e.S, ms(e.At), fault)
				}
				at[e.S] = place{e.Rev, e.Epoch, true}
			case KindCommits:
				if p.known && (e.From != p.rev+1 || e.Epoch != p.epoch) {
					f.add("I4", "client %d in %s at %s: rev %d of epoch %s follows rev %d of epoch %s", m.C, e.S, ms(e.At), e.From, e.Epoch, p.rev, p.epoch)
				}
				at[e.S] = place{e.From + int64(len(e.Each)) - 1, e.Epoch, true}
			case KindBroken:
				f.add("I4", "client %d at %s: %s", m.C, ms(e.At), e.Note)
			}
		}
	}
}

// moved returns what is wrong with an answer to hello or join.
func (p place) moved(e Event) string {
	switch {
	case !p.known && e.Name == "resumed":
		return "it was resumed without having anything"
	case !p.known:
		return ""
	case e.Epoch != p.epoch && e.Name == "resumed":
		return fmt.Sprintf("it was resumed into epoch %s, but holds epoch %s", e.Epoch, p.epoch)
	case e.Epoch != p.epoch:
		return ""
	case e.Name == "resumed" && e.Rev != p.rev:
		return fmt.Sprintf("it was resumed at rev %d, but stands at %d", e.Rev, p.rev)
	case e.Rev < p.rev:
		return fmt.Sprintf("a snapshot took it back from rev %d to %d", p.rev, e.Rev)
	}
	return ""
}

// checkBytes is I15: a rev's commit is byte for byte the same live, from the
// window and from the log.
func checkBytes(h *History, f *findings) {
	hashes := map[StreamKey][]string{}
	for key, l := range h.Streams {
		for _, c := range l.Commits {
			hashes[key] = append(hashes[key], hashOf(c.Body))
		}
	}
	for _, m := range h.Clients {
		for _, e := range m.Events {
			if e.Kind != KindCommits {
				continue
			}
			logged := hashes[StreamKey{m.Room, e.S}]
			for i, hash := range e.Each {
				rev := e.From + int64(i)
				switch {
				case rev < 1 || rev > int64(len(logged)):
					f.add("I15", "client %d got rev %d of %s, which the log does not have", m.C, rev, e.S)
				case logged[rev-1] != hash:
					f.add("I15", "client %d got other bytes for rev %d of %s than the log has", m.C, rev, e.S)
				}
			}
		}
	}
}
