package realtime

import (
	"sync"
	"syscall"
)

// sendSome writes what a socket takes without waiting, and returns how much that was.
func sendSome(c syscall.RawConn, p []byte) (int, error) {
	a := attempts.Get().(*attempt)
	defer attempts.Put(a)
	a.p, a.n, a.err = p, 0, nil
	err := c.Write(a.once)
	a.p = nil
	if err == nil && a.err != syscall.EAGAIN {
		err = a.err
	}
	return max(0, a.n), err
}

// attempt is one write(2) on a socket that does not block.
type attempt struct {
	once func(fd uintptr) bool // its send, made once: each use as a value would allocate
	p    []byte
	n    int
	err  error
}

var attempts = sync.Pool{New: func() any {
	a := new(attempt)
	a.once = a.send
	return a
}}

// send reports that it need not be called again when the socket takes more.
func (a *attempt) send(fd uintptr) bool {
	for {
		if a.n, a.err = syscall.Write(int(fd), a.p); a.err != syscall.EINTR {
			return true
		}
	}
}
