package faults

import (
	"slices"
	"time"
)

// follow is how a client follows one stream: what it has of it, and its ops
// that have no verdict yet.
type follow struct {
	stream string
	known  bool // epoch, rev and state are the server's
	epoch  string
	rev    int64
	state  State

	joining bool      // join is sent, its answer is to come
	behind  int       // pongs in a row that named more than there is (P22)
	hold    time.Time // nothing is sent before: the server is busy (P13)

	seq     int64 // of the newest op
	pending []*op // without a verdict, by seq
	recent  []*op // with one, the newest last: they may be sent again (I7)
	again   *op   // the one that is to be; nil for none
}

// op is one op of a client. Its frame never changes (P10).
type op struct {
	seq     int64
	frame   []byte
	invoked bool // it was sent once
	waiting bool // it was sent, its answer is to come
}

// keptOps is how many answered ops a client may ask about again. The server
// remembers the newest 16 refusals.
const keptOps = 8

// find returns the op with a seq, and whether it has no verdict yet.
func (f *follow) find(seq int64) (*op, bool) {
	for _, o := range f.pending {
		if o.seq == seq {
			return o, true
		}
	}
	for _, o := range f.recent {
		if o.seq == seq {
			return o, false
		}
	}
	return nil, false
}

// decided takes the verdict of an op in.
func (f *follow) decided(seq int64) {
	for i, o := range f.pending {
		if o.seq == seq {
			f.pending = slices.Delete(f.pending, i, i+1)
			o.waiting = false
			f.recent = append(f.recent, o)
			if len(f.recent) > keptOps {
				f.recent = f.recent[1:]
			}
			return
		}
	}
}

// postponed takes an op back that was not processed.
func (f *follow) postponed(seq int64) {
	o, undecided := f.find(seq)
	if o == nil {
		return
	}
	o.waiting = false
	if undecided {
		return
	}
	// It had been answered before, and was asked about again. Until it comes once
	// more, the server takes nothing above it (P13).
	f.recent = slices.DeleteFunc(f.recent, func(r *op) bool { return r == o })
	f.pending = append(f.pending, o)
	slices.SortFunc(f.pending, func(a, b *op) int { return int(a.seq - b.seq) })
}

// reached takes in that the server has processed everything up to seq.
func (f *follow) reached(seq int64) {
	for len(f.pending) > 0 && f.pending[0].seq <= seq {
		f.decided(f.pending[0].seq)
	}
	for _, o := range f.pending {
		o.waiting = false
	}
}

// waiting is how many ops are without an answer.
func (f *follow) waiting() int {
	n := 0
	for _, o := range f.pending {
		if o.waiting {
			n++
		}
	}
	return n
}

// next returns the op to be sent now, nil when it has to wait for something.
func (f *follow) next(window int, now time.Time) *op {
	if !f.known || f.joining || now.Before(f.hold) || f.waiting() >= window {
		return nil
	}
	if o := f.again; o != nil {
		f.again = nil
		return o
	}
	for _, o := range f.pending {
		if !o.waiting {
			return o
		}
	}
	return nil
}
