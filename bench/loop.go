//go:build linux

package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// loop drives every socket of the generator from one thread over epoll: a
// goroutine per socket would cost the generator's core more than the server
// spends per delivery, and measure the generator instead.
//
// All members, and everything a handler touches, belong to the loop's thread;
// other goroutines reach them through [loop.do].
type loop struct {
	epoll, wake int
	sources     map[int32]source
	buf         []byte // one read; larger than any socket's backlog in a fair run

	mu    sync.Mutex // guards calls
	calls []func()
	done  chan struct{} // closed when the thread has ended
	quit  bool          // owned by the thread
}

// source is something that becomes readable. A source that returns an error is
// taken off the loop, and has kept the error for its owner.
type source interface {
	readable(buf []byte) error
}

// readSize is one read(2) of the generator.
const readSize = 256 << 10

// newLoop starts the loop's thread.
func newLoop() (*loop, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("creating epoll: %w", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("creating eventfd: %w", err)
	}
	l := &loop{epoll: epoll, wake: wake, sources: map[int32]source{}, buf: make([]byte, readSize), done: make(chan struct{})}
	if err := l.add(wake, wakeup{l}); err != nil {
		return nil, err
	}
	go l.run()
	return l, nil
}

// add watches fd for s. It may be called before the first event or on the
// loop's thread.
func (l *loop) add(fd int, s source) error {
	l.sources[int32(fd)] = s
	err := unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
	if err != nil {
		return fmt.Errorf("adding to epoll: %w", err)
	}
	return nil
}

// drop stops watching fd; on the loop's thread only.
func (l *loop) drop(fd int) {
	delete(l.sources, int32(fd))
	_ = unix.EpollCtl(l.epoll, unix.EPOLL_CTL_DEL, fd, nil) // a closed fd has left by itself
}

// do runs f on the loop's thread and returns when it has.
func (l *loop) do(f func()) {
	ran := make(chan struct{})
	l.mu.Lock()
	l.calls = append(l.calls, func() { f(); close(ran) })
	l.mu.Unlock()
	_, _ = unix.Write(l.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // fails only when the counter is full: awake anyway
	<-ran
}

// stop ends the thread. The sockets stay as they are.
func (l *loop) stop() {
	l.do(func() { l.quit = true })
	<-l.done
	_ = unix.Close(l.epoll)
	_ = unix.Close(l.wake)
}

// every calls f each period, on the loop's thread, until the returned function
// is called (from another goroutine).
func (l *loop) every(period time.Duration, f func()) (cancel func(), err error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("creating timer: %w", err)
	}
	at := unix.NsecToTimespec(period.Nanoseconds())
	if err := unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Interval: at, Value: at}, nil); err != nil {
		return nil, fmt.Errorf("setting timer: %w", err)
	}
	l.do(func() { err = l.add(fd, ticker{fd, f}) })
	if err != nil {
		return nil, err
	}
	return func() { l.do(func() { l.drop(fd); _ = unix.Close(fd) }) }, nil
}

func (l *loop) run() {
	runtime.LockOSThread()
	defer close(l.done)
	events := make([]unix.EpollEvent, 512)
	for !l.quit {
		n, err := unix.EpollWait(l.epoll, events, -1)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			panic(err) // the epoll descriptor is the loop's own and open
		}
		for _, e := range events[:n] {
			if s := l.sources[e.Fd]; s != nil { // nil: dropped by an earlier event
				if err := s.readable(l.buf); err != nil {
					l.drop(int(e.Fd))
				}
			}
		}
	}
}

// wakeup runs the calls that other goroutines handed over.
type wakeup struct{ l *loop }

func (w wakeup) readable(buf []byte) error {
	_, _ = unix.Read(w.l.wake, buf[:8])
	w.l.mu.Lock()
	calls := w.l.calls
	w.l.calls = nil
	w.l.mu.Unlock()
	for _, f := range calls {
		f()
	}
	return nil
}

// ticker calls f once for each period that has passed, so that a late wake-up
// loses no tick.
type ticker struct {
	fd int
	f  func()
}

func (t ticker) readable(buf []byte) error {
	if n, err := unix.Read(t.fd, buf[:8]); err != nil || n != 8 {
		return nil // woken without a tick
	}
	for range min(int(buf[0])|int(buf[1])<<8, 1<<16) {
		t.f()
	}
	return nil
}
