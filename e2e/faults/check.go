package faults

import (
	"cmp"
	"fmt"
	"slices"
)

// Violation is one way in which a history breaks an invariant.
type Violation struct {
	Invariant string // "I1" … "I15", a rule of PROTOCOL.md, or "sane"
	Detail    string
}

func (v Violation) String() string { return v.Invariant + ": " + v.Detail }

// maxDetails is how many violations of one invariant are told; what follows the
// first few is most often their echo.
const maxDetails = 5

// findings collects violations.
type findings struct {
	list  []Violation
	count map[string]int
}

func (f *findings) add(invariant, format string, args ...any) {
	f.count[invariant]++
	if f.count[invariant] <= maxDetails {
		f.list = append(f.list, Violation{invariant, fmt.Sprintf(format, args...)})
	}
}

// checks are all that is known of a good history. Each takes O(n log n) at most.
var checks = []func(*History, *findings){
	checkLog,       // I1 I6
	checkReplay,    // I2 I8 I9 I10
	checkQuiet,     // I3
	checkSteps,     // I4
	checkBytes,     // I15
	checkVerdicts,  // I5 I6 I7
	checkRealTime,  // I9
	checkPrivacy,   // I11
	checkResources, // I12
	checkLag,       // I13
	checkDrain,     // I14
	checkRevoked,   // P36
	checkEnds,      // P38
	checkPresence,  // P25
	checkRefusals,  // sane
	checkSane,      // sane
}

// Check returns what is wrong with a history, in the order of the invariants.
// Of each invariant it tells the first few violations and the number of the others.
func Check(h *History) []Violation {
	f := &findings{count: map[string]int{}}
	for _, check := range checks {
		check(h, f)
	}
	for invariant, n := range f.count {
		if n > maxDetails {
			f.list = append(f.list, Violation{invariant, fmt.Sprintf("and %d more", n-maxDetails)})
		}
	}
	slices.SortStableFunc(f.list, func(a, b Violation) int { return cmp.Compare(a.Invariant, b.Invariant) })
	return f.list
}

// ms shows nanoseconds since the begin of a run.
func ms(at int64) string { return fmt.Sprintf("%d ms", at/1e6) }
