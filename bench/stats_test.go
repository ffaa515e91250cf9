//go:build linux

package main

import (
	"math"
	"testing"
)

func TestQuantileLiesBetweenNeighbours(t *testing.T) {
	values := []float64{4, 1, 3, 2}
	for q, want := range map[float64]float64{0: 1, 0.5: 2.5, 1: 4, 0.25: 1.75} {
		if got := quantile(values, q); math.Abs(got-want) > 1e-9 {
			t.Errorf("quantile %g = %g, want %g", q, got, want)
		}
	}
	if got := quantile(nil, 0.5); !math.IsNaN(got) {
		t.Errorf("the median of nothing = %g", got)
	}
}

// The ratio is taken within each run: a median of ratios, not of figures.
func TestATargetIsJudgedByTheMedianOfTheRunsRatios(t *testing.T) {
	r := row{ours: series{10, 30, 100}, floor: "floor", floors: series{10, 10, 20}, target: target{atMost: 2.5}}

	if got := r.judged().median(); got != 3 {
		t.Errorf("judged by %g, want 3", got)
	}
	if r.met() != "missed" || r.wanted() != "≤ 2.5×" {
		t.Errorf("%s of %s", r.met(), r.wanted())
	}
	r.target = target{atLeast: 3}
	if r.met() != "met" || r.wanted() != "≥ 3×" {
		t.Errorf("%s of %s", r.met(), r.wanted())
	}
	r.floor, r.target = "", target{atMost: 12}
	if r.met() != "missed" || r.wanted() != "≤ 12" {
		t.Errorf("%s of %s", r.met(), r.wanted())
	}
}

func TestShortWritesThreeDigits(t *testing.T) {
	for v, want := range map[float64]string{0.1234: "0.12", 12.34: "12.3", 123.4: "123", 1234: "1,234", 1234567: "1,234,567"} {
		if got := short(v); got != want {
			t.Errorf("short(%g) = %q, want %q", v, got, want)
		}
	}
}
