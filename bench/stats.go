//go:build linux

package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// series holds one value per run.
type series []float64

// median returns the middle value, the mean of the two middle ones for an even
// number, and NaN for none.
func (s series) median() float64 { return quantile(s, 0.5) }

// spread returns the smallest and the largest value.
func (s series) spread() (low, high float64) {
	if len(s) == 0 {
		return math.NaN(), math.NaN()
	}
	return slices.Min(s), slices.Max(s)
}

// over returns s[i] / floor[i] for each run: figure and floor of one run were
// measured in turns, so what disturbed the one disturbed the other.
func (s series) over(floor series) series {
	ratio := make(series, 0, len(s))
	for i := range min(len(s), len(floor)) {
		ratio = append(ratio, s[i]/floor[i])
	}
	return ratio
}

// plus returns s[i] + other[i] for each run.
func (s series) plus(other series) series {
	sum := make(series, 0, len(s))
	for i := range min(len(s), len(other)) {
		sum = append(sum, s[i]+other[i])
	}
	return sum
}

// quantile returns the value below which the part q of values lies, between
// neighbours by interpolation.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

// micros turns durations into microseconds.
func micros(ds []time.Duration) []float64 {
	out := make([]float64, len(ds))
	for i, d := range ds {
		out[i] = float64(d.Nanoseconds()) / 1e3
	}
	return out
}

// whole writes a count, thousands apart.
func whole(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// short writes v, which is not negative, with about three digits.
func short(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case v >= 100:
		return whole(int64(math.Round(v)))
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}
