package postgres_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"parley/room"
	"parley/room/postgres"
)

const year = 365 * 24 * time.Hour

// keepsake is a world in which there is something of everything that ends, and the
// same once more that has not ended for long enough.
func (w *world) keepsake() {
	w.Helper()
	ctx := context.Background()
	err := func() error {
		for range 2 {
			link, _, err := w.store.CreateLink(ctx, room.NewLink{Workspace: w.workspace, Room: w.id, Side: room.SideBuyer, Access: room.Editor})
			if err != nil {
				return err
			}
			if _, _, err = w.store.CreateSession(ctx, link, room.Visitor{}); err != nil {
				return err
			}
			if _, _, err = w.store.CreateSession(ctx, link, room.Visitor{Participant: w.marc.ID, Name: w.marc.Name, Email: "marc@acme.example", Verified: true}); err != nil {
				return err
			}
			if _, _, err = w.store.CreateFeed(ctx, room.NewFeed{Workspace: w.workspace, Room: w.id, Shows: room.FeedPlan, Link: link.ID}); err != nil {
				return err
			}
			if _, _, err = w.store.AskUpdates(ctx, link, "ann@acme.example", "daily"); err != nil {
				return err
			}
			if _, err = w.store.NewCode(ctx, link, "token", "", "ann@acme.example", "123456"); err != nil {
				return err
			}
			if err = w.store.Spend(ctx, link.ID, room.Budget{Kind: "codes to ann", Burst: 4, Every: time.Minute}); err != nil {
				return err
			}
			if _, err = w.store.NewTicket(ctx, "ann@acme.example", "", false); err != nil {
				return err
			}
			if err = w.store.Audit(ctx, room.AuditEvent{Workspace: w.workspace, Action: room.ActSignIn, Actor: room.Actor{Kind: room.ActorVisitor}}); err != nil {
				return err
			}
			if _, err = w.store.EnsureOwner(ctx, w.workspace, "ada@northwind.example", "Ada"); err != nil {
				return err
			}
			token, seat, err := w.store.SignIn(ctx, room.SignIn{Email: "ada@northwind.example"})
			if err != nil || token == "" {
				return err
			}
			seated, err := w.store.Seated(ctx, seat, w.id)
			if err != nil {
				return err
			}
			if _, _, err = w.store.CreateMemberSession(ctx, seat, seated); err != nil {
				return err
			}
			portal, err := w.store.CreatePortal(ctx, w.workspace, "Portal", []string{"https://portal.example"})
			if err != nil {
				return err
			}
			vouched := room.Vouched{Room: w.id, Subject: "u-1", Access: room.Viewer}
			made, _, err := w.store.CreateEmbedToken(ctx, w.workspace, portal.ID, vouched, time.Minute)
			if err != nil {
				return err
			}
			v, _, err := w.store.TakeEmbedToken(ctx, made)
			if err != nil {
				return err
			}
			if _, _, err = w.store.CreateEmbedToken(ctx, w.workspace, portal.ID, vouched, time.Minute); err != nil {
				return err
			}
			if _, err = w.store.TakeToken(ctx, v, "jti", time.Now().Add(time.Minute)); err != nil {
				return err
			}
			_, framed, err := w.store.CreateEmbedSession(ctx, v, room.Framed{Room: w.id, Parent: "https://portal.example"})
			if err != nil {
				return err
			}
			if _, err = w.store.CreateHandover(ctx, framed.Session, true, time.Minute); err != nil {
				return err
			}
			if _, err = w.store.NewTrip(ctx, "/"); err != nil {
				return err
			}
		}
		return nil
	}()
	if err != nil {
		w.Fatal(err)
	}
}

// counts are the rows of the tables that are pruned.
func (w *world) counts() map[string]int64 {
	w.Helper()
	out := map[string]int64{}
	for _, table := range postgres.PrunedTables() {
		var n int64
		if err := w.pool.QueryRow(context.Background(), `select count(*) from `+table).Scan(&n); err != nil {
			w.Fatal(err)
		}
		out[table] = n
	}
	return out
}

// age makes the first of two rows of each table old enough.
func (w *world) age(sql ...string) {
	w.Helper()
	for _, sql := range sql {
		if tag, err := w.pool.Exec(context.Background(), sql); err != nil || tag.RowsAffected() == 0 {
			w.Fatalf("%s: %d rows, %v", sql, tag.RowsAffected(), err)
		}
	}
}

// What is over for long enough is deleted, from every table, and nothing else:
// not what ended just now, and not who came by a link.
func TestWhatIsOverIsDeleted(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.keepsake()
	before := w.counts()
	if deleted, more, err := w.store.Prune(ctx, year); err != nil || more || len(deleted) != 0 {
		t.Fatalf("of what is live: %v, %v, %v", deleted, more, err)
	}
	w.age(`update sessions set expires_at = now() - interval '29 days'`, `update account_sessions set expires_at = now() - interval '29 days'`,
		`update feeds set revoked_at = now() - interval '29 days'`, `update subscriptions set ended_at = now() - interval '29 days'`,
		`update audit_events set at = now() - interval '364 days'`)
	if deleted, _, err := w.store.Prune(ctx, year); err != nil || len(deleted) != 0 {
		t.Fatalf("of what ended not long ago: %v, %v", deleted, err)
	}
	w.age(`update sessions set expires_at = now() - interval '31 days'`, `update account_sessions set expires_at = now() - interval '31 days'`,
		`update feeds set revoked_at = null`, `update links set revoked_at = now() - interval '31 days'`, `update subscriptions set ended_at = null`,
		`update audit_events set at = now() - interval '366 days'`, `update link_codes set expires_at = now() - interval '25 hours'`,
		`update sign_in_tickets set created_at = now() - interval '25 hours'`, `update sign_in_trips set created_at = now() - interval '25 hours'`,
		`update portal_tokens set expires_at = now() - interval '2 minutes'`, `update embed_tokens set expires_at = now() - interval '2 minutes'`,
		`update handovers set expires_at = now() - interval '2 minutes'`, `update link_budgets set spent_until = now() - interval '25 hours'`)

	if deleted, _, err := w.store.Prune(ctx, 0); err != nil || deleted["audit_events"] != 0 {
		t.Errorf("where the audit is kept for ever: %v, %v", deleted, err)
	}
	if _, _, err := w.store.Prune(ctx, year); err != nil {
		t.Fatal(err)
	}
	after := w.counts()
	for _, table := range slices.Sorted(maps.Keys(before)) {
		want := int64(0)
		if table == "sessions" {
			want = 2 // Marc's
		}
		if before[table] == 0 || after[table] != want {
			t.Errorf("%s: %d rows before, %d after, want %d", table, before[table], after[table], want)
		}
	}
	if who, err := w.store.KnownVisitor(ctx, room.Link{Room: w.id, Side: room.SideBuyer}, "marc@acme.example"); err != nil || who != w.marc.ID {
		t.Errorf("who proved an address is %q, %v", who, err)
	}
}

// One call deletes a part, and several servers at once delete each row once.
func TestDeletingIsBoundedAndShared(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.age(`insert into audit_events (workspace_id, action, actor_kind, at)
		select id, 'signin', 'visitor', now() - interval '2 years' from workspaces, generate_series(1, 1700)`)
	if deleted, more, err := w.store.Prune(ctx, year); err != nil || !more || deleted["audit_events"] != 500 {
		t.Fatalf("a part = %v, %v, %v", deleted, more, err)
	}
	type result struct {
		n   int64
		err error
	}
	results := make(chan result, 4)
	for range cap(results) {
		_, store := w.open()
		go func() {
			var r result
			for more := true; more && r.err == nil; {
				var deleted map[string]int64
				deleted, more, r.err = store.Prune(ctx, year)
				r.n += deleted["audit_events"]
			}
			results <- r
		}()
	}
	var sum int64
	for range cap(results) {
		r := <-results
		if r.err != nil {
			t.Error(r.err)
		}
		sum += r.n
	}
	if left := w.counts()["audit_events"]; sum+left != 1200 || left != 0 {
		t.Errorf("%d were deleted and %d are left of 1200", sum, left)
	}
}
