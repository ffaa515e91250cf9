package faults

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// World is servers on one PostgreSQL and one Redis, with proxies between every
// pair and clients before them. The faults of nemesis_*.go act on it.
type World struct {
	Servers []*Server
	PG      *Postgres
	Redis   *Redis

	toPostgres []*Proxy // of each server
	toRedis    []*Proxy
	fronts     []*Proxy // clients to each server
	slowFronts []*Proxy // the same, for clients that read slowly
	replies    []*replyCutter
	bus        []*meddler

	scenario Scenario
	seed     uint64
	dir      string
	sockets  string // a short directory: the path of a socket has 108 bytes
	rec      *Recorder
	rooms    []*Room
	clients  []*Client
	offering atomic.Bool // clients make ops
	acks     chan asked
	auditDSN string

	watching, living         context.CancelFunc
	watchers, alive          sync.WaitGroup
	clientContext, watchOver context.Context
}

// openWorld starts everything; the clients come with enter.
func openWorld(ctx context.Context, s Scenario, seed uint64, bin, dir string) (w *World, err error) {
	w = &World{scenario: s, seed: seed, dir: dir, acks: make(chan asked, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.rec, err = NewRecorder(dir); err != nil {
		return w, err
	}
	w.rec.Write(Event{Kind: KindRun, Name: s.Name, Note: fmt.Sprint(seed)})
	if w.sockets, err = os.MkdirTemp("", "parley-faults-"); err != nil {
		return w, err
	}
	if err := os.Chmod(w.sockets, 0o755); err != nil { // PostgreSQL's user passes through
		return w, err
	}
	if w.PG, err = startPostgres(ctx, filepath.Join(w.sockets, "pg")); err != nil {
		return w, err
	}
	w.auditDSN = w.PG.dsn()
	if w.Redis, err = startRedis(dir, w.sockets); err != nil {
		return w, err
	}
	for i := range s.servers() {
		if err := w.addServer(ctx, i+1, bin); err != nil {
			return w, err
		}
	}
	return w, nil
}

// addServer starts a server and its proxies.
func (w *World) addServer(ctx context.Context, id int, bin string) error {
	cutter, bus := &replyCutter{}, &meddler{rng: w.random(100 + id)}
	toPostgres, err := newProxy(w.PG.dial, cutter.carry)
	if err != nil {
		return err
	}
	w.toPostgres, w.replies = append(w.toPostgres, toPostgres), append(w.replies, cutter)
	toRedis, err := newProxy(w.Redis.dial, bus.carry)
	if err != nil {
		return err
	}
	w.toRedis, w.bus = append(w.toRedis, toRedis), append(w.bus, bus)
	server, err := newServer(id, bin, w.dir, "postgres://parley@"+toPostgres.Addr()+"/postgres?sslmode=disable", "redis://"+toRedis.Addr())
	if err != nil {
		return err
	}
	w.Servers = append(w.Servers, server)
	front, err := newProxy(server.dial, nil)
	if err != nil {
		return err
	}
	slowFront, err := newProxy(server.dialNarrow, nil)
	if err != nil {
		front.close()
		return err
	}
	w.fronts, w.slowFronts = append(w.fronts, front), append(w.slowFronts, slowFront)
	return server.Start(ctx)
}

// random returns a source of its own for a part of the run: what one part draws
// does not depend on when another does.
func (w *World) random(part int) *rand.Rand {
	return rand.New(rand.NewChaCha8(sha256.Sum256(fmt.Append(nil, w.seed, part))))
}

// enter makes the rooms, and lets the clients and the witnesses go.
func (w *World) enter(ctx context.Context) error {
	base := "http://" + w.Servers[0].addr
	for i := range w.scenario.rooms() {
		r, err := makeRoom(ctx, base, w.random(1000+i))
		if err != nil {
			return fmt.Errorf("making a room: %w", err)
		}
		w.rooms = append(w.rooms, r)
		for _, cast := range w.scenario.cast() {
			if err := w.addClient(ctx, base, r, cast); err != nil {
				return fmt.Errorf("entering a room: %w", err)
			}
		}
	}
	w.clientContext, w.living = context.WithCancel(ctx)
	w.watchOver, w.watching = context.WithCancel(ctx)
	for _, c := range w.clients {
		w.alive.Go(func() { c.run(w.clientContext) })
	}
	for _, watch := range []func(context.Context){w.watchAcks, w.watchMetrics, w.watchMachine, w.watchHTTP} {
		w.watchers.Go(func() { watch(w.watchOver) })
	}
	return w.await(ctx, 10*time.Second, "every client is there", func() bool {
		for _, c := range w.clients {
			if !c.look().open {
				return false
			}
		}
		return true
	})
}

func (w *World) addClient(ctx context.Context, base string, r *Room, cast Cast) error {
	id := len(w.clients) + 1
	token, participant, err := r.enter(ctx, base, cast.By, fmt.Sprintf("Person %d", id))
	if err != nil {
		return err
	}
	c := &Client{
		w: w, id: id, side: cast.side(), room: r, token: token, home: cast.Home, slow: cast.Slow, rate: cast.Rate, long: cast.Long,
		rng: w.random(id), follows: map[string]*follow{}, orders: make(chan func()),
	}
	c.uuid = c.newID()
	for _, stream := range streamsOf(c.side) {
		c.follows[stream] = &follow{stream: stream, state: State{}}
	}
	w.clients = append(w.clients, c)
	w.rec.Write(Event{Kind: KindClient, C: id, Room: r.ID, ID: c.uuid, Name: c.side, Note: participant, Code: cast.By})
	return nil
}

// await polls until f is true.
func (w *World) await(ctx context.Context, within time.Duration, what string, f func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for !f() {
		if !every(ctx, 20*time.Millisecond) {
			return fmt.Errorf("%s did not become true within %s", what, within)
		}
	}
	return nil
}

// settleWithin is two periods of the servers' check of positions (I3).
const settleWithin = 25 * time.Second

// settle waits until every client stands where PostgreSQL does, and writes down
// whether that came.
func (w *World) settle(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, w.PG.dsn())
	if err != nil {
		return fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	began, quiet := time.Now(), false
	for {
		heads := map[string]map[string]int64{}
		for _, r := range w.rooms {
			var shared, seller, buyer int64
			if err := conn.QueryRow(ctx, `select shared::bigint, seller::bigint, buyer::bigint from heads where room_id = $1`, r.ID).Scan(&shared, &seller, &buyer); err != nil {
				return fmt.Errorf("reading where rooms stand: %w", err)
			}
			heads[r.ID] = map[string]int64{"shared": shared, "seller": seller, "buyer": buyer}
		}
		late := w.late(heads)
		switch {
		case late == "" && !quiet:
			quiet = true // look once more: somebody may just have been about to send
		case late == "":
			w.rec.Write(Event{Kind: KindSettled})
			return nil
		case time.Since(began) > settleWithin:
			w.rec.Write(Event{Kind: KindIdle, Rev: int64(settleWithin), Note: late})
			return nil
		}
		if !every(ctx, 50*time.Millisecond) {
			return ctx.Err()
		}
	}
}

// late names a client that is not where PostgreSQL is; "" for none.
func (w *World) late(heads map[string]map[string]int64) string {
	for _, c := range w.clients {
		s := c.look()
		if s.gone {
			continue
		}
		if !s.open || s.pending > 0 {
			return fmt.Sprintf("client %d is connected: %v, with %d ops pending", c.id, s.open, s.pending)
		}
		for stream, rev := range s.revs {
			if head := heads[c.room.ID][stream]; rev != head {
				return fmt.Sprintf("client %d is at rev %d of %s, PostgreSQL at %d", c.id, rev, stream, head)
			}
		}
	}
	return ""
}

// emptyWithin is how long after the last client a server may have its sockets.
const emptyWithin = 5 * time.Second

// leave ends clients and witnesses and writes down what is left of them (I12).
func (w *World) leave(ctx context.Context) {
	w.watching()
	w.watchers.Wait()
	w.living()
	w.alive.Wait()
	for _, s := range w.Servers {
		var last map[string]float64
		_ = w.await(ctx, emptyWithin, "the server is empty", func() bool {
			last, _ = s.metrics(ctx)
			return last != nil && last["parley_sockets"] == 0 && last["go_goroutines"] < goroutinesBase
		})
		w.rec.Write(Event{Kind: KindMetrics, Sv: s.id, Metrics: last, Note: "empty"})
	}
}

// close ends everything. It may be called at any stage.
func (w *World) close() error {
	if w.watching != nil {
		w.watching()
		w.watchers.Wait()
		w.living()
		w.alive.Wait()
	}
	for _, list := range [][]*Proxy{w.fronts, w.slowFronts, w.toPostgres, w.toRedis} {
		for _, p := range list {
			p.close()
		}
	}
	for _, s := range w.Servers {
		s.close()
	}
	var errs []error
	if w.Redis != nil {
		w.Redis.close()
	}
	if w.PG != nil && w.PG.cluster != nil {
		errs = append(errs, w.PG.close())
	}
	if w.sockets != "" {
		errs = append(errs, os.RemoveAll(w.sockets))
	}
	if w.rec != nil {
		errs = append(errs, w.rec.Close())
	}
	return errors.Join(errs...)
}
