//go:build linux

package main

import (
	"fmt"
	"os"
)

// inTurns has every system do f once a run, run after run, so that what disturbs
// one run disturbs all. A peer that fails is left out from then on, and the
// result says so; Parley and the floors must not fail.
func (b *bench) inTurns(systems []system, f func(system) error) error {
	return b.inTurnsOf(b.size.runs, systems, f)
}

// inTurnsOf is inTurns with another number of runs.
func (b *bench) inTurnsOf(runs int, systems []system, f func(system) error) error {
	gone := map[system]bool{}
	for range runs {
		for _, s := range systems {
			if gone[s] {
				continue
			}
			err := f(s)
			p, ok := s.(*peer)
			if err != nil && (!ok || p.floor) {
				return err
			}
			if err != nil {
				gone[s] = true
				p.failures = append(p.failures, "gave up: "+err.Error())
				fmt.Fprintln(os.Stderr, "bench: a peer is left out:", err)
			}
		}
	}
	return nil
}
