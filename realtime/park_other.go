//go:build !linux

package realtime

import (
	"net"
	"syscall"
)

// park is for Linux: elsewhere the reader waits inside the library, with more
// stack.
func park(syscall.RawConn) error { return nil }

func rawOf(net.Conn) syscall.RawConn { return nil }
