package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// Freeze stops every process of the cluster where it is, locks held and connections
// open, as a machine does whose disk hangs. It lasts until [Cluster.Thaw], and not
// longer than the test.
func (c *Cluster) Freeze() {
	c.tb.Helper()
	if !c.frozen {
		c.tb.Cleanup(func() {
			if c.frozen {
				c.Thaw()
			}
		})
	}
	c.frozen = true
	c.signalAll(syscall.SIGSTOP)
}

// Thaw lets all of them go on.
func (c *Cluster) Thaw() {
	c.tb.Helper()
	c.signalAll(syscall.SIGCONT)
	c.frozen = false
}

// signalAll signals the postmaster first: it is who makes more of them.
func (c *Cluster) signalAll(signal syscall.Signal) {
	c.tb.Helper()
	c.Signal(signal)
	children, err := childrenOf(c.postmaster())
	if err != nil || len(children) == 0 {
		c.tb.Fatalf("PostgreSQL has processes %v: %v", children, err)
	}
	for _, child := range children {
		_ = syscall.Kill(child, signal) // it may just have ended
	}
}

// childrenOf returns the live children of a process.
func childrenOf(pid int) (children []int, err error) {
	var listed []byte
	if runtime.GOOS == "linux" {
		listed, err = os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	} else {
		listed, err = exec.Command("pgrep", "-P", strconv.Itoa(pid)).Output()
	}
	for _, field := range strings.Fields(string(listed)) {
		if child, err := strconv.Atoi(field); err == nil {
			children = append(children, child)
		}
	}
	return children, err
}
