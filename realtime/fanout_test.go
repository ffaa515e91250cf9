package realtime

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

var simSeed = flag.Uint64("sim.seed", 0, "run the simulation with this seed only")

// lossyBroker drops, doubles, delays and reorders.
type lossyBroker struct {
	*MemoryBroker
	mu    sync.Mutex // guards rng
	rng   *rand.Rand
	tamed bool // delivers everything from now on
}

func (b *lossyBroker) Publish(ctx context.Context, topic string, message []byte) error {
	b.mu.Lock()
	dice, delay, tamed := b.rng.IntN(100), time.Duration(b.rng.IntN(80))*time.Millisecond, b.tamed
	b.mu.Unlock()
	deliver := func() { _ = b.MemoryBroker.Publish(context.Background(), topic, message) }
	switch {
	case tamed || dice < 60:
		deliver()
	case dice < 70: // lost
	case dice < 75:
		return errStoreDown
	case dice < 85:
		deliver()
		time.AfterFunc(delay, deliver)
	default:
		time.AfterFunc(delay, deliver)
	}
	return nil
}

// simulation is several members of one room on two servers, for a while.
type simulation struct {
	testing.TB
	servers []*bench
	store   *memStore
	until   time.Time // no more ops and no more trouble

	mu   sync.Mutex // guards open
	open int        // ops made and not answered for good
}

func (sim *simulation) count(n int) int {
	sim.mu.Lock()
	defer sim.mu.Unlock()
	sim.open += n
	return sim.open
}

// simMember follows the protocol the way a browser does, and keeps what it got.
type simMember struct {
	sim    *simulation
	token  string
	client string
	stream []room.Stream
	rng    *rand.Rand
	slow   bool
	next   time.Time // for the next op

	epoch   map[room.Stream]room.Epoch
	rev     map[room.Stream]room.Rev
	got     map[room.Stream]map[room.Rev]string
	seq     map[room.Stream]int64          // the last one made
	done    map[room.Stream]int64          // answered for good
	open    map[room.Stream]map[int64]bool // sent on this connection, not answered
	paused  map[room.Stream]time.Time
	acked   map[room.Stream]map[int64]room.Rev
	joining map[room.Stream]bool

	connects, snapshots, resyncs int
}

func newSimMember(sim *simulation, n int, token string, seed uint64, streams ...room.Stream) *simMember {
	m := &simMember{
		sim: sim, token: token, client: uid(0x9000 + n), stream: streams, rng: rand.New(rand.NewPCG(seed, uint64(n))), slow: n%4 == 3,
		epoch: map[room.Stream]room.Epoch{}, rev: map[room.Stream]room.Rev{}, got: map[room.Stream]map[room.Rev]string{},
		seq: map[room.Stream]int64{}, done: map[room.Stream]int64{}, open: map[room.Stream]map[int64]bool{}, paused: map[room.Stream]time.Time{},
		acked: map[room.Stream]map[int64]room.Rev{}, joining: map[room.Stream]bool{},
	}
	for _, s := range streams {
		m.got[s], m.acked[s] = map[room.Rev]string{}, map[int64]room.Rev{}
	}
	return m
}

func (m *simMember) run() {
	for !m.finished() {
		m.connects++
		server := m.sim.servers[m.rng.IntN(len(m.sim.servers))]
		c, err := server.connectUnread(nil)
		if err != nil {
			m.sim.Errorf("connecting: %v", err)
			return
		}
		c.frames = make(chan frame) // a reader that stops is noticed by the server
		var reading sync.WaitGroup
		reading.Go(c.read)
		m.live(c)
		_ = c.ws.CloseNow()
		for range c.frames { // until read has ended
		}
		reading.Wait()
		time.Sleep(time.Duration(m.rng.IntN(500)) * time.Millisecond)
	}
}

// finished reports whether the trouble is over and all ops are answered.
func (m *simMember) finished() bool {
	if time.Now().Before(m.sim.until) {
		return false
	}
	for _, s := range m.stream {
		if m.rev[s] < m.sim.store.head(testRoom, s) {
			return false
		}
	}
	return m.sim.count(0) == 0
}

func (m *simMember) live(c *client) {
	at := ""
	for _, s := range m.stream {
		if m.epoch[s] != "" && m.rng.IntN(8) > 0 {
			if at != "" {
				at += ","
			}
			at += resumeAt(s, m.epoch[s], m.rev[s])
		}
		m.open[s], m.joining[s] = map[int64]bool{}, false
		m.paused[s] = time.Time{}
	}
	if c.trySay(fmt.Sprintf(`{"t":"hello","v":1,"client":%q,"token":%q,"streams":{%s}}`, m.client, m.token, at)) != nil {
		return
	}
	welcomed := false
	end := time.Now().Add(time.Duration(m.rng.IntN(15)) * time.Second)
	for !m.finished() {
		if time.Now().After(end) && time.Now().Before(m.sim.until) {
			return // the network fails
		}
		select {
		case f, ok := <-c.frames:
			if !ok || !m.take(c, f) {
				return
			}
			welcomed = welcomed || f.T == "welcome"
			if m.slow && m.rng.IntN(40) == 0 && time.Now().Before(m.sim.until) {
				time.Sleep(time.Duration(m.rng.IntN(6)) * time.Second)
			}
		case <-time.After(time.Duration(1+m.rng.IntN(200)) * time.Millisecond):
		}
		if welcomed && !m.propose(c) {
			return
		}
	}
}

// propose makes new ops now and then, and sends what is pending in order.
func (m *simMember) propose(c *client) bool {
	for _, s := range m.stream {
		if now := time.Now(); now.Before(m.sim.until) && now.After(m.next) && m.seq[s]-m.done[s] < room.Window {
			m.seq[s]++
			m.sim.count(1)
			m.next = now.Add(time.Duration(m.rng.IntN(300)) * time.Millisecond)
		}
		for seq := m.done[s] + 1; seq <= m.seq[s] && len(m.open[s]) < room.Window/2; seq++ {
			if m.open[s][seq] || time.Now().Before(m.paused[s]) {
				continue
			}
			m.open[s][seq] = true
			id := milestoneIn(s)
			if seq%7 == 0 {
				id = room.RecordID(uid(404)) // refused
			}
			title := fmt.Sprintf("%s %d", m.token, seq)
			if c.trySay(opText(s, seq, id, title)) != nil {
				return false
			}
			if m.rng.IntN(10) == 0 && c.trySay(opText(s, seq, id, title)) != nil { // sent twice
				return false
			}
		}
	}
	return true
}

func (m *simMember) take(c *client, f frame) bool {
	t := m.sim
	switch f.T {
	case "welcome":
		for _, e := range f.Streams {
			m.enter(e)
		}
	case "joined":
		m.joining[f.Stream] = false
		m.enter(streamEntry{Stream: f.Stream, Epoch: f.Epoch, Rev: f.Rev, Seq: f.Seq, Snapshot: f.Snapshot, Resumed: f.Resumed})
	case "resync":
		m.resyncs++
		m.joining[f.Stream] = true
		return c.trySay(fmt.Sprintf(`{"t":"join","stream":%q,"epoch":%q,"rev":%d}`, f.Stream, m.epoch[f.Stream], m.rev[f.Stream])) == nil
	case "commits":
		m.fold(f)
	case "ack":
		if old, twice := m.acked[f.Stream][f.Seq]; twice && old != f.Rev {
			t.Errorf("%s: op %d is at %d and at %d", m.token, f.Seq, old, f.Rev) // I7
		}
		m.acked[f.Stream][f.Seq] = f.Rev
		m.settle(f)
	case "reject":
		if f.Code == "busy" {
			delete(m.open[f.Stream], f.Seq)
			m.paused[f.Stream] = time.Now().Add(time.Duration(f.RetryMS) * time.Millisecond)
			return true
		}
		if f.Seq%7 != 0 {
			t.Errorf("%s: %s", m.token, f.raw)
		}
		m.settle(f)
	case "error":
		if f.Code != "seq_gap" {
			t.Errorf("%s: %s", m.token, f.raw)
			return false
		}
		delete(m.open[f.Stream], f.Seq)
	}
	return true
}

func (m *simMember) settle(f frame) {
	delete(m.open[f.Stream], f.Seq)
	m.answered(f.Stream, f.Seq)
}

// answered notes that all ops up to seq are answered for good.
func (m *simMember) answered(s room.Stream, seq int64) {
	if seq > m.done[s] {
		m.sim.count(int(m.done[s] - seq))
		m.done[s] = seq
	}
}

func (m *simMember) enter(e streamEntry) {
	if !e.Resumed {
		m.snapshots++
		if e.Rev < m.rev[e.Stream] {
			m.sim.Errorf("%s: a snapshot at %d, having %d", m.token, e.Rev, m.rev[e.Stream]) // I4
		}
	} else if e.Rev != m.rev[e.Stream] {
		m.sim.Errorf("%s: resumed at %d, having %d", m.token, e.Rev, m.rev[e.Stream])
	}
	m.epoch[e.Stream], m.rev[e.Stream] = e.Epoch, e.Rev
	m.answered(e.Stream, e.Seq)
}

func (m *simMember) fold(f frame) {
	if m.joining[f.Stream] && f.From > m.rev[f.Stream]+1 {
		m.sim.Errorf("%s: commits while a join is awaited", m.token)
	}
	for i, body := range f.Commits {
		rev := f.From + room.Rev(i)
		switch {
		case rev <= m.rev[f.Stream]:
			m.sim.Errorf("%s: rev %d again, having %d", m.token, rev, m.rev[f.Stream]) // I4
		case rev > m.rev[f.Stream]+1:
			m.sim.Errorf("%s: rev %d after %d", m.token, rev, m.rev[f.Stream]) // I4
		}
		m.rev[f.Stream] = rev
		m.got[f.Stream][rev] = string(body)
	}
}

func TestSimulation(t *testing.T) { // P20, I3, I4, I5, I6, I7, I15
	seeds := []uint64{1, 2, 3, 20260504, uint64(time.Now().UnixNano())}
	if *simSeed != 0 {
		seeds = []uint64{*simSeed}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel() // each in a time of its own
			t.Logf("go test -run TestSimulation -sim.seed=%d", seed)
			synctest.Test(t, func(t *testing.T) { simulate(t, seed) })
		})
	}
}

func simulate(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 99))
	store := newMemStore(t)
	broker := &lossyBroker{MemoryBroker: NewMemoryBroker(), rng: rng}
	sim := &simulation{TB: t, store: store, until: time.Now().Add(90 * time.Second)}
	for range 2 {
		sim.servers = append(sim.servers, newBench(t, setup{store: store, broker: broker}))
	}
	trouble := rand.New(rand.NewPCG(seed, 7))
	var mu sync.Mutex
	store.setFail(func(call string) error { // one call in a hundred fails
		mu.Lock()
		defer mu.Unlock()
		if call != "authenticate" && time.Now().Before(sim.until) && trouble.IntN(100) == 0 {
			return errStoreDown
		}
		return nil
	})
	var members []*simMember
	for i, token := range []string{"priya", "sam", "marc", "pat", "priya", "marc", "marc", "sam"} {
		streams := map[string][]room.Stream{
			"priya": {room.Shared, room.Seller}, "sam": {room.Shared, room.Seller},
			"marc": {room.Shared}, "pat": {room.Shared},
		}[token]
		members = append(members, newSimMember(sim, i, token, seed, streams...))
	}
	var wg sync.WaitGroup
	for _, m := range members {
		wg.Go(m.run)
	}
	wg.Wait()
	connects, snapshots, resyncs := 0, 0, 0
	for _, m := range members {
		m.check(store)
		connects, snapshots, resyncs = connects+m.connects, snapshots+m.snapshots, resyncs+m.resyncs
	}
	t.Logf("%d commits, %d connections, %d snapshots, %d resyncs", store.head(testRoom, room.Shared), connects, snapshots, resyncs)
	for _, s := range sim.servers {
		s.stop()
	}
}

// check compares what a member got with the log.
func (m *simMember) check(store *memStore) {
	for _, s := range m.stream {
		log := store.rooms[testRoom].log[s]
		if int(m.rev[s]) != len(log) {
			m.sim.Errorf("%s is at %d of %d", m.token, m.rev[s], len(log)) // I3
		}
		at := map[int64]room.Rev{}
		for _, row := range log {
			if body, ok := m.got[s][row.Rev]; ok && body != string(row.Body) {
				m.sim.Errorf("%s got %s, the log has %s", m.token, body, row.Body) // I15
			}
			var c struct {
				Client string
				Seq    int64
			}
			if err := json.Unmarshal(row.Body, &c); err != nil {
				m.sim.Error(err)
			}
			if c.Client != m.client {
				continue
			}
			if c.Seq <= 0 || at[c.Seq] != 0 {
				m.sim.Errorf("%s: op %d is in the log twice", m.token, c.Seq) // I6
			}
			at[c.Seq] = row.Rev
		}
		for seq, rev := range m.acked[s] {
			if at[seq] != rev {
				m.sim.Errorf("%s: op %d was acked at %d, the log has it at %d", m.token, seq, rev, at[seq]) // I5
			}
		}
		for seq := int64(1); seq <= m.seq[s]; seq++ {
			if (at[seq] != 0) != (seq%7 != 0) {
				m.sim.Errorf("%s: op %d of %d is at %d", m.token, seq, m.seq[s], at[seq])
			}
		}
	}
}
