package faults

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const moduleRoot = "../.."

func absoluteRoot(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(moduleRoot)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// The product moves on; a mutant that stayed behind is found at once, by name.
func TestMutantsFitTheProduct(t *testing.T) {
	for _, m := range Mutants {
		if _, err := m.Plant(absoluteRoot(t), t.TempDir()); err != nil {
			t.Error(err)
		}
		if _, ok := ScenarioNamed(m.Scenario); !ok {
			t.Errorf("mutant %q: there is no scenario %q", m.Name, m.Scenario)
		}
	}
}

func TestMutantThatStayedBehindIsNamed(t *testing.T) {
	m := Mutant{Name: "old", Edits: []Edit{{"go.mod", "module nothing", ""}}}
	if _, err := m.Plant(absoluteRoot(t), t.TempDir()); err == nil || !strings.Contains(err.Error(), `"old"`) {
		t.Errorf("a snippet that is not there gives %v", err)
	}
}

// The checks are worth what they find: each planted bug must end in the
// violation that it is an example of. A run takes as many of them as it is told,
// others with another seed, because each is a server of its own to be built.
func TestPlantedBugsAreFound(t *testing.T) {
	t.Parallel() // with the faults: both wait more than they work
	t.Logf("drawn by seed %d; again with -faults.seed=%d", seed, seed)
	drawn := rand.New(rand.NewPCG(seed, 0)).Perm(len(Mutants))
	for _, i := range drawn[:min(max(*mutantsFlag, 1), len(drawn))] {
		m := Mutants[i]
		name := strings.ReplaceAll(m.Name, " ", "-")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(root, "mutant-"+name)
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			bin, err := m.Build(t.Context(), absoluteRoot(t), dir)
			if err != nil {
				t.Fatal(err)
			}
			s, _ := ScenarioNamed(m.Scenario)
			s.Name += "-" + name
			var last string
			for try := range m.Tries {
				found, history := runOnce(t, s, seed+uint64(try), bin)
				if slices.ContainsFunc(found, func(v Violation) bool { return slices.Contains(m.Finds, v.Invariant) }) {
					_ = os.RemoveAll(history)
					return
				}
				last = fmt.Sprintf("found %v, history in %s", found, history)
			}
			t.Errorf("%d runs did not find a violation of %v (%s); the last one %s", m.Tries, m.Finds, m.Chance, last)
		})
	}
}
