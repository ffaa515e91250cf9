package faults

import (
	"slices"
	"sort"
)

// verdict is an answer that stays.
type verdict struct {
	rev  int64
	code string
}

// notVerdicts are answers that say nothing about the op: it was not processed
// (busy), or so long ago that the server does not know any more.
var notVerdicts = []string{"busy", "expired"}

// checkVerdicts compares answers with the log. I5: what was acknowledged is
// there, and was there when the ack came. I6: what was refused is not. I7:
// asking again gets the same verdict.
func checkVerdicts(h *History, f *findings) {
	type place struct{ client, stream string }
	logged := map[place]map[int64]int64{} // rev by seq
	for key, l := range h.Streams {
		for _, c := range l.Commits {
			at := place{c.ID, key.Stream}
			if logged[at] == nil {
				logged[at] = map[int64]int64{}
			}
			logged[at][c.Seq] = c.Rev
		}
	}
	for _, m := range h.Clients {
		given := map[opKey]verdict{}
		_, revoked := h.Revoked[m.Note]
		for _, e := range m.Events {
			if revoked && e.Kind == KindReject && e.Code == "forbidden" {
				continue // to one who has no access any more nothing is told of what was
			}
			v := verdict{rev: e.Rev, code: e.Code}
			rev, there := logged[place{m.ID, e.S}][e.Seq]
			switch {
			case e.Kind == KindAck && (!there || rev != e.Rev):
				f.add("I5", "op %d of client %d was acknowledged at rev %d of %s at %s; the log has it at %d (0: nowhere)", e.Seq, m.C, e.Rev, e.S, ms(e.At), rev)
			case e.Kind == KindAudit && e.N == 0:
				f.add("I5", "op %d of client %d was acknowledged at rev %d of %s at %s, and PostgreSQL did not have it then", e.Seq, m.C, e.Rev, e.S, ms(e.At))
				continue
			case e.Kind == KindReject && !slices.Contains(notVerdicts, e.Code) && there:
				f.add("I6", "op %d of client %d was refused (%s), and took effect at rev %d of %s", e.Seq, m.C, e.Code, rev, e.S)
			}
			if e.Kind != KindAck && (e.Kind != KindReject || slices.Contains(notVerdicts, e.Code)) {
				continue
			}
			op := opKey{m.ID, e.S, e.Seq}
			if first, ok := given[op]; ok && first != v {
				f.add("I7", "op %d of client %d in %s got the verdict %v, then %v", e.Seq, m.C, e.S, first, v)
			}
			given[op] = v
		}
	}
}

// checkRealTime is the half of I9 that needs a clock: an op that was sent after
// another was acknowledged comes behind it, so the highest rev is the latest
// word. One sweep over the calls and returns of each stream.
func checkRealTime(h *History, f *findings) {
	type moment struct {
		at     int64
		ret    bool
		rev    int64
		client int
	}
	moments := map[StreamKey][]moment{}
	for _, m := range h.Clients {
		called := map[opKey]int64{}
		for _, e := range m.Events {
			op := opKey{m.ID, e.S, e.Seq}
			switch e.Kind {
			case KindInvoke:
				called[op] = e.At
			case KindAck:
				key := StreamKey{m.Room, e.S}
				if at, ok := called[op]; ok {
					moments[key] = append(moments[key], moment{at, false, e.Rev, m.C})
					delete(called, op) // a second ack says nothing new about when
				}
				moments[key] = append(moments[key], moment{e.At, true, e.Rev, m.C})
			}
		}
	}
	for key, all := range moments {
		sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
		var newest moment
		for _, m := range all {
			switch {
			case m.ret && m.rev > newest.rev:
				newest = m
			case !m.ret && m.rev < newest.rev:
				f.add("I9", "in %s client %d sent an op at %s, after rev %d was acknowledged, and it became rev %d", key.Stream, m.client, ms(m.at), newest.rev, m.rev)
			}
		}
	}
}
