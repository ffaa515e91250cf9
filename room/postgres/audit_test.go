package postgres_test

import (
	"context"
	"fmt"
	"testing"

	"parley/room"
)

func TestAuditListsDecisionsNewestFirst(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	for i := range 5 {
		err := w.store.Audit(ctx, room.AuditEvent{
			Workspace: w.workspace, Action: room.ActLinkMade, Actor: room.Actor{Kind: room.ActorAccount, ID: "a", Name: "Priya"}, Room: w.id, Detail: fmt.Sprint(i),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	page, err := w.store.AuditEvents(ctx, w.workspace, 0, 3)
	if err != nil || len(page) != 3 || page[0].Detail != "4" || page[0].Room != w.id || page[0].Times != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	rest, err := w.store.AuditEvents(ctx, w.workspace, page[2].ID, 3)
	if err != nil || len(rest) != 2 || rest[1].Detail != "0" {
		t.Errorf("%+v, %v", rest, err)
	}
}

// A flood of refusals, from one source or from very many, is a bounded number of
// rows.
func TestFloodOfDenialsDoesNotFillTheAudit(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	denied := room.AuditEvent{Workspace: w.workspace, Action: room.ActDenied, Actor: room.Actor{Kind: room.ActorVisitor}, Room: w.id, Source: "192.0.2.1"}
	for range 500 {
		if err := w.store.Audit(ctx, denied); err != nil {
			t.Fatal(err)
		}
	}
	list, err := w.store.AuditEvents(ctx, w.workspace, 0, 100)
	if err != nil || len(list) > 2 || list[0].Times < 10 { // two when the hour ends meanwhile
		t.Fatalf("%+v, %v", list, err)
	}
	for i := range 1200 {
		denied.Source = fmt.Sprintf("2001:db8:%x::/64", i)
		if err := w.store.Audit(ctx, denied); err != nil {
			t.Fatal(err)
		}
	}
	var rows int
	if err := w.pool.QueryRow(ctx, `select count(*) from audit_events`).Scan(&rows); err != nil || rows > 2*1001 {
		t.Errorf("%d rows, %v", rows, err)
	}
}
