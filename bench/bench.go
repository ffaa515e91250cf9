//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// bench is one run of the generator: the server under test, the sockets, and
// the sizes of everything.
type bench struct {
	size   size
	pinned bool
	bin    string // the server's binary
	dir    string // of this run: binary, data, log; removed at the end
	began  time.Time

	server *server
	api    *api
	loop   *loop
	rows   []row
	sample sample

	// Of -peers.
	lab          *lab
	tables       []*table
	claims       []claim
	databases    int    // made for peers
	centrifugoAt string // host:port of a running one, "" for none
	redis        *exec.Cmd
	redisAt      string // its URL
	yjs          yjsScript

	// Owned by the loop's thread.
	crowds []*crowd // every crowd made, for heartbeats and verify
	halls  []*hall  // of the running scenario of -peers, for heartbeats
	checks checks
}

// usage is processor time used so far.
type usage struct{ server, database time.Duration }

func (u usage) since(before usage) usage {
	return usage{u.server - before.server, u.database - before.database}
}

// newBench builds the server, unless bin names one, and starts it.
func newBench(ctx context.Context, size size, bin string, pinned bool) (*bench, error) {
	dir, err := os.MkdirTemp("", "parley-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the run: %w", err)
	}
	b := &bench{size: size, pinned: pinned, bin: bin, dir: dir, began: time.Now()}
	// PostgreSQL runs as another user when this is root, and must pass through.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the folder of the run: %w", err), b.close())
	}
	if b.bin == "" {
		if b.bin, err = buildServer(ctx, dir); err != nil {
			return nil, errors.Join(err, b.close())
		}
	}
	if pinned {
		if err := pinSelf(1); err != nil {
			return nil, errors.Join(err, b.close())
		}
	}
	if b.loop, err = newLoop(); err != nil {
		return nil, errors.Join(err, b.close())
	}
	if err := errors.Join(b.start(ctx), b.beat()); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// start starts the server on the run's data directory.
func (b *bench) start(ctx context.Context) (err error) {
	b.server, err = startServer(ctx, b.bin, filepath.Join(b.dir, "data"), b.pinned)
	if err == nil {
		b.api = newAPI(b.server.origin, adminKey)
	}
	return err
}

// restart stops the server and starts it again on the same data: a process
// without garbage of earlier scenarios. Every member must have left.
func (b *bench) restart(ctx context.Context) error {
	err := b.server.stop()
	b.server = nil
	if err != nil {
		return err
	}
	return b.start(ctx)
}

// heartbeat is how often the protocol has a client ping.
const heartbeat = 25 * time.Second

// beat has every member ping, each a heartbeat after its last one.
func (b *bench) beat() error {
	_, err := b.loop.every(heartbeat/100, func() {
		now := time.Now()
		for _, c := range b.crowds {
			for _, m := range c.members {
				m.beat(now)
			}
		}
		for _, h := range b.halls {
			h.beat(now)
		}
	})
	return err
}

// close stops everything and removes the run's folder.
func (b *bench) close() error {
	var err error
	b.stopRedis()
	if b.server != nil {
		err = b.server.stop()
	}
	if b.loop != nil {
		b.loop.stop()
	}
	return errors.Join(err, os.RemoveAll(b.dir))
}

// add notes figures for the result.
func (b *bench) add(rows ...row) { b.rows = append(b.rows, rows...) }

// closing runs stop when its caller returns, without losing either error.
func closing(err *error, stop func() error) { *err = errors.Join(*err, stop()) }

// room makes one crowd, known to verify.
func (b *bench) room(ctx context.Context, name string, people int) (*crowd, error) {
	crowds, err := b.roomsOf(ctx, name, 1, people)
	if err != nil {
		return nil, err
	}
	return crowds[0], nil
}

// roomsOf makes crowds, known to verify.
func (b *bench) roomsOf(ctx context.Context, name string, rooms, people int) ([]*crowd, error) {
	crowds, err := newCrowds(ctx, b.api, name, rooms, people)
	if err != nil {
		return nil, err
	}
	b.loop.do(func() { b.crowds = append(b.crowds, crowds...) })
	return crowds, nil
}

// usage reads the processor time of server and database.
func (b *bench) usage() (usage, error) {
	server, err := cpuOf(b.server.pid)
	if err != nil {
		return usage{}, err
	}
	database, err := cpuOfTree(b.server.postmaster)
	return usage{server, database}, err
}

// logEnd is the last of the server's log, when there is a server.
func (b *bench) logEnd() string {
	if b.server == nil {
		return "(no server)"
	}
	return b.server.logEnd()
}
