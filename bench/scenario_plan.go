//go:build linux

package main

import (
	"context"
	"fmt"
)

// largePlan asks whether a plan as large as the limits allow is edited as fast
// as an ordinary one: five people in each of two rooms, one edit in flight, the
// rooms in turns.
//
// The floor of the large plan is the ordinary one.
func largePlan(ctx context.Context, b *bench) error {
	var crowds []*crowd
	for _, n := range b.size.plan {
		c, err := newCrowd(ctx, b.api, fmt.Sprintf("Plan of %d", n), n-1, 5) // go-live is in every plan
		if err != nil {
			return err
		}
		b.loop.do(func() { b.crowds = append(b.crowds, c) })
		crowds = append(crowds, c)
	}
	if err := b.enter(crowds, 5); err != nil {
		return err
	}
	defer b.leave(crowds)

	p50, p99 := make([]series, len(crowds)), make([]series, len(crowds))
	for range b.size.runs {
		took := make([][]float64, len(crowds))
		for range b.size.blocks {
			for i, c := range crowds {
				seen, _, err := oneInFlight(ctx, b.loop, c, b.size.edits/b.size.blocks)
				if err != nil {
					return err
				}
				took[i] = append(took[i], micros(seen)...)
			}
		}
		for i := range crowds {
			p50[i], p99[i] = append(p50[i], quantile(took[i], 0.5)), append(p99[i], quantile(took[i], 0.99))
		}
	}
	small, large := b.size.plan[0], b.size.plan[1]
	title := fmt.Sprintf("Edit → others in a plan of %d milestones", large)
	floor := fmt.Sprintf("the same in a plan of %d", small)
	b.add(row{title, "p50", "µs", p50[1], floor, p50[0], target{atMost: 2}},
		row{title, "p99", "µs", p99[1], floor, p99[0], target{atMost: 2}})
	return settle(b.loop, crowds)
}
