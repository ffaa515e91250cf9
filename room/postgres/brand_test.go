package postgres_test

import (
	"context"
	"testing"

	"parley/room"
)

// A brand is one workspace's; what is not a colour never gets in.
func TestABrandIsOneWorkspaces(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	if b, err := w.store.Brand(ctx, w.workspace); err != nil || b != (room.Brand{Name: "Northwind"}) {
		t.Errorf("at first %+v, %v", b, err)
	}
	want := room.Brand{Name: "Northwind Software", Accent: "#ffcc00"}
	if err := w.store.SetBrand(ctx, w.workspace, want); err != nil {
		t.Fatal(err)
	}
	if b, err := w.store.Brand(ctx, w.workspace); err != nil || b != want {
		t.Errorf("then %+v, %v", b, err)
	}
	foreign := room.WorkspaceID(newID())
	if err := w.store.SetBrand(ctx, foreign, want); room.CodeOf(err) != room.Gone {
		t.Errorf("of no workspace: %v", err)
	}
	if err := w.store.SetBrand(ctx, w.workspace, room.Brand{Name: "N", Accent: "red"}); err == nil {
		t.Error("the schema takes a colour that is none")
	}
}

// Every link of the workspace is on one page, newest first; revoked ones and
// those of others are on none.
func TestWorkspaceLinksArePaged(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	var made []room.LinkID
	for range 5 {
		l, _, err := w.store.CreateLink(ctx, room.NewLink{Workspace: w.workspace, Room: w.id, Side: room.SideBuyer, Access: room.Editor})
		if err != nil {
			t.Fatal(err)
		}
		made = append([]room.LinkID{l.ID}, made...)
	}
	if _, err := w.store.RevokeLink(ctx, w.workspace, made[2]); err != nil {
		t.Fatal(err)
	}
	var got []room.LinkID
	after := room.LinkID("")
	for range 5 {
		page, next, err := w.store.WorkspaceLinks(ctx, w.workspace, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page {
			got = append(got, l.ID)
		}
		if after = next; after == "" {
			break
		}
	}
	if want := []room.LinkID{made[0], made[1], made[3], made[4]}; len(got) != 4 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("got %v, want %v", got, want)
	}
	if page, _, err := w.store.WorkspaceLinks(ctx, room.WorkspaceID(newID()), "", 10); err != nil || len(page) != 0 {
		t.Errorf("another workspace sees %v, %v", page, err)
	}
	if _, _, err := w.store.WorkspaceLinks(ctx, w.workspace, "x", 10); room.CodeOf(err) != room.Invalid {
		t.Errorf("with a cursor that is none: %v", err)
	}
}

// Who waits is listed while nobody has answered and while the link that they came
// by works, in their own workspace alone.
func TestWorkspaceRequestsAreThoseThatWait(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	var links []room.Link
	for i := range 3 {
		l, _, err := w.store.CreateLink(ctx, room.NewLink{Workspace: w.workspace, Room: w.id, Side: room.SideBuyer, Access: room.Editor, Door: room.DoorNamed})
		if err == nil {
			_, err = w.store.AskAccess(ctx, l, room.Visitor{Name: "Lena", Email: string(rune('a'+i)) + "@acme.example"}, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		links = append(links, l)
	}
	waiting := func(ws room.WorkspaceID) []room.AccessRequest {
		t.Helper()
		list, err := w.store.WorkspaceRequests(ctx, ws, 10)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := waiting(w.workspace); len(list) != 3 || list[0].Email != "a@acme.example" {
		t.Fatalf("waiting: %+v", list)
	}
	if _, err := w.store.DecideAccess(ctx, w.workspace, w.id, waiting(w.workspace)[0].ID, "", false); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.RevokeLink(ctx, w.workspace, links[1].ID); err != nil {
		t.Fatal(err)
	}
	if list := waiting(w.workspace); len(list) != 1 || list[0].Email != "c@acme.example" {
		t.Errorf("then waiting: %+v", list)
	}
	if list := waiting(room.WorkspaceID(newID())); len(list) != 0 {
		t.Errorf("another workspace sees %+v", list)
	}
}

// A workspace is called after its first owner's company until somebody says
// another name, which stays.
func TestAWorkspaceIsNamedAfterItsFirstOwner(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	if err := w.store.SetBrand(ctx, w.workspace, room.Brand{Name: room.Unnamed}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ email, want string }{
		{"ada@gmail.com", room.Unnamed}, {"olga@elsewhere.example", "Elsewhere"}, {"olga@another.example", "Elsewhere"},
	} {
		if _, err := w.store.EnsureOwner(ctx, w.workspace, step.email, ""); err != nil {
			t.Fatal(err)
		}
		if b, err := w.store.Brand(ctx, w.workspace); err != nil || b.Name != step.want {
			t.Errorf("after %s it is called %q, %v; want %q", step.email, b.Name, err, step.want)
		}
	}
}
