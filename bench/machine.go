//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// machine is where a run took place.
type machine struct {
	cpu      string
	cores    int
	memoryGB int
	kernel   string
	postgres string
	pinned   bool
}

func (m machine) String() string {
	where := "nothing pinned"
	if m.pinned {
		where = "server, PostgreSQL and floors on core 0, generator on core 1"
	}
	return fmt.Sprintf("%s, %d cores, %d GB, Linux %s, PostgreSQL %s, %s; %s.",
		m.cpu, m.cores, m.memoryGB, m.kernel, m.postgres, runtime.Version(), where)
}

// thisMachine describes where the bench runs.
func (b *bench) thisMachine(ctx context.Context) (machine, error) {
	m := machine{cpu: cpuName(), cores: runtime.NumCPU(), pinned: b.pinned}
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return m, fmt.Errorf("reading the machine's memory: %w", err)
	}
	m.memoryGB = int((info.Totalram*uint64(info.Unit) + 1<<29) >> 30)
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return m, fmt.Errorf("reading the kernel's version: %w", err)
	}
	m.kernel = unix.ByteSliceToString(name.Release[:])
	conn, err := pgx.Connect(ctx, b.server.dsn)
	if err != nil {
		return m, fmt.Errorf("connecting to the server's database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := conn.QueryRow(ctx, "select split_part(current_setting('server_version'), ' ', 1)").Scan(&m.postgres); err != nil {
		return m, fmt.Errorf("reading PostgreSQL's version: %w", err)
	}
	return m, nil
}

// cpuName is the processor's name, or its architecture where it has none.
func cpuName() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(info)) {
			if key, name, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				return strings.TrimSpace(name)
			}
		}
	}
	return runtime.GOARCH
}

// sourceVersion is the commit in the working tree, marked when files differ.
func sourceVersion(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// canPin reports whether server and generator can have a core each.
func canPin() bool {
	_, err := exec.LookPath("taskset")
	return err == nil && runtime.NumCPU() >= 2
}

// resultFile is the name of a run's result: the day, what kind it is, and a
// number from the second of a day on.
func resultFile(dir, day, kind string) string {
	name := day + "-" + kind
	path := filepath.Join(dir, name+".md")
	for n := 2; ; n++ {
		if _, err := os.Stat(path); err != nil {
			return path
		}
		path = filepath.Join(dir, fmt.Sprintf("%s-%d.md", name, n))
	}
}
