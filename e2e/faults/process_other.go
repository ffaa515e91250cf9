//go:build unix && !linux

package faults

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// attributes keep Ctrl-C for us. Only Linux can tie a child's life to ours.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// childrenOf returns the live children of a process.
func childrenOf(pid int) ([]int, error) {
	listed, err := exec.Command("pgrep", "-P", strconv.Itoa(pid)).Output()
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
