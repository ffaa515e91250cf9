// What the harness adds to the server that it builds, so that the wall clock of
// one process can be set: Go reads it past the C library, and a time namespace
// does not shift it. See clock.go of package faults.

package main

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// clockGettime is where the runtime looks for the kernel's clock_gettime.
//
//go:linkname clockGettime runtime.vdsoClockgettimeSym
var clockGettime uintptr

// secondsAhead is by how much the wall clock is ahead. The harness writes to the
// file that it lies in.
var secondsAhead *int64

// wallClock is the address of a clock_gettime that adds secondsAhead to the wall
// clock and leaves all others alone.
func wallClock() uintptr

func init() {
	path := os.Getenv("FAULTS_CLOCK")
	if path == "" {
		return
	}
	if err := takeClock(path); err != nil {
		fmt.Fprintln(os.Stderr, "taking the run's clock:", err)
		os.Exit(1)
	}
}

func takeClock(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	shared, err := syscall.Mmap(int(file.Fd()), 0, 8, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return err
	}
	secondsAhead = (*int64)(unsafe.Pointer(&shared[0]))
	clockGettime = wallClock()
	return nil
}
