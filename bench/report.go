//go:build linux

package main

import (
	"bytes"
	"fmt"
	"slices"
	"time"
)

// row is one figure beside its floor.
type row struct {
	scenario string
	what     string
	unit     string
	ours     series
	floor    string // what the floor is, "" for none
	floors   series
	target   target
}

// target is what a figure has to reach: a ratio to the floor, or, without a
// floor, a value. The zero target is none: the figure is for information.
type target struct {
	atMost, atLeast float64
	none            bool // the figure has to be zero in every run
}

// judged is the series the target is about.
func (r row) judged() series {
	if r.floor == "" {
		return r.ours
	}
	return r.ours.over(r.floors)
}

// met says how the figure stands to its target: "met", "missed", or "".
func (r row) met() string {
	v := r.judged().median()
	switch {
	case r.target == target{}:
		return ""
	case r.target.none && slices.Max(r.judged()) == 0:
		return "met"
	case r.target.atMost > 0 && v <= r.target.atMost, r.target.atLeast > 0 && v >= r.target.atLeast:
		return "met"
	default:
		return "missed"
	}
}

// wanted writes the target: "≤ 2.5×" or "≤ 12".
func (r row) wanted() string {
	sign, v := "≤", r.target.atMost
	if r.target.atLeast > 0 {
		sign, v = "≥", r.target.atLeast
	}
	if v == 0 {
		return ""
	}
	if r.floor == "" {
		return fmt.Sprintf("%s %g", sign, v)
	}
	return fmt.Sprintf("%s %g×", sign, v)
}

// withSpread writes the median and, when there is more than one run, the
// smallest and the largest in brackets.
func (s series) withSpread(suffix string) string {
	if len(s) < 2 {
		return short(s.median()) + suffix
	}
	low, high := s.spread()
	return fmt.Sprintf("%s%s (%s–%s)", short(s.median()), suffix, short(low), short(high))
}

// about is what the reader needs to run it again.
type about struct {
	at      time.Time
	command string
	version string // of the source
	machine machine
	size    size
	took    time.Duration
}

// markdown writes the result file.
func markdown(a about, rows []row, c checks) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Measured %s\n\n", a.at.Format("2006-01-02 15:04 MST"))
	fmt.Fprintf(&b, "`%s`, source %s, took %s.\n\n", a.command, a.version, a.took.Round(time.Second))
	fmt.Fprintf(&b, "%s\n\n", a.machine)
	fmt.Fprintf(&b, "Median of %d runs, smallest and largest in brackets. A ratio is ours ÷ floor within one run; floors are described in [README.md](../README.md).\n", a.size.runs)
	scenario := ""
	for _, r := range rows {
		if r.scenario != scenario {
			scenario = r.scenario
			fmt.Fprintf(&b, "\n## %s\n\n| figure | unit | Parley | floor | ratio | target | |\n|---|---|---|---|---|---|---|\n", scenario)
		}
		b.WriteString(r.markdown())
	}
	fmt.Fprintf(&b, "\n## Checks\n\n%s", c)
	return b.Bytes()
}

func (r row) markdown() string {
	floor, ratio := "", ""
	if r.floor != "" {
		floor = fmt.Sprintf("%s, %s", r.floors.withSpread(""), r.floor)
		ratio = r.ours.over(r.floors).withSpread("×")
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s |\n",
		r.what, r.unit, r.ours.withSpread(""), floor, ratio, r.wanted(), r.met())
}
