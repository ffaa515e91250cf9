//go:build !linux

package realtime

import (
	"errors"
	"net"
	"syscall"
)

// park is for Linux: elsewhere the reader waits inside the library, with more
// stack.
func park(syscall.RawConn) error { return nil }

func rawOf(net.Conn) syscall.RawConn { return nil }

// sendSome is never asked: a connection without rawOf is not written in a hurry.
func sendSome(syscall.RawConn, []byte) (int, error) { return 0, errors.ErrUnsupported }
