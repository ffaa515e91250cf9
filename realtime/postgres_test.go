package realtime

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
	"parley/room/postgres"
	"parley/room/postgres/pgtest"
)

// pgRoom is a room in PostgreSQL with a session for a seller and a buyer.
type pgRoom struct {
	store  *postgres.Store
	pool   *pgxpool.Pool // of the newest store
	dsn    string
	id     room.ID
	ws     room.WorkspaceID
	tokens map[string]string
	links  map[string]room.Link
}

func newPGRoom(t *testing.T) *pgRoom {
	t.Helper()
	return newPGRoomOn(t, pgtest.New(t))
}

// newPGRoomOn is newPGRoom in a migrated database of the test's choice.
func newPGRoomOn(t *testing.T, dsn string) *pgRoom {
	t.Helper()
	ctx := t.Context()
	r := &pgRoom{dsn: dsn, tokens: map[string]string{}, links: map[string]room.Link{}}
	r.store = r.open(t)
	var err error
	if r.ws, err = r.store.EnsureWorkspace(ctx, "Northwind"); err != nil {
		t.Fatal(err)
	}
	r.id, err = r.store.CreateRoom(ctx, room.NewRoom{
		Workspace: r.ws, Name: "Rollout", BuyerCompany: "Acme", SellerCompany: "Northwind", TimeZone: "Europe/Berlin", GoLive: "2027-03-01",
	})
	if err != nil {
		t.Fatal(err)
	}
	ops := []room.Op{
		{Kind: "phase.add", ID: phase, Set: room.Fields{"name": "Evaluate"}},
		{Kind: "milestone.add", ID: milestone, Set: room.Fields{"phase": string(phase), "title": "Security review"}},
	}
	for _, m := range []room.Member{priya, marc} {
		ops = append(ops, room.Op{Kind: room.KindJoin, ID: m.ID, Set: room.Fields{"name": m.Name, "side": string(m.Side), "access": string(m.Access)}})
	}
	_, result, err := r.store.Commit(ctx, nil, r.id, []room.Request{{Internal: true, Group: true, Stream: room.Shared, Ops: ops}})
	if err != nil || result.Verdicts[0].Err != nil {
		t.Fatal(err, result.Verdicts)
	}
	r.share(t, "priya", priya)
	r.share(t, "marc", marc)
	return r
}

// open returns another store on the same database, as another server has.
func (r *pgRoom) open(t *testing.T) *postgres.Store {
	t.Helper()
	pool, err := postgres.Open(t.Context(), r.dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	r.pool = pool
	return postgres.New(pool)
}

func (r *pgRoom) share(t *testing.T, name string, m room.Member) {
	t.Helper()
	link, _, err := r.store.CreateLink(t.Context(), room.NewLink{Workspace: r.ws, Room: r.id, Side: m.Side, Access: m.Access, Participant: m.ID})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := r.store.CreateSession(t.Context(), link, room.Visitor{Participant: m.ID})
	if err != nil {
		t.Fatal(err)
	}
	r.links[name], r.tokens[name] = link, token
}

func (r *pgRoom) join(b *bench, name, client string, at ...string) (*client2, frame) {
	b.Helper()
	c, err := b.connect(nil)
	if err != nil {
		b.Fatal(err)
	}
	resume := ""
	if len(at) > 0 {
		resume = at[0]
	}
	c.say(fmt.Sprintf(`{"t":"hello","v":1,"client":%q,"token":%q,"streams":{%s}}`, client, r.tokens[name], resume))
	return &client2{c}, c.expect("welcome")
}

// client2 is a client that counts.
type client2 struct{ *client }

// Two servers on one database: both sides write at once, everybody sees one log,
// which is the one in the database, byte for byte.
func TestTwoServersOnPostgres(t *testing.T) { // I1, I3, I4, I5, I15
	r := newPGRoom(t)
	broker := NewMemoryBroker()
	one := newBench(t, setup{real: r.store, room: r.id, broker: broker, loopback: true})
	two := newBench(t, setup{real: r.open(t), room: r.id, broker: broker, loopback: true})
	a, w := r.join(one, "priya", uid(0xc1))
	b, _ := r.join(two, "marc", uid(0xc2))
	start := w.entry(room.Shared)

	const each = 300
	var wg sync.WaitGroup
	logs := make([]map[room.Rev]string, 2)
	for i, c := range []*client2{a, b} {
		logs[i] = map[room.Rev]string{}
		wg.Go(func() { logs[i] = c.converse(t, each, start.Rev) })
	}
	wg.Wait()

	rows, err := r.store.After(t.Context(), r.id, room.Shared, start.Rev, 10_000)
	if err != nil || len(rows) != 2*each {
		t.Fatalf("%d commits in the log (%v), want %d", len(rows), err, 2*each)
	}
	for i, row := range rows {
		if want := start.Rev + 1 + room.Rev(i); row.Rev != want {
			t.Fatalf("rev %d in place %d", row.Rev, want) // I1
		}
		for member, log := range logs {
			if log[row.Rev] != string(row.Body) {
				t.Fatalf("member %d got %q, the log has %s", member, log[row.Rev], row.Body)
			}
		}
	}
	epoch := start.Epoch
	again, w := r.join(two, "priya", uid(0xc1), resumeAt(room.Shared, epoch, start.Rev+10))
	if e := w.entry(room.Shared); !e.Resumed || e.Seq != each {
		t.Errorf("entry = %+v", e)
	}
	for at := start.Rev + 10; at < start.Rev+2*each; {
		if f := again.next(); f.T == "commits" {
			if f.From != at+1 {
				t.Fatalf("%d after %d", f.From, at)
			}
			at = f.To
		}
	}
}

// converse sends count ops, a window at a time, and returns the commits it gets
// until there are twice as many.
func (c *client2) converse(t *testing.T, count int, from room.Rev) map[room.Rev]string {
	log := map[room.Rev]string{}
	sent, acked := 0, 0
	for acked < count || len(log) < 2*count {
		for sent < count && sent-acked < room.Window/2 {
			sent++
			c.say(opText(room.Shared, int64(sent), milestone, fmt.Sprint(sent)))
		}
		switch f := c.next(); f.T {
		case "ack":
			acked++
			if f.Seq != int64(acked) {
				t.Errorf("ack of %d in place %d", f.Seq, acked)
			}
		case "commits":
			if f.From != from+1 {
				t.Errorf("%d after %d", f.From, from)
			}
			for i, body := range f.Commits {
				log[f.From+room.Rev(i)] = string(body)
			}
			from = f.To
		case "presence":
		default:
			t.Errorf("got %s", f.raw)
			return log
		}
	}
	return log
}

func TestRevokedLinkOnPostgres(t *testing.T) { // P36
	r := newPGRoom(t)
	b := newBench(t, setup{real: r.store, room: r.id, loopback: true})
	c, _ := r.join(b, "marc", uid(0xc2))
	stays, _ := r.join(b, "priya", uid(0xc1))
	start := time.Now()

	if _, err := r.store.RevokeLink(t.Context(), r.ws, r.links["marc"].ID); err != nil {
		t.Fatal(err)
	}
	b.hub.Recheck(context.Background(), r.id)

	if f := c.until("bye"); f.Why != "revoked" {
		t.Errorf("got %s", f.raw)
	}
	if code := c.closed(); code != closeNoAccess || time.Since(start) > 2*time.Second {
		t.Errorf("closed with %d after %v", code, time.Since(start))
	}
	stays.say(opText(room.Shared, 1, milestone, "Still here"))
	stays.until("ack")
}
