package faults

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
)

// process is a child that dies with us.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended and was waited for
}

// launch starts a command whose output goes to log.
func launch(cmd *exec.Cmd, log *os.File) (*process, error) {
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = attributes()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go p.watch(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	return p, nil
}

// watch keeps the thread that made the child: Linux ties the signal at a
// parent's death to it.
func (p *process) watch(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.ended)
	err := p.cmd.Start()
	started <- err
	if err == nil {
		_ = p.cmd.Wait() // the exit code is in ProcessState
	}
}

// signal sends a signal; one to a process that has ended is lost.
func (p *process) signal(s syscall.Signal) {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		panic(fmt.Sprintf("a child of ours takes no signal: %v", err))
	}
}

// kill ends it as a crash would and waits.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// The ports of servers and proxies lie below those that Linux gives to outgoing
// connections: a port in TIME_WAIT could not be taken again. Worlds of one
// process never try the same one.
const lowestPort, portRange = 15_000, 17_000

var nextPort atomic.Int64

func init() { nextPort.Store(rand.Int64N(portRange)) } // not the run's: other programs have ports too

// listen opens a listener on a free loopback port.
func listen() (net.Listener, error) {
	var last error
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", lowestPort+nextPort.Add(1)%portRange))
		if err == nil {
			return l, nil
		}
		last = err
	}
	return nil, fmt.Errorf("finding a free port: %w", last)
}
