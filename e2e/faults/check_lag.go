package faults

import "sort"

// lagLimits say how long after its author's ack a commit may reach a client of
// another server, in nanoseconds, while a fault is on that has such a limit and
// for a while after. The machine's own delays come on top.
var lagLimits = map[string]int64{
	"redis-killed": 1e9, "redis-blackhole": 1e9, "redis-refused": 1e9, // I13
	"pubsub-cut": 2e9, // P31: the server looks when it subscribed again
}

// noticeWithin is how long servers may take to see that Redis is gone: a
// publish times out after 250 ms, a connection that hangs within 2 s.
const noticeWithin = 3e9

// checkLag is I13: with the broker down, a commit reaches everybody at most 1 s
// after it was acknowledged.
func checkLag(h *History, f *findings) {
	var spans []Span
	for _, s := range h.Faults {
		if lagLimits[s.Name] != 0 {
			spans = append(spans, s)
		}
	}
	if len(spans) == 0 {
		return
	}
	acked := firstAcks(h)
	stalls := stallsOf(h)
	for _, m := range h.Clients {
		since := int64(1<<63 - 1) // of the welcome: what came before was not delivered late
		for _, e := range m.Events {
			switch e.Kind {
			case KindWelcome:
				since = e.At
			case KindClosed:
				since = 1<<63 - 1
			case KindCommits:
				for i := range e.Each {
					at, ok := acked[StreamKey{m.Room, e.S}][e.From+int64(i)]
					if !ok || at < since {
						continue
					}
					for _, s := range spans {
						limit := lagLimits[s.Name] + stalls.during(at, e.At)
						if begin := s.From + noticeFor(s); at >= begin && at <= s.To && e.At-at > limit {
							f.add("I13", "client %d got rev %d of %s %s after its ack, during %s; at most %s is right", m.C, e.From+int64(i), e.S, ms(e.At-at), s.Name, ms(limit))
						}
					}
				}
			}
		}
	}
}

// noticeFor is how long after its begin a fault need not be noticed yet.
func noticeFor(s Span) int64 {
	if s.Name == "pubsub-cut" {
		return 0
	}
	return noticeWithin
}

// firstAcks returns when each commit was first acknowledged.
func firstAcks(h *History) map[StreamKey]map[int64]int64 {
	out := map[StreamKey]map[int64]int64{}
	for _, m := range h.Clients {
		for _, e := range m.Events {
			if e.Kind != KindAck {
				continue
			}
			key := StreamKey{m.Room, e.S}
			if out[key] == nil {
				out[key] = map[int64]int64{}
			}
			if at, ok := out[key][e.Rev]; !ok || e.At < at {
				out[key][e.Rev] = e.At
			}
		}
	}
	return out
}

// stalls is when the machine itself kept everybody waiting, in order of time.
type stalls []Event

func stallsOf(h *History) stalls {
	var out stalls
	for _, e := range h.Events {
		if e.Kind == KindStall {
			out = append(out, e)
		}
	}
	return out
}

// during returns how long the machine was late between two times, in all.
func (s stalls) during(from, to int64) int64 {
	var sum int64
	for i := sort.Search(len(s), func(i int) bool { return s[i].At >= from }); i < len(s) && s[i].At-s[i].Rev <= to; i++ {
		sum += s[i].Rev
	}
	return sum
}
