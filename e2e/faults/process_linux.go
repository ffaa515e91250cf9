package faults

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// attributes end a child with us, however we end.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// childrenOf returns the live children of a process.
func childrenOf(pid int) ([]int, error) {
	listed, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil, fmt.Errorf("listing the children of process %d: %w", pid, err)
	}
	var out []int
	for _, field := range strings.Fields(string(listed)) {
		if child, err := strconv.Atoi(field); err == nil {
			out = append(out, child)
		}
	}
	return out, nil
}
