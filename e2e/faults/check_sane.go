package faults

// leastAcked is the share of the ops sent that must have been acknowledged or
// rightly refused: an idle run passes every other check.
const leastAcked = 0.5

// signs are what some client must have seen of a fault: without it, it hit nobody.
var signs = map[string]string{
	"kill": KindClosed, "kill-all": KindClosed, "herd": KindClosed, "drain": KindBye, "revoke": KindBye, "slow-readers": KindResync, "half-open": KindClosed,
}

// checkSane fails a run that tested nothing: too little got through, a fault
// did not fire, somebody did not come back.
func checkSane(h *History, f *findings) {
	sent, answered := 0, 0
	seen := map[string]bool{}
	for _, m := range h.Clients {
		open, final, gone := false, false, false
		verdicts := map[opKey]bool{}
		for _, e := range m.Events {
			seen[e.Kind] = true
			switch e.Kind {
			case KindInvoke:
				sent++
			case KindAck, KindReject:
				op := opKey{"", e.S, e.Seq}
				if e.Code != "busy" && !verdicts[op] {
					verdicts[op] = true
					answered++
				}
			case KindWelcome:
				open = true
			case KindClosed:
				open = false
			case KindFinal:
				final = true
			case KindGone:
				gone = true
			}
		}
		if !final && !gone {
			f.add("sane", "client %d did not reach its end", m.C)
		}
		if _, revoked := h.Revoked[m.Note]; gone && !revoked {
			f.add("sane", "client %d was sent away for good", m.C)
		}
		if final && !open && !gone {
			f.add("sane", "client %d did not come back", m.C)
		}
	}
	if sent == 0 || float64(answered) < leastAcked*float64(sent) {
		f.add("sane", "%d ops were sent and %d answered", sent, answered)
	}
	if len(h.Faults) == 0 {
		f.add("sane", "no fault fired")
	}
	for _, s := range h.Faults[:min(len(h.Faults), 1)] { // a run has one kind
		if sign := signs[s.Name]; sign != "" && !seen[sign] {
			f.add("sane", "%s hit nobody: no client saw %s", s.Name, sign)
		}
	}
	if len(h.Streams) == 0 {
		f.add("sane", "nothing was read from PostgreSQL at the end")
	}
}

// checkRefusals fails a run in which an op was refused that nothing is wrong
// with: whoever sent it would see an error that no fault excuses.
func checkRefusals(h *History, f *findings) {
	for _, m := range h.Clients {
		may := map[opKey]Event{}
		for _, e := range m.Events {
			op := opKey{"", e.S, e.Seq}
			_, revoked := h.Revoked[m.Note]
			switch {
			case e.Kind == KindInvoke:
				may[op] = e
			case e.Kind == KindReject && e.Code == "forbidden" && revoked:
			case e.Kind == KindReject && e.Code != "busy" && !contains(may[op].May, e.Code) && !contains(may[op].May, "*"):
				f.add("sane", "op %d of client %d, %s, was refused at %s: %s %s", e.Seq, m.C, may[op].Name, ms(e.At), e.Code, e.Note)
			case e.Kind == KindAck && contains(may[op].May, "!"):
				f.add("sane", "op %d of client %d, %s, was accepted though it is wrong", e.Seq, m.C, may[op].Name)
			}
		}
	}
}
