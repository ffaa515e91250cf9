package faults

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Weather is how a proxy treats what passes. The zero value is fair.
type Weather struct {
	Refuse    bool          // new connections are closed at once
	Blackhole bool          // nothing passes; connections stay open, new ones are taken
	Delay     time.Duration // each piece waits this long, both ways
	Rate      int           // bytes a second towards the side that dialled, per connection; 0: no bound
}

// Proxy stands between one side that dials and one that listens.
type Proxy struct {
	listener net.Listener
	dial     func() (net.Conn, error)
	// filter, if set, carries the answers instead of copying them: it reads
	// whole messages from one side and decides what the other gets.
	filter func(answers *pipe) error

	mu      sync.Mutex // guards the fields below
	weather Weather
	changed chan struct{} // closed and replaced when the weather changes
	conns   map[net.Conn]struct{}
	closed  bool
	pumps   sync.WaitGroup
}

func newProxy(dial func() (net.Conn, error), filter func(*pipe) error) (*Proxy, error) {
	listener, err := listen()
	if err != nil {
		return nil, fmt.Errorf("opening a proxy: %w", err)
	}
	p := &Proxy{listener: listener, dial: dial, filter: filter, changed: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	p.pumps.Add(1)
	go p.accept()
	return p, nil
}

// Addr is where it listens.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Set changes the weather.
func (p *Proxy) Set(w Weather) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.weather = w
	close(p.changed)
	p.changed = make(chan struct{})
}

// Cut closes every connection.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
		delete(p.conns, c)
	}
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	_ = p.listener.Close()
	p.Set(Weather{Refuse: true}) // wakes what waits
	p.Cut()
	p.pumps.Wait()
}

func (p *Proxy) accept() {
	defer p.pumps.Done()
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		w, _ := p.now()
		if w.Refuse || !p.add(near) {
			_ = near.Close()
			continue
		}
		p.pumps.Add(1)
		go p.carry(near)
	}
}

// carry connects one connection and returns when it is over.
func (p *Proxy) carry(near net.Conn) {
	defer p.pumps.Done()
	defer p.remove(near)
	if !p.fair(near) { // a connection into a black hole is made, but reaches nobody
		return
	}
	far, err := p.dial()
	if err != nil || !p.add(far) {
		return
	}
	defer p.remove(far)
	p.pumps.Add(1)
	go func() {
		defer p.pumps.Done()
		asks := &pipe{proxy: p, from: near, to: far}
		_ = asks.copy() // either side has gone: both go
		_ = near.Close()
		_ = far.Close()
	}()
	answers := &pipe{proxy: p, from: far, to: near, limited: true}
	if p.filter != nil {
		_ = p.filter(answers)
	} else {
		_ = answers.copy()
	}
	_ = near.Close()
	_ = far.Close()
}

// add registers a connection; false after close.
func (p *Proxy) add(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = c.Close()
		return false
	}
	p.conns[c] = struct{}{}
	return true
}

func (p *Proxy) remove(c net.Conn) {
	_ = c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

func (p *Proxy) now() (Weather, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.weather, p.changed
}

// open reports whether the connection has not been cut.
func (p *Proxy) open(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, there := p.conns[c]
	return there && !p.closed
}

// fair waits while the proxy is a black hole. It is false when c was cut.
func (p *Proxy) fair(c net.Conn) bool {
	for {
		w, changed := p.now()
		if !w.Blackhole {
			return p.open(c)
		}
		select {
		case <-changed:
		case <-time.After(100 * time.Millisecond):
			if !p.open(c) {
				return false
			}
		}
	}
}

// pipe is one direction of one connection.
type pipe struct {
	proxy    *Proxy
	from, to net.Conn
	limited  bool // Weather.Rate is for it
}

var errCut = errors.New("the connection was cut")

// copy carries everything until either side ends.
func (p *pipe) copy() error {
	buf := make([]byte, 32<<10)
	for {
		n, err := p.from.Read(buf)
		if err != nil {
			return err
		}
		if err := p.pass(buf[:n]); err != nil {
			return err
		}
	}
}

// pass carries data as the weather allows.
func (p *pipe) pass(data []byte) error {
	for len(data) > 0 {
		if !p.proxy.fair(p.from) {
			return errCut
		}
		w, _ := p.proxy.now()
		n := len(data)
		time.Sleep(w.Delay)
		if p.limited && w.Rate > 0 {
			n = min(n, max(w.Rate/10, 1))
			time.Sleep(time.Duration(n) * time.Second / time.Duration(w.Rate))
		}
		if _, err := p.to.Write(data[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}
