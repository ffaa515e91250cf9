package postgres_test

import (
	"context"
	"testing"

	"parley/room"
)

// ownTemplate keeps the world's plan as a template of its workspace.
func (w *world) ownTemplate(name string) room.TemplateID {
	w.Helper()
	w.must(w.request(newClient(), 1, w.priya, room.Shared,
		room.Op{Kind: "milestone.update", ID: w.first, Set: room.Fields{"is_go_live": true, "due": "2027-03-01"}}))
	plan := room.NewPlan(w.id, "")
	snap := w.snapshots()[room.Shared]
	if err := plan.LoadSnapshot(room.Shared, snap.Rev, snap.Body); err != nil {
		w.Fatal(err)
	}
	t, err := room.SaveTemplate(plan, name, "")
	if err != nil {
		w.Fatal(err)
	}
	id, err := w.store.AddTemplate(context.Background(), w.workspace, t, w.priya.ID)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// A template of the workspace's own is kept, found, applied by its id through
// the one writer, and gone when it is deleted. Names tell them apart.
func TestOwnTemplates(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	id := w.ownTemplate("Our way")

	list, err := w.store.Templates(ctx, w.workspace)
	if err != nil || len(list) != 1 || list[0].ID != id || list[0].Template.Name != "Our way" {
		t.Fatalf("templates = %+v, %v", list, err)
	}
	if _, err := w.store.AddTemplate(ctx, w.workspace, &room.Template{Name: "our WAY"}, ""); room.CodeOf(err) != room.Conflict {
		t.Errorf("a name twice: %v", err)
	}
	other := room.WorkspaceID(newID())
	if _, err := w.store.Template(ctx, other, id); room.CodeOf(err) != room.Gone {
		t.Errorf("of another workspace: %v", err)
	}
	if err := w.store.DeleteTemplate(ctx, other, id); room.CodeOf(err) != room.Gone {
		t.Errorf("deleted by another workspace: %v", err)
	}

	made, err := w.store.CreateRoom(ctx, room.NewRoom{
		Workspace: w.workspace, Name: "Next", BuyerCompany: "Globex", SellerCompany: "Northwind", TimeZone: "UTC", GoLive: "2027-06-01", Template: string(id),
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := w.milestones(made); n != 1 {
		t.Errorf("the room has %d milestones, want 1", n)
	}

	if err := w.store.DeleteTemplate(ctx, w.workspace, id); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.Template(ctx, w.workspace, id); room.CodeOf(err) != room.Gone {
		t.Errorf("after it was deleted: %v", err)
	}
}

// milestones counts those in the tables.
func (w *world) milestones(id room.ID) (n int) {
	w.Helper()
	err := w.pool.QueryRow(context.Background(), `select count(*) from milestones where room_id = $1 and stream = 'shared'`, id).Scan(&n)
	if err != nil {
		w.Fatal(err)
	}
	return n
}

// An op names a template of its room's workspace; that of another one is not there.
func TestTemplatesAreAppliedById(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	id := w.ownTemplate("Our way")
	empty, err := w.store.CreateRoom(ctx, room.NewRoom{
		Workspace: w.workspace, Name: "Empty", BuyerCompany: "Globex", SellerCompany: "Northwind", TimeZone: "UTC", GoLive: "2027-06-01",
	})
	if err != nil {
		t.Fatal(err)
	}
	var other room.WorkspaceID
	if err := w.pool.QueryRow(ctx, `insert into workspaces (name) values ('Other') returning id::text`).Scan(&other); err != nil {
		t.Fatal(err)
	}
	foreign, err := w.store.CreateRoom(ctx, room.NewRoom{Workspace: other, Name: "Foreign", BuyerCompany: "B", SellerCompany: "S", TimeZone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	apply := func(in room.ID) *room.Error {
		t.Helper()
		req := w.request(newClient(), 1, workspaceKey, room.Shared, room.Op{Kind: room.KindTemplateApply, Template: string(id)})
		_, result, err := w.store.Commit(ctx, nil, in, []room.Request{req})
		if err != nil {
			t.Fatal(err)
		}
		return result.Verdicts[0].Err
	}

	if err := apply(empty); err != nil {
		t.Errorf("in its workspace: %v", err)
	}
	if n := w.milestones(empty); n != 1 {
		t.Errorf("%d milestones, want 1", n)
	}
	if err := apply(foreign); err == nil || err.Code != room.Invalid || err.Field != "template" {
		t.Errorf("in another workspace: %v", err)
	}
}

// A founder's room has its owner from the first commit on, and their link is as
// good as the one they came by: it ends with it, and is not given to a session
// that has ended.
func TestAFounderGetsALinkOfTheirOwn(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	link, _, err := w.store.CreateLink(ctx, room.NewLink{Workspace: w.workspace, Room: w.id, Side: room.SideSeller, Access: room.Owner, Participant: w.priya.ID})
	if err != nil {
		t.Fatal(err)
	}
	_, grant, err := w.store.CreateSession(ctx, link, room.Visitor{Participant: w.priya.ID})
	if err != nil {
		t.Fatal(err)
	}
	n := room.NewRoom{
		Workspace: w.workspace, Name: "Next", BuyerCompany: "Globex", SellerCompany: "Northwind", TimeZone: "UTC", Template: "pilot",
		Founder: &room.Founder{ID: newID(), Name: "Priya Nair", Session: grant.Session},
	}

	own, token, err := w.store.FoundRoom(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := w.store.LinkByToken(ctx, token); err != nil || got.Room != own.Room || got.Participant != n.Founder.ID {
		t.Errorf("the link = %+v, %v", got, err)
	}
	_, in, err := w.store.CreateSession(ctx, own, room.Visitor{Participant: own.Participant})
	if err != nil || in.Member != (room.Member{ID: n.Founder.ID, Name: "Priya Nair", Side: room.SideSeller, Access: room.Owner}) {
		t.Errorf("the founder is %+v, %v", in.Member, err)
	}

	if _, err := w.store.RevokeLink(ctx, w.workspace, link.ID); err != nil {
		t.Fatal(err)
	}
	before := w.rooms()
	if _, _, err := w.store.FoundRoom(ctx, n); room.CodeOf(err) != room.Gone {
		t.Errorf("with an ended session: %v", err)
	}
	if after := w.rooms(); after != before {
		t.Errorf("%d rooms, want %d: nothing is left of one that was refused", after, before)
	}
}

func (w *world) rooms() (n int) {
	w.Helper()
	if err := w.pool.QueryRow(context.Background(), `select count(*) from rooms`).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

// A writer that remembers the room looks the template up all the same.
func TestTemplateIsAppliedInARoomThatIsRemembered(t *testing.T) {
	w := newWorld(t)
	id := w.ownTemplate("Our way")
	empty, err := w.store.CreateRoom(context.Background(), room.NewRoom{
		Workspace: w.workspace, Name: "Empty", BuyerCompany: "Globex", SellerCompany: "Northwind", TimeZone: "UTC", GoLive: "2027-06-01",
	})
	if err != nil {
		t.Fatal(err)
	}
	s, c := w.writing(), newClient()
	s.world = &world{TB: t, id: empty}
	s.commit(w.request(c, 1, workspaceKey, room.Shared, room.Op{Kind: "phase.add", ID: newID(), Set: room.Fields{"name": "Evaluate"}}))

	result, _ := s.commit(w.request(c, 2, workspaceKey, room.Shared, room.Op{Kind: room.KindTemplateApply, Template: string(id)}))

	if err := result.Verdicts[0].Err; err != nil {
		t.Errorf("refused: %v", err)
	}
}
