package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// warm and gap are how long there are only edits before the first fault, and
// after each.
const warm, gap = time.Second, 700 * time.Millisecond

// Run runs a scenario on a server binary and returns what the checks found.
// Everything the run leaves is in dir. The error is about the run itself.
func Run(ctx context.Context, s Scenario, seed uint64, bin, dir string) ([]Violation, error) {
	if err := record(ctx, s, seed, bin, dir); err != nil {
		return nil, fmt.Errorf("running %s with seed %d: %w", s.Name, seed, err)
	}
	h, err := Load(dir)
	if err != nil {
		return nil, err
	}
	return Check(h), nil
}

// record is the run up to its history.
func record(ctx context.Context, s Scenario, seed uint64, bin, dir string) (err error) {
	w, err := openWorld(ctx, s, seed, bin, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if s.Prepare != nil {
		if err := s.Prepare(ctx, w); err != nil {
			return err
		}
	}
	if err := w.enter(ctx); err != nil {
		return err
	}
	w.offering.Store(true)
	sleep(ctx, warm)
	rng := w.random(0)
	for range s.times() {
		if err := s.Fault(ctx, w, rng); err != nil {
			return err
		}
		sleep(ctx, gap)
	}
	w.offering.Store(false)
	w.rec.Write(Event{Kind: KindQuiet})
	if err := w.settle(ctx); err != nil {
		return err
	}
	w.leave(ctx)
	return w.writeTruth(ctx)
}

// Build builds the server into dir and returns its path, with a clock that a run
// can set where there is one for this system. Replaced are further files by those
// that stand for them, as go build -overlay takes them.
func Build(ctx context.Context, dir string, replaced map[string]string) (string, error) {
	overlay, err := plantClock(ctx, dir)
	if err != nil {
		return "", err
	}
	maps.Copy(overlay, replaced)
	b, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return "", err
	}
	list, bin := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "server")
	if err := os.WriteFile(list, b, 0o644); err != nil {
		return "", err
	}
	if out, err := exec.CommandContext(ctx, "go", "build", "-overlay", list, "-o", bin, "parley/server").CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the server: %w: %s", err, out)
	}
	return bin, nil
}
