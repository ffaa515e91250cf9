package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"parley/room"
)

// enter signs a member in, makes them a person of the room and enters it.
func (w *world) enter(email string) (room.Seat, room.Member, room.Grant) {
	w.Helper()
	ctx := context.Background()
	_, seat, err := w.store.SignIn(ctx, room.SignIn{Email: email})
	if err != nil {
		w.Fatal(err)
	}
	in, err := w.store.Seated(ctx, seat, w.id)
	if err != nil {
		w.Fatal(err)
	}
	w.must(room.Request{Internal: true, Stream: room.Shared, Ops: []room.Op{{Kind: room.KindJoin, ID: in.Participant, Set: room.Fields{
		"name": seat.Called(), "side": "seller", "access": string(seat.Role.AccessIn(in.Founder)), "email": email, "verified": true,
	}}}})
	_, grant, err := w.store.CreateMemberSession(ctx, seat, in)
	if err != nil {
		w.Fatal(err)
	}
	return seat, grant.Member, grant
}

func (w *world) live(g room.Grant) bool {
	w.Helper()
	grants, err := w.store.Live(context.Background(), []room.SessionID{g.Session})
	if err != nil {
		w.Fatal(err)
	}
	_, ok := grants[g.Session]
	return ok
}

// A session of a room from an account is as good as one from a link, and tells
// whose it is.
func TestMemberSessionGrantsWhatThePlanSays(t *testing.T) {
	w := newWorld(t)
	w.member(priyasAddress, room.RoleMember)
	seat, who, grant := w.enter(priyasAddress)
	if grant.Account != seat.Account || grant.Link != "" || who.Side != room.SideSeller || who.Access != room.Editor || who.Name != "priya" {
		t.Fatalf("grant = %+v", grant)
	}
	req := w.request(newClient(), 1, who, room.Shared, rename(w.first, "From a member"))
	req.Session = grant.Session
	w.must(req)
	again, err := w.store.Seated(context.Background(), seat, w.id)
	if err != nil || again.Participant != who.ID {
		t.Errorf("the second time %+v, %v", again, err)
	}
}

// What ends an account session ends its sessions of rooms: no commit of theirs
// comes later, and servers that nobody told find it in the heads.
func TestEndOfASeatEndsItsRooms(t *testing.T) { // P36
	ctx := context.Background()
	for name, end := range map[string]func(*world, room.Seat) ([]room.ID, error){
		"signed out": func(w *world, s room.Seat) ([]room.ID, error) {
			return w.store.EndAccountSession(ctx, s.Account, s.Session)
		},
		"signed out everywhere": func(w *world, s room.Seat) ([]room.ID, error) {
			return w.store.EndAccountSessions(ctx, s.Account, "")
		},
		"removed": func(w *world, s room.Seat) ([]room.ID, error) {
			return w.store.RemoveMember(ctx, w.workspace, s.Account)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.member("owner@northwind.example", room.RoleOwner)
			w.member(priyasAddress, room.RoleMember)
			seat, who, grant := w.enter(priyasAddress)
			client := newClient()
			req := w.request(client, 1, who, room.Shared, rename(w.first, "Before"))
			req.Session = grant.Session
			plan, result, err := w.store.Commit(ctx, nil, w.id, []room.Request{req})
			if err != nil || result.Verdicts[0].Err != nil {
				t.Fatal(err, result.Verdicts)
			}
			rooms, err := end(w, seat)
			if err != nil || len(rooms) != 1 || rooms[0] != w.id {
				t.Fatalf("rooms = %v, %v", rooms, err)
			}
			if w.live(grant) {
				t.Error("the session lives")
			}
			// From memory, as the server does that had its last commit.
			req = w.request(client, 2, who, room.Shared, rename(w.first, "After"))
			req.Session = grant.Session
			_, result, err = w.store.Commit(ctx, plan, w.id, []room.Request{req})
			if err != nil || result.Verdicts[0].Err == nil {
				t.Errorf("a later edit: %v, %v", result.Verdicts, err)
			}
			heads, err := w.store.Heads(ctx, []room.ID{w.id})
			if err != nil || !heads[w.id].Revoked {
				t.Errorf("heads = %+v, %v", heads, err)
			}
		})
	}
}

// Sessions are over without the room's own row of them having been marked: what
// broke off half way leaves nobody in.
func TestSessionEndsWithItsSource(t *testing.T) { // P36
	ctx := context.Background()
	for name, sql := range map[string]string{
		"session":    `update account_sessions set revoked_at = now()`,
		"expiry":     `update account_sessions set expires_at = now()`,
		"membership": `update members set removed_at = now()`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.member(priyasAddress, room.RoleOwner)
			_, _, grant := w.enter(priyasAddress)
			if !w.live(grant) {
				t.Fatal("not live")
			}
			if _, err := w.pool.Exec(ctx, sql); err != nil {
				t.Fatal(err)
			}
			if w.live(grant) {
				t.Error("live")
			}
		})
	}
}

// One who was removed and added again starts anew.
func TestAddedAgainHasNoSessions(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.member("owner@northwind.example", room.RoleOwner)
	m := w.member(priyasAddress, room.RoleMember)
	_, _, grant := w.enter(priyasAddress)
	if _, err := w.store.RemoveMember(ctx, w.workspace, m.Account); err != nil {
		t.Fatal(err)
	}
	w.member(priyasAddress, room.RoleAdmin)
	if w.live(grant) {
		t.Error("the old session of the room lives again")
	}
	if list, err := w.store.AccountSessions(ctx, m.Account); err != nil || len(list) != 0 {
		t.Errorf("sessions = %v, %v", list, err)
	}
}

// However many owners leave at once, one stays.
func TestLastOwnerStays(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	one := w.member("one@northwind.example", room.RoleOwner)
	two := w.member("two@northwind.example", room.RoleOwner)
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = w.store.RemoveMember(ctx, w.workspace, one.Account) })
	wait.Go(func() { _, _ = w.store.SetRole(ctx, w.workspace, two.Account, room.RoleMember) })
	wait.Wait()
	list, err := w.store.Members(ctx, w.workspace)
	if err != nil {
		t.Fatal(err)
	}
	var owner room.WorkspaceMember
	owners := 0
	for _, m := range list {
		if m.Role == room.RoleOwner {
			owner, owners = m, owners+1
		}
	}
	if owners != 1 {
		t.Fatalf("%d owners are left: %+v", owners, list)
	}
	if _, err := w.store.RemoveMember(ctx, w.workspace, owner.Account); room.CodeOf(err) != room.Conflict {
		t.Errorf("removing the last: %v", err)
	}
	if _, err := w.store.SetRole(ctx, w.workspace, owner.Account, room.RoleAdmin); room.CodeOf(err) != room.Conflict {
		t.Errorf("another role for the last: %v", err)
	}
}

// Who was added to a room with the address of an account is that account's
// person; who only typed it is not.
func TestSeatedAsThePersonWithTheAddress(t *testing.T) {
	for state, same := range map[string]bool{"added": true, "invited": true, "active": false} {
		t.Run(state, func(t *testing.T) {
			w := newWorld(t)
			ctx := context.Background()
			w.member(priyasAddress, room.RoleMember)
			id := newID()
			w.must(w.request(newClient(), 1, w.priya, room.Shared, room.Op{Kind: "participant.add", ID: id, Set: room.Fields{
				"name": "Priya N.", "side": "seller", "access": "editor", "email": "Priya@Northwind.example"}}))
			if state == "invited" {
				w.must(w.request(newClient(), 1, w.priya, room.Shared, room.Op{Kind: room.KindInvite, ID: id}))
			}
			if state == "active" {
				w.must(room.Request{Internal: true, Stream: room.Shared, Ops: []room.Op{{Kind: room.KindJoin, ID: id}}})
			}
			_, seat, err := w.store.SignIn(ctx, room.SignIn{Email: priyasAddress})
			if err != nil {
				t.Fatal(err)
			}
			in, err := w.store.Seated(ctx, seat, w.id)
			if err != nil || (in.Participant == id) != same {
				t.Errorf("seated as %s, %v; added is %s", in.Participant, err, id)
			}
		})
	}
}

func TestMemberFoundsARoom(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	m := w.member(priyasAddress, room.RoleMember)
	founder := &room.Founder{ID: room.RecordID(uuid.NewString()), Name: "Priya Nair", Email: priyasAddress, Account: m.Account}
	id, err := w.store.CreateRoom(ctx, room.NewRoom{Workspace: w.workspace, Name: "Second", BuyerCompany: "Acme", SellerCompany: "Northwind", TimeZone: "UTC", Founder: founder})
	if err != nil {
		t.Fatal(err)
	}
	_, seat, err := w.store.SignIn(ctx, room.SignIn{Email: priyasAddress})
	if err != nil {
		t.Fatal(err)
	}
	in, err := w.store.Seated(ctx, seat, id)
	if err != nil || !in.Founder || in.Participant != founder.ID {
		t.Fatalf("seated = %+v, %v", in, err)
	}
	_, grant, err := w.store.CreateMemberSession(ctx, seat, in)
	if err != nil || grant.Member.Access != room.Owner || grant.Member.ID != founder.ID {
		t.Errorf("grant = %+v, %v", grant, err)
	}
}

func TestKeysLiveAndEnd(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	scopes := []room.Scope{room.ScopeRoomsRead}
	kept, token, err := w.store.CreateKey(ctx, room.APIKey{Workspace: w.workspace, Name: "CRM", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	k, err := w.store.KeyByToken(ctx, token)
	if err != nil || k.ID != kept.ID || !k.May(room.ScopeRoomsRead) || k.May(room.ScopeRoomsWrite) || !k.LastUsed.IsZero() {
		t.Fatalf("key = %+v, %v", k, err)
	}
	list, err := w.store.Keys(ctx, w.workspace)
	if err != nil || len(list) != 1 || list[0].LastUsed.IsZero() {
		t.Errorf("keys = %+v, %v", list, err)
	}
	if _, err := w.store.RevokeKey(ctx, room.WorkspaceID(uuid.NewString()), kept.ID); room.CodeOf(err) != room.Gone {
		t.Errorf("revoked by another workspace: %v", err)
	}
	if _, err := w.store.RevokeKey(ctx, w.workspace, kept.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.KeyByToken(ctx, token); room.CodeOf(err) != room.Gone {
		t.Errorf("revoked: %v", err)
	}
	_, expired, err := w.store.CreateKey(ctx, room.APIKey{Workspace: w.workspace, Name: "Old", Scopes: scopes, Expires: time.Now().Add(-time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.KeyByToken(ctx, expired); room.CodeOf(err) != room.Gone {
		t.Errorf("expired: %v", err)
	}
}
