package faults

import (
	"context"
	"embed"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// clockFiles are added to the servers' main package. The product knows nothing of
// them.
//
//go:embed testdata/clock
var clockFiles embed.FS

// clocksCanJump is whether there are such files for this system.
var clocksCanJump = runtime.GOOS == "linux" && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64")

// plantClock writes the files of the clock into dir, and returns where in the
// server's directory they are to stand.
func plantClock(ctx context.Context, dir string) (replaced map[string]string, err error) {
	replaced = map[string]string{}
	if !clocksCanJump {
		return replaced, nil
	}
	server, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "parley/server").Output()
	if err != nil {
		return nil, fmt.Errorf("looking for the server's directory: %w", err)
	}
	for _, name := range []string{"clock.go", "clock_" + runtime.GOARCH + ".s"} {
		text, err := clockFiles.ReadFile("testdata/clock/" + name)
		if err != nil {
			return nil, err
		}
		copied := filepath.Join(dir, name)
		if err := os.WriteFile(copied, text, 0o644); err != nil {
			return nil, fmt.Errorf("planting the clock: %w", err)
		}
		replaced[filepath.Join(strings.TrimSpace(string(server)), "faults_"+name)] = copied
	}
	return replaced, nil
}

// clock is the wall clock of a server. Its monotonic one goes on as it is, as
// when somebody sets the time of a machine.
type clock struct{ path string }

// newClock makes one that is right.
func newClock(path string) (*clock, error) {
	c := &clock{path}
	if err := os.WriteFile(path, make([]byte, 8), 0o644); err != nil {
		return nil, fmt.Errorf("making a clock: %w", err)
	}
	return c, nil
}

// set has it stand ahead of the right time, by whole seconds, from now on. A
// server that is started again has the same clock: it is the machine's.
func (c *clock) set(ahead time.Duration) error {
	file, err := os.OpenFile(c.path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("setting a clock: %w", err)
	}
	defer func() { _ = file.Close() }()
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], uint64(ahead/time.Second))
	if _, err := file.WriteAt(b[:], 0); err != nil { // one write: the server sees all of it or nothing
		return fmt.Errorf("setting a clock: %w", err)
	}
	return nil
}
