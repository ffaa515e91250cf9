package redistest

import (
	"bytes"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Proxy stands between a broker and a Redis, and can make subscriptions deaf:
// connected, answering, and delivering nothing.
type Proxy struct {
	listener net.Listener
	to       *Server
	deaf     atomic.Bool
	running  sync.WaitGroup

	mu    sync.Mutex // guards the field below
	conns map[net.Conn]struct{}
}

// NewProxy returns a proxy to a server. It ends with the test.
func NewProxy(tb testing.TB, to *Server) *Proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &Proxy{listener: l, to: to, conns: map[net.Conn]struct{}{}}
	p.running.Go(p.accept)
	tb.Cleanup(func() {
		_ = l.Close()
		p.mu.Lock()
		for c := range p.conns {
			_ = c.Close()
		}
		p.mu.Unlock()
		p.running.Wait()
	})
	return p
}

// URL is what a broker takes.
func (p *Proxy) URL() string { return "redis://" + p.listener.Addr().String() }

// Deafen makes the subscription connections that are open deaf. Later ones hear.
func (p *Proxy) Deafen() { p.deaf.Store(true) }

func (p *Proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("unix", p.to.socket)
		if err != nil {
			_ = near.Close()
			continue
		}
		p.keep(near, far)
		var subscribed atomic.Bool
		before := !p.deaf.Load() // this connection can be made deaf
		p.running.Go(func() {
			pipe(far, near, func(b []byte) bool { subscribed.Store(subscribed.Load() || isSubscribe(b)); return true })
		})
		p.running.Go(func() { pipe(near, far, func([]byte) bool { return !(before && p.deaf.Load() && subscribed.Load()) }) })
	}
}

func isSubscribe(b []byte) bool { return bytes.Contains(bytes.ToLower(b), []byte("ssubscribe")) }

func (p *Proxy) keep(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = struct{}{}
	}
}

// pipe copies what pass lets through, until either side ends.
func pipe(to, from net.Conn, pass func([]byte) bool) {
	defer func() { _ = to.Close() }()
	defer func() { _ = from.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if !pass(buffer[:n]) {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
