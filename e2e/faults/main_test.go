package faults

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var (
	seedFlag    = flag.Uint64("faults.seed", 0, "seed of every run; 0 draws one")
	mutantsFlag = flag.Int("faults.mutants", 4, "how many planted bugs to find")
	keepFlag    = flag.Bool("faults.keep", false, "keep the history of good runs too")
)

// built is the server of this tree, and the directory that it and the runs are in.
var built struct {
	once sync.Once
	bin  string
	err  error
}

var seed, root = func() (uint64, string) {
	dir, err := os.MkdirTemp("", "parley-histories-")
	if err != nil {
		panic(err)
	}
	return rand.Uint64N(1 << 32), dir
}()

// TestMain lets five worlds run at once: most of their time they wait.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "5")
	flag.Parse()
	if *seedFlag != 0 {
		seed = *seedFlag
	}
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if code == 0 && !*keepFlag {
		_ = os.RemoveAll(root)
	}
	os.Exit(code)
}

func server(t *testing.T) string {
	t.Helper()
	built.once.Do(func() { built.bin, built.err = Build(context.Background(), root, nil) })
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.bin
}

// runWithin bounds one run.
const runWithin = 2 * time.Minute

// runOnce runs a scenario and returns what was found, and where the history is.
func runOnce(t *testing.T, s Scenario, seed uint64, bin string) ([]Violation, string) {
	t.Helper()
	dir := filepath.Join(root, fmt.Sprintf("%s-%d", s.Name, seed))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), runWithin)
	defer cancel()
	found, err := Run(ctx, s, seed, bin, dir)
	if err != nil {
		t.Fatalf("%v; what there is is in %s", err, dir)
	}
	return found, dir
}

// I1–I15: whatever breaks, what was promised holds.
func TestFaults(t *testing.T) {
	t.Parallel()
	t.Logf("seed %d; run again with -faults.seed=%d; histories in %s", seed, seed, root)
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			found, dir := runOnce(t, s, seed, server(t))
			for _, v := range found {
				t.Error(v)
			}
			if len(found) > 0 {
				t.Errorf("seed %d; check again with: go run ./e2e/faults/check %s", seed, dir)
			} else if !*keepFlag {
				_ = os.RemoveAll(dir)
			}
		})
	}
}

// What is said to be tried is: the runs that docs/reliability.md names are there,
// and every one of them is named.
func TestDocumentNamesEveryFault(t *testing.T) {
	page, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`faults:([a-z-]+)`").FindAllStringSubmatch(string(page), -1) {
		named[m[1]] = true
		if _, ok := ScenarioNamed(m[1]); !ok && (clocksCanJump || m[1] != "server-clock") {
			t.Errorf("there is no fault %s", m[1])
		}
	}
	for _, s := range Scenarios() {
		if !named[s.Name] && s.Name != "nothing" {
			t.Errorf("docs/reliability.md does not name %s", s.Name)
		}
	}
}
