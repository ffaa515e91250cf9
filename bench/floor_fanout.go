//go:build linux

package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// fanoutFloor is the least a server can do to deliver a frame: one write(2) of
// ready bytes to each socket, blocking, from one thread, with nothing around it.
type fanoutFloor struct {
	listener int
	sockets  []int
	frame    []byte
}

func newFanoutFloor() (floorWork, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("making a socket: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, fmt.Errorf("binding: %w", err)
	}
	if err := unix.Listen(fd, unix.SOMAXCONN); err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	return &fanoutFloor{listener: fd}, nil
}

func (f *fanoutFloor) obey(o floorOrder) (floorReport, error) {
	switch o.Do {
	case "listen":
		name, err := unix.Getsockname(f.listener)
		if err != nil {
			return floorReport{}, fmt.Errorf("reading the port: %w", err)
		}
		return floorReport{Addr: fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port)}, nil
	case "accept":
		f.frame = o.Frame
		return floorReport{}, f.accept(o.N)
	case "rate":
		return f.write(o.For, time.Second/time.Duration(o.PerSecond))
	case "flood":
		return f.write(o.For, 0)
	default:
		return floorReport{}, fmt.Errorf("no such order")
	}
}

func (f *fanoutFloor) accept(n int) error {
	for len(f.sockets) < n {
		fd, _, err := unix.Accept4(f.listener, unix.SOCK_CLOEXEC)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("accepting: %w", err)
		}
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
			return fmt.Errorf("setting TCP_NODELAY: %w", err)
		}
		f.sockets = append(f.sockets, fd)
	}
	return nil
}

// write delivers the frame to every socket each pause, or without pause, for d.
func (f *fanoutFloor) write(d, pause time.Duration) (floorReport, error) {
	var report floorReport
	start := time.Now()
	for next := start; time.Since(start) < d; next = next.Add(pause) {
		if pause > 0 {
			time.Sleep(time.Until(next))
		}
		for _, fd := range f.sockets {
			if err := writeAll(fd, f.frame); err != nil {
				return report, err
			}
		}
		report.N += len(f.sockets)
	}
	report.Seconds = time.Since(start).Seconds()
	return report, nil
}

// listeners are the generator's ends of the fan-out floor's sockets. They
// belong to the loop's thread.
type listeners struct {
	fds   []int
	bytes int64
}

// listen connects n sockets to the floor and has it send frame to them.
func listen(l *loop, f *floor, frame []byte, n int) (*listeners, error) {
	report, err := f.ask(floorOrder{Do: "listen"})
	if err != nil {
		return nil, err
	}
	ls := &listeners{}
	for range n {
		fd, err := dialTCP(report.Addr)
		if err != nil {
			return nil, err
		}
		if err := unix.SetNonblock(fd, true); err != nil {
			return nil, fmt.Errorf("making the socket non-blocking: %w", err)
		}
		ls.fds = append(ls.fds, fd)
		l.do(func() { err = l.add(fd, listener{ls, fd}) })
		if err != nil {
			return nil, err
		}
	}
	_, err = f.ask(floorOrder{Do: "accept", N: n, Frame: frame})
	return ls, err
}

// close ends the sockets; the floor is asked nothing more after it.
func (ls *listeners) close(l *loop) {
	l.do(func() {
		for _, fd := range ls.fds {
			l.drop(fd)
			_ = unix.Close(fd)
		}
	})
}

// listener reads what one floor socket gets; counting bytes is enough, as all
// frames are equal.
type listener struct {
	all *listeners
	fd  int
}

func (s listener) readable(buf []byte) error {
	n, err := unix.Read(s.fd, buf)
	if err == unix.EAGAIN || err == unix.EINTR {
		return nil
	}
	if err != nil || n == 0 {
		return errServerClosed
	}
	s.all.bytes += int64(n)
	return nil
}
