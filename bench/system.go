//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// system is what the scenarios of -peers are asked of: Parley, a peer, or a
// floor.
type system interface {
	label() string
	// start starts so many fresh servers for the same rooms, over Redis if more
	// than one.
	start(ctx context.Context, b *bench, servers int) error
	stop() error
	// hall makes a room with so many people who may edit.
	hall(ctx context.Context, b *bench, name string, people int) (*hall, error)
	// connect connects a tab at a server; one that comes back, if was is one.
	connect(b *bench, h *hall, server int, was *tab) (*tab, error)
	pids() []int
	// window is how many edits a client may have without an answer.
	window() int
	// faulty notes lost and doubled deliveries, and reports whether to go on.
	faulty(missing, twice, wrong int64) bool
	// repeats notes deliveries that clients are to ignore.
	repeats(n int64)
}

// peer is a system whose servers are one process each that takes PORT and
// REDIS_URL from its environment.
type peer struct {
	name    string
	command []string // what runs a server
	at      string   // or where one runs already
	env     []string
	path    string // of its WebSocket
	schema  string // SQL file of its database under bench/peers, "" for none
	tables  string // or the SQL itself
	marker  string // how an edit begins in what members get, "" for markerStart
	echoes  bool   // authors get their own edits back
	most    int    // edits in flight that a client of it has
	floor   bool   // what it loses is a bug of the bench
	speak   func(h *hall, was *tab) dialect

	addrs    []string
	dsn      string   // of its database
	dbEnv    []string // the same for Node
	procs    []*exec.Cmd
	faults   faults
	failures []string // why it was left out of a scenario
}

// faults is what a peer lost or doubled.
type faults struct{ missing, twice, wrong, repeated int64 }

func (p *peer) label() string { return p.name }
func (p *peer) window() int   { return p.most }

func (p *peer) faulty(missing, twice, wrong int64) bool {
	p.faults.missing += missing
	p.faults.twice += twice
	p.faults.wrong += wrong
	return !p.floor
}

func (p *peer) repeats(n int64) { p.faults.repeated += n }

func (p *peer) start(ctx context.Context, b *bench, servers int) error {
	if p.at != "" {
		p.addrs = []string{p.at}
		return nil
	}
	env := append(cleanEnv(), p.env...)
	if err := p.database(ctx, b); err != nil {
		return err
	}
	env = append(env, p.dbEnv...)
	if servers > 1 {
		redis, err := b.redisURL(ctx)
		if err != nil {
			return err
		}
		env = append(env, "REDIS_URL="+redis)
	}
	for range servers {
		if err := p.launch(ctx, b, env); err != nil {
			return err
		}
	}
	return nil
}

// launch starts one server and waits until it listens.
func (p *peer) launch(ctx context.Context, b *bench, env []string) error {
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(b.dir, "peers.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("opening the log of %s: %w", p.name, err)
	}
	defer func() { _ = log.Close() }()
	_, port, _ := strings.Cut(addr, ":")
	cmd := onServerCore(b.pinned, p.command[0], p.command[1:]...)
	cmd.Env = append(env, "PORT="+port)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, b.lab.dir
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", p.name, err)
	}
	p.procs, p.addrs = append(p.procs, cmd), append(p.addrs, addr)
	for start := time.Now(); time.Since(start) < startTimeout; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp4", addr)
		if err == nil {
			return conn.Close()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	said, _ := os.ReadFile(log.Name())
	return fmt.Errorf("%s does not listen after %s: %s", p.name, startTimeout, said[max(0, len(said)-2000):])
}

// stop kills the servers: nothing of a peer outlives its scenario.
func (p *peer) stop() error {
	for _, cmd := range p.procs {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
	}
	p.procs, p.addrs = nil, nil
	return nil
}

func (p *peer) pids() (pids []int) {
	for _, cmd := range p.procs {
		pids = append(pids, cmd.Process.Pid)
	}
	return pids
}

func (p *peer) hall(_ context.Context, _ *bench, name string, _ int) (*hall, error) {
	return &hall{name: strings.ToLower(strings.ReplaceAll(name, " ", "-"))}, nil
}

func (p *peer) connect(b *bench, h *hall, server int, was *tab) (t *tab, err error) {
	var path string
	b.loop.do(func() {
		t = newTab(h, p.speak(h, was))
		t.echoed = p.echoes
		if p.marker != "" {
			t.marker = p.marker
		}
		path = strings.ReplaceAll(p.path, "{room}", h.name)
		if k, ok := t.talk.(keeper); ok && was != nil {
			k.resume(t, was)
		}
	})
	addr := p.addrs[server]
	if t.socket, err = dialSocket(addr, path, "http://"+addr, ""); err != nil {
		return nil, err
	}
	if err := t.attach(b.loop, func(payload []byte, at time.Time) error { return t.talk.take(t, payload, at) }); err != nil {
		return nil, err
	}
	b.loop.do(func() { t.talk.open(t); t.flush() })
	return t, nil
}

// keeper is a dialect whose clients say where they stopped reading.
type keeper interface {
	resume(t, was *tab)
}
