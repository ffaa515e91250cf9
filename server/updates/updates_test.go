package updates_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"parley/room"
	"parley/room/postgres"
	"parley/room/postgres/pgtest"
	"parley/server/brand"
	"parley/server/mail"
	"parley/server/updates"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// box is where mails go.
type box struct {
	mu    sync.Mutex
	mails []mail.Message
}

func (b *box) Send(_ context.Context, m mail.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = append(b.mails, m)
	return nil
}

func (b *box) take() []mail.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.mails
	b.mails = nil
	return taken
}

// Who confirmed is told once a day what changed, by one of several servers, and
// nothing when nothing did; what one side keeps to itself is in no mail (I11).
func TestADigestTellsWhatChanged(t *testing.T) {
	ctx := context.Background()
	pool, err := postgres.Open(ctx, pgtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	store := postgres.NewSteady(postgres.New(pool))
	ws, err := store.EnsureWorkspace(ctx, "Northwind")
	if err != nil {
		t.Fatal(err)
	}
	id, err := store.CreateRoom(ctx, room.NewRoom{
		Workspace: ws, Name: "Rollout plan", BuyerCompany: "Acme", SellerCompany: "Northwind", TimeZone: "Europe/Berlin", GoLive: "2027-03-01", Template: "software-purchase",
	})
	if err != nil {
		t.Fatal(err)
	}
	link, _, err := store.CreateLink(ctx, room.NewLink{Workspace: ws, Room: id, Side: room.NoSide, Access: room.Viewer})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.SetBrand(ctx, ws, room.Brand{Name: "Northwind", Accent: "#0a7f5a"}); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"ada@acme.example", "bo@acme.example"} {
		_, token, err := store.AskUpdates(ctx, link, address, "daily")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.ConfirmUpdates(ctx, token); err != nil {
			t.Fatal(err)
		}
	}
	seq := int64(0)
	client := room.ClientID(uuid.NewString())
	do := func(stream room.Stream, ops ...room.Op) {
		t.Helper()
		seq++
		_, result, err := store.Commit(ctx, nil, id, []room.Request{{
			Member: room.Member{Side: room.SideSeller, Access: room.Owner}, Client: client, Stream: stream, Seq: seq, Ops: ops, Group: len(ops) > 1,
		}})
		if err != nil || result.Verdicts[0].Err != nil {
			t.Fatalf("%v, %v", err, result.Verdicts[0].Err)
		}
	}
	milestone := milestoneOf(t, store, id, "Kick-off")
	var mails box
	servers := []*updates.Sender{{Store: store, Mail: &mails, PublicURL: "https://rooms.example.com"}, {Store: store, Mail: &mails, PublicURL: "https://rooms.example.com"}}
	day := time.Now()
	tell := func() []mail.Message {
		t.Helper()
		day = day.Add(24 * time.Hour)
		var wg sync.WaitGroup
		for _, s := range servers {
			wg.Go(func() {
				if err := s.Tell(ctx, day); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		return mails.take()
	}

	if got := tell(); len(got) != 0 {
		t.Errorf("nothing changed, and %d mails say so", len(got))
	}
	do(room.Shared, room.Op{Kind: "milestone.update", ID: milestone, Set: room.Fields{"title": "First day <b>"}})
	seq = 0
	client = room.ClientID(uuid.NewString())
	do(room.Seller, room.Op{Kind: "comment.add", ID: room.RecordID(uuid.NewString()), Set: room.Fields{"body": "canary"}},
		room.Op{Kind: "room.update", Set: room.Fields{"crm_ref": "canary"}})

	got := tell()
	if len(got) != 2 {
		t.Fatalf("%d mails, want one to each", len(got))
	}
	seen := map[string]bool{}
	for _, m := range got {
		seen[m.To] = true
		if !strings.HasPrefix(m.Subject, "“Kick-off” is now “First day <b>”") && !strings.Contains(m.Subject, "First day <b>") || !strings.HasSuffix(m.Subject, " · Rollout plan") {
			t.Errorf("subject = %s", m.Subject)
		}
		if m.FromName != "Northwind via Parley" || !strings.HasPrefix(m.Text, "Northwind\n") || !strings.Contains(m.HTML, brand.Shades("#0a7f5a").Light) {
			t.Errorf("from %s, without the company's name or colour", m.FromName)
		}
		if strings.Contains(m.Text+m.HTML, "canary") || strings.Contains(m.HTML, "First day <b>") {
			t.Errorf("private or unescaped:\n%s", m.HTML)
		}
		if !strings.Contains(m.Text, "First day <b>") || !strings.Contains(m.Text, "https://rooms.example.com/updates/parley_") || !strings.HasSuffix(m.ListUnsubscribe, "/stop") {
			t.Errorf("text:\n%s\nunsubscribe %s", m.Text, m.ListUnsubscribe)
		}
	}
	if len(seen) != 2 {
		t.Errorf("told are %v", seen)
	}
	if got := tell(); len(got) != 0 {
		t.Errorf("told again: %d mails", len(got))
	}
}

// milestoneOf finds a milestone by its title.
func milestoneOf(t *testing.T, store updates.Store, id room.ID, title string) room.RecordID {
	t.Helper()
	snapshots, err := store.Snapshot(context.Background(), id, []room.Stream{room.Shared}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan := room.NewPlan(id, "")
	if err := plan.LoadSnapshot(room.Shared, snapshots[0].Rev, snapshots[0].Body); err != nil {
		t.Fatal(err)
	}
	for _, rec := range plan.Streams[room.Shared][room.Milestone] {
		if rec.Fields["title"] == title {
			return rec.ID
		}
	}
	t.Fatalf("no milestone %s", title)
	return ""
}
