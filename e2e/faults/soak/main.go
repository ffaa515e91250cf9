// Command soak runs the faults of package faults for as long as it is told, one
// run after another, each with a seed of its own, and stops at the first that
// breaks an invariant. Its history is kept and named.
//
//	go run ./e2e/faults/soak -duration 2h -seed 1 -faults kill,redis-killed
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"parley/e2e/faults"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	duration := flag.Duration("duration", 10*time.Minute, "how long to go on; the last run is finished")
	seed := flag.Uint64("seed", rand.Uint64N(1<<32), "seed of the first run; each has the next one")
	names := flag.String("faults", "", "names of faults, with commas between; all when empty")
	times := flag.Int("times", 10, "how often the fault strikes in each run")
	flag.Parse()
	all, err := chosen(*names)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "parley-soak-")
	if err != nil {
		return err
	}
	fmt.Printf("seed %d, histories in %s\n", *seed, dir)
	bin, err := faults.Build(ctx, dir, nil)
	if err != nil {
		return err
	}
	began, runs := time.Now(), 0
	for ; time.Since(began) < *duration && ctx.Err() == nil; runs++ {
		s := all[runs%len(all)]
		s.Times = *times
		if err := once(ctx, s, *seed+uint64(runs), bin, dir); err != nil {
			return err
		}
	}
	fmt.Printf("%d runs in %s: every invariant holds\n", runs, time.Since(began).Round(time.Second))
	return os.RemoveAll(dir)
}

// chosen returns the scenarios with the given names.
func chosen(names string) ([]faults.Scenario, error) {
	all := faults.Scenarios()
	if names == "" {
		return all, nil
	}
	var out []faults.Scenario
	for _, name := range strings.Split(names, ",") {
		i := slices.IndexFunc(all, func(s faults.Scenario) bool { return s.Name == name })
		if i < 0 {
			var known []string
			for _, s := range all {
				known = append(known, s.Name)
			}
			return nil, fmt.Errorf("-faults is %q, but the faults are %s", names, strings.Join(known, ", "))
		}
		out = append(out, all[i])
	}
	return out, nil
}

func once(ctx context.Context, s faults.Scenario, seed uint64, bin, dir string) error {
	at := filepath.Join(dir, fmt.Sprintf("%s-%d", s.Name, seed))
	if err := os.Mkdir(at, 0o755); err != nil {
		return err
	}
	began := time.Now()
	found, err := faults.Run(ctx, s, seed, bin, at)
	if err != nil {
		return fmt.Errorf("%w; what there is is in %s", err, at)
	}
	for _, v := range found {
		fmt.Println(v)
	}
	if len(found) > 0 {
		return fmt.Errorf("%s with seed %d broke an invariant; check again with: go run ./e2e/faults/check %s", s.Name, seed, at)
	}
	fmt.Printf("%-18s seed %-12d %s\n", s.Name, seed, time.Since(began).Round(time.Second))
	return os.RemoveAll(at)
}
