package realtime

import (
	"slices"

	"parley/room"
)

// window holds the newest batches of a stream, without a hole. It has at most
// windowCommits commits and windowBytes bytes, or one batch that is larger.
type window struct {
	batches []*batch
	bytes   int
}

// push adds the batch that follows the newest one.
func (w *window) push(b *batch) {
	w.batches = append(w.batches, b)
	w.bytes += len(b.frame)
	drop := 0
	for len(w.batches)-drop > 1 && (w.bytes > windowBytes || b.to-w.batches[drop].from >= windowCommits) {
		w.bytes -= len(w.batches[drop].frame)
		w.batches[drop] = nil // so it can be freed
		drop++
	}
	w.batches = w.batches[drop:]
}

// base returns the rev below the oldest commit held, or last when there is none:
// a reader at base or above finds all it misses here.
func (w *window) base(last room.Rev) room.Rev {
	if len(w.batches) == 0 {
		return last
	}
	return w.batches[0].from - 1
}

// at returns the index of the first batch with a commit above rev.
func (w *window) at(rev room.Rev) int {
	i, _ := slices.BinarySearchFunc(w.batches, rev+1, func(b *batch, next room.Rev) int {
		if b.to < next {
			return -1
		}
		return 1
	})
	return i
}
