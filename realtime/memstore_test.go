package realtime

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/room"
)

// uid returns the n-th test id.
func uid(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

var (
	testRoom  = room.ID(uid(1))
	phase     = room.RecordID(uid(0x20))
	milestone = room.RecordID(uid(0x30)) // shared
	secret    = room.RecordID(uid(0x31)) // of the seller's side

	priya = room.Member{ID: room.RecordID(uid(0x10)), Name: "Priya Nair", Side: room.SideSeller, Access: room.Owner}
	sam   = room.Member{ID: room.RecordID(uid(0x11)), Name: "Sam Ode", Side: room.SideSeller, Access: room.Editor}
	marc  = room.Member{ID: room.RecordID(uid(0x12)), Name: "Marc Olsen", Side: room.SideBuyer, Access: room.Editor}
	pat   = room.Member{ID: room.RecordID(uid(0x13)), Name: "Pat Diaz", Side: room.SidePartner, Access: room.Editor}
)

// memStore is a [Store] in memory that judges with the real rules.
type memStore struct {
	mu      sync.Mutex
	rooms   map[room.ID]*memRoom
	grants  map[string]room.Grant // by token
	ended   map[room.SessionID]bool
	revoked bool                          // what heads say of links
	moved   map[room.RecordID]room.Member // what Live says in place of the plan
	fail    func(call string) error       // nil: nothing fails
	slow    map[string]time.Duration
	commits int // transactions
	calls   map[string]int
}

type memRoom struct {
	plan    *room.Plan
	cursors map[room.CursorKey]*room.Cursor
	log     map[room.Stream][]room.Logged
}

// newMemStore has one room with people, a phase, a shared and a seller's
// milestone; the tokens are priya, sam, marc, pat and watcher.
func newMemStore(t testing.TB) *memStore {
	t.Helper()
	m := &memStore{rooms: map[room.ID]*memRoom{}, grants: map[string]room.Grant{}, ended: map[room.SessionID]bool{},
		slow: map[string]time.Duration{}, calls: map[string]int{}}
	m.addRoom(t, testRoom)
	for i, member := range []room.Member{priya, sam, marc, pat} {
		m.grant([]string{"priya", "sam", "marc", "pat"}[i], testRoom, member)
	}
	m.grant("watcher", testRoom, room.Member{Side: room.NoSide, Access: room.Viewer})
	return m
}

func (m *memStore) grant(token string, id room.ID, member room.Member) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.grants[token] = room.Grant{Room: id, Session: room.SessionID("session-" + token), Member: member}
}

func (m *memStore) addRoom(t testing.TB, id room.ID) {
	t.Helper()
	r := &memRoom{plan: room.NewPlan(id, "e1"), cursors: map[room.CursorKey]*room.Cursor{}, log: map[room.Stream][]room.Logged{}}
	m.rooms[id] = r
	ops := []room.Op{{Kind: room.KindRoomAdd, ID: room.RecordID(id), Set: room.Fields{
		"name": "Northwind × Acme", "seller_company": "Northwind", "buyer_company": "Acme", "time_zone": "Europe/Oslo",
	}}}
	for _, p := range []room.Member{priya, sam, marc, pat} {
		ops = append(ops, room.Op{Kind: room.KindJoin, ID: p.ID, Set: room.Fields{
			"name": p.Name, "side": string(p.Side), "access": string(p.Access)}})
	}
	ops = append(ops, room.Op{Kind: "phase.add", ID: phase, Set: room.Fields{"name": "Evaluate"}},
		room.Op{Kind: "milestone.add", ID: milestone, Set: room.Fields{"phase": string(phase), "title": "Security review"}})
	r.decide(t, room.Request{Internal: true, Group: true, Stream: room.Shared, Ops: ops})
	r.decide(t, room.Request{Internal: true, Stream: room.Seller, Ops: []room.Op{{
		Kind: "milestone.add", ID: secret, Set: room.Fields{"phase": string(phase), "title": "Discount floor"}}}})
}

func (r *memRoom) decide(t testing.TB, req room.Request) {
	t.Helper()
	verdicts, commits := room.Decide(r.plan, time.Now(), r.cursors, []room.Request{req})
	if verdicts[0].Err != nil {
		t.Fatalf("preparing the room: %v", verdicts[0].Err)
	}
	r.append(commits)
}

func (r *memRoom) append(commits []room.Encoded) {
	for _, c := range commits {
		r.log[c.Stream] = append(r.log[c.Stream], room.Logged{Rev: c.Commit.Rev, Body: c.Body})
	}
}

// enter counts a call, makes it slow and lets it fail, as the test says.
func (m *memStore) enter(ctx context.Context, call string) error {
	m.mu.Lock()
	m.calls[call]++
	wait, fail := m.slow[call], m.fail
	m.mu.Unlock()
	if wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if fail != nil {
		return fail(call)
	}
	return nil
}

func (m *memStore) setFail(f func(call string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = f
}

// Commit keeps the plan itself and returns its log positions, as the writer
// needs no more of a plan than to hand it back.
func (m *memStore) Commit(ctx context.Context, plan *room.Plan, id room.ID, reqs []room.Request) (*room.Plan, room.Result, error) {
	if err := m.enter(ctx, "commit"); err != nil {
		return nil, room.Result{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rooms[id]
	if r == nil {
		return nil, room.Result{}, room.Errorf(room.Gone, "there is no such room")
	}
	m.commits++
	var missed []room.Encoded
	if plan == nil {
		plan = &room.Plan{Room: id, Epoch: r.plan.Epoch, Revs: copyRevs(r.plan.Revs)}
	}
	for _, s := range room.Streams {
		for _, row := range r.log[s][plan.Revs[s]:] {
			missed = append(missed, encoded(s, row))
		}
	}
	reqs = append([]room.Request(nil), reqs...)
	for i := range reqs {
		reqs[i].Ended = m.ended[reqs[i].Session]
	}
	verdicts, commits := room.Decide(r.plan, time.Now(), r.cursors, reqs)
	r.append(commits)
	plan.Revs, plan.Epoch = copyRevs(r.plan.Revs), r.plan.Epoch
	return plan, room.Result{Verdicts: verdicts, Commits: append(missed, commits...)}, nil
}

func copyRevs(from room.Revs) room.Revs {
	to := room.Revs{}
	for s, rev := range from {
		to[s] = rev
	}
	return to
}

func encoded(s room.Stream, row room.Logged) room.Encoded {
	commit, err := room.DecodeCommit(row.Body)
	if err != nil {
		panic(err) // it was encoded a moment ago
	}
	return room.Encoded{Stream: s, Commit: commit, Body: row.Body}
}

func (m *memStore) Snapshot(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) ([]room.StreamSnapshot, error) {
	if err := m.enter(ctx, "snapshot"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rooms[id]
	var out []room.StreamSnapshot
	for _, s := range streams {
		out = append(out, room.StreamSnapshot{Stream: s, Epoch: r.plan.Epoch, Rev: r.plan.Revs[s], Seq: r.seq(client, s), Body: r.plan.Snapshot(s)})
	}
	return out, nil
}

func (r *memRoom) seq(client room.ClientID, s room.Stream) int64 {
	if c := r.cursors[room.CursorKey{Client: client, Stream: s}]; c != nil {
		return c.Seq
	}
	return 0
}

func (m *memStore) After(ctx context.Context, id room.ID, stream room.Stream, after room.Rev, limit int) ([]room.Logged, error) {
	if err := m.enter(ctx, "after"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	log := m.rooms[id].log[stream]
	if int(after) >= len(log) {
		return nil, nil
	}
	log = log[after:]
	return append([]room.Logged(nil), log[:min(limit, len(log))]...), nil
}

func (m *memStore) Heads(ctx context.Context, ids []room.ID) (map[room.ID]room.Head, error) {
	if err := m.enter(ctx, "heads"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[room.ID]room.Head{}
	for _, id := range ids {
		if r := m.rooms[id]; r != nil {
			out[id] = room.Head{Epoch: r.plan.Epoch, Revs: copyRevs(r.plan.Revs), Revoked: m.revoked}
		}
	}
	return out, nil
}

func (m *memStore) Seqs(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) (map[room.Stream]int64, error) {
	if err := m.enter(ctx, "seqs"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[room.Stream]int64{}
	for _, s := range streams {
		out[s] = m.rooms[id].seq(client, s)
	}
	return out, nil
}

func (m *memStore) Authenticate(ctx context.Context, token string) (room.Grant, error) {
	if err := m.enter(ctx, "authenticate"); err != nil {
		return room.Grant{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	grant, ok := m.grants[token]
	if !ok || m.ended[grant.Session] {
		return room.Grant{}, room.Errorf(room.Gone, "unknown token")
	}
	grant.At = time.Now()
	return grant, nil
}

func (m *memStore) Live(ctx context.Context, sessions []room.SessionID) (map[room.SessionID]room.Grant, error) {
	if err := m.enter(ctx, "live"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[room.SessionID]room.Grant{}
	for _, grant := range m.grants {
		for _, id := range sessions {
			if grant.Session != id || m.ended[id] {
				continue
			}
			if grant.Member.ID != "" {
				present, ok := m.rooms[grant.Room].plan.Member(grant.Member.ID)
				if !ok {
					continue
				}
				if moved, ok := m.moved[grant.Member.ID]; ok {
					present = moved
				}
				grant.Member = present
			}
			grant.At = time.Now()
			out[id] = grant
		}
	}
	return out, nil
}

// end ends a session, as revoking its link does.
func (m *memStore) end(token string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended[m.grants[token].Session] = true
}

// commitBehind commits as another server would: the hub is not told.
func (m *memStore) commitBehind(t testing.TB, id room.ID, stream room.Stream, n int) (bodies []json.RawMessage) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rooms[id]
	at := len(r.log[stream])
	for i := range n {
		r.decide(t, room.Request{Internal: true, Stream: stream, Ops: []room.Op{rename(milestoneIn(stream), fmt.Sprintf("behind %d", i))}})
	}
	for _, row := range r.log[stream][at:] {
		bodies = append(bodies, row.Body)
	}
	return bodies
}

func milestoneIn(stream room.Stream) room.RecordID {
	if stream == room.Seller {
		return secret
	}
	return milestone
}

func rename(id room.RecordID, title string) room.Op {
	return room.Op{Kind: "milestone.update", ID: id, Set: room.Fields{"title": title}}
}

func (m *memStore) head(id room.ID, s room.Stream) room.Rev {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rooms[id].plan.Revs[s]
}

// newEpoch rewinds the log, as restoring an old backup does.
func (m *memStore) newEpoch(t testing.TB, id room.ID) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.Unlock()
	m.addRoom(t, id)
	m.mu.Lock()
	m.rooms[id].plan.Epoch = "e2"
}

// count returns how often a call was made.
func (m *memStore) count(call string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[call]
}

// NewEpoch counts up an epoch "e1".
func (m *memStore) NewEpoch(ctx context.Context, id room.ID, old room.Epoch) (room.Head, error) {
	if err := m.enter(ctx, "newEpoch"); err != nil {
		return room.Head{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rooms[id]
	var n int
	if _, err := fmt.Sscanf(string(old), "e%d", &n); err != nil {
		return room.Head{}, err
	}
	if r.plan.Epoch == old {
		r.plan.Epoch = room.Epoch(fmt.Sprintf("e%d", n+1))
	}
	return room.Head{Epoch: r.plan.Epoch, Revs: copyRevs(r.plan.Revs)}, nil
}

// rewind takes the room's log back to what it was at first, in the same epoch, as
// putting an old copy of the disk in place does.
func (m *memStore) rewind(t testing.TB, id room.ID) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.addRoom(t, id)
}
