package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"parley/room"
)

// people returns the room's people by name, as its shared stream has them.
func (h *company) people(id room.ID) map[string]person {
	h.Helper()
	snapshots, err := h.store.Snapshot(context.Background(), id, []room.Stream{room.Shared}, "")
	if err != nil {
		h.Fatal(err)
	}
	view, err := lookInto(snapshots)
	if err != nil {
		h.Fatal(err)
	}
	out := map[string]person{}
	for _, p := range view.Entities.Participant {
		out[p.Name] = p
	}
	return out
}

// enter enters a room and returns a browser that is in it.
func (b *browser) enter(id room.ID) *browser {
	b.Helper()
	var j Joined
	b.must("POST", "/api/v1/rooms/"+string(id)+"/enter", "", &j)
	return b.key(j.SessionToken)
}

func TestMembersEnterRoomsByTheirRole(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	h.member(robin, room.RoleMember)
	id := h.room("Rollout")
	boss, colleague := h.signedIn(owner), h.signedIn(robin)

	in := boss.enter(id)
	in.must("POST", "/api/v1/rooms/"+string(id)+"/links", `{"side":"buyer"}`, nil)
	colleague.enter(id)
	again := colleague.enter(id) // the same person, however often
	again.refused(http.StatusForbidden, "forbidden", "POST", "/api/v1/rooms/"+string(id)+"/links", `{"side":"buyer"}`)
	people := h.people(id)
	if len(people) != 2 || people["owner"].Access != room.Owner || people["robin"].Access != room.Editor || people["robin"].Side != room.SideSeller {
		t.Errorf("people = %+v", people)
	}

	var made CreatedRoom
	colleague.must("POST", "/api/v1/rooms", `{"name":"Own","buyer_company":"Acme","seller_company":"Northwind","time_zone":"UTC"}`, &made)
	if made.Link.Value != nil {
		t.Error("a member needs no link into a room of their workspace")
	}
	colleague.enter(made.ID).must("POST", "/api/v1/rooms/"+string(made.ID)+"/links", `{"side":"buyer"}`, nil)
	if p := h.people(made.ID); len(p) != 1 || p["robin"].Access != room.Owner {
		t.Errorf("people = %+v", p)
	}
}

// Looking at a room's page makes nobody a person of it: the script of the page
// enters, once per browser.
func TestThePageOfARoomEntersByItsScript(t *testing.T) {
	h := newCompany(t, func(o *Options) { o.Signup = true })
	h.member(owner, room.RoleOwner)
	id := h.room("Rollout")
	b := h.signedIn(owner)
	for range 2 {
		status, header, page := b.call("GET", "/r/"+string(id)+"/timeline", "")
		if status != http.StatusOK || !strings.Contains(string(page), "/enter.js") || header.Get("Set-Cookie") != "" {
			t.Fatalf("%d %s", status, page)
		}
	}
	if p := h.people(id); len(p) != 0 {
		t.Errorf("people = %+v", p)
	}
	b.enter(id)
	if status, _, page := b.call("GET", "/r/"+string(id), ""); status != http.StatusOK || !strings.Contains(string(page), "/app.js") {
		t.Errorf("%d %s", status, page)
	}
	for who, stranger := range map[string]*browser{"nobody": h.guest(), "another workspace's": h.signedIn(nobody)} {
		status, _, page := stranger.call("GET", "/r/"+string(id), "")
		_, _, unknown := stranger.call("GET", "/r/"+string(noRoom), "")
		if status != http.StatusNotFound || string(page) != string(unknown) {
			t.Errorf("%s: %d %s", who, status, page) // R25
		}
	}
}

func TestEnteringNeedsAMemberOfTheWorkspace(t *testing.T) {
	h := newCompany(t, func(o *Options) { o.Signup = true })
	h.member(owner, room.RoleOwner)
	id := h.room("Rollout")
	h.guest().refused(http.StatusUnauthorized, "unauthorized", "POST", "/api/v1/rooms/"+string(id)+"/enter", "")
	stranger := h.signedIn(nobody) // the owner of another workspace
	_, _, foreign := stranger.call("POST", "/api/v1/rooms/"+string(id)+"/enter", "")
	_, _, unknown := stranger.call("POST", "/api/v1/rooms/"+string(noRoom)+"/enter", "")
	if string(foreign) != string(unknown) || !strings.Contains(string(foreign), `"gone"`) {
		t.Errorf("foreign\n%s\nunknown\n%s", foreign, unknown) // R25
	}
	if p := h.people(id); len(p) != 0 {
		t.Errorf("people = %+v", p)
	}
	stranger.refused(http.StatusNotFound, "gone", "GET", "/api/v1/rooms/"+string(id), "")
	stranger.key(adminKey).refused(http.StatusUnauthorized, "unauthorized", "POST", "/api/v1/rooms/"+string(id)+"/enter", "")
}

// What the owners of a room decided about a member stands; an admin comes back.
func TestRevokedInARoom(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	h.member(robin, room.RoleMember)
	id := h.room("Rollout")
	boss, colleague := h.signedIn(owner).enter(id), h.signedIn(robin)
	colleague.enter(id)
	revoke := `{"client":"` + string(clientID) + `","stream":"shared","seq":1,"op":{"kind":"participant.revoke","id":"` + string(h.people(id)["robin"].ID) + `"}}`
	boss.must("POST", "/api/v1/rooms/"+string(id)+"/ops", revoke, nil)
	colleague.refused(http.StatusForbidden, "forbidden", "POST", "/api/v1/rooms/"+string(id)+"/enter", "")
	m := h.member("third@northwind.example", room.RoleOwner)
	h.signedIn(m.Email).must("PATCH", "/api/v1/members/"+string(h.accountOf(robin)), `{"role":"admin"}`, nil)
	colleague.enter(id)
	if p := h.people(id)["robin"]; p.State != "active" || p.Access != room.Owner {
		t.Errorf("robin = %+v", p)
	}
}

func (h *company) accountOf(email string) room.AccountID {
	h.Helper()
	list, err := h.store.Members(context.Background(), h.workspace)
	if err != nil {
		h.Fatal(err)
	}
	for _, m := range list {
		if m.Email == email {
			return m.Account
		}
	}
	h.Fatalf("%s is no member", email)
	return ""
}

// Another role is another access in the rooms that a member is in, but for those
// that they founded.
func TestRoleChangesAccessInRooms(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	m := h.member(robin, room.RoleAdmin)
	id := h.room("Rollout")
	boss, colleague := h.signedIn(owner), h.signedIn(robin)
	in := colleague.enter(id) // its only owner
	var own CreatedRoom
	colleague.must("POST", "/api/v1/rooms", `{"name":"Own","buyer_company":"Acme","seller_company":"Northwind","time_zone":"UTC"}`, &own)
	colleague.enter(own.ID)

	boss.must("PATCH", "/api/v1/members/"+string(m.Account), `{"role":"member"}`, nil)
	if p := h.people(id); p["robin"].Access != room.Editor || p["owner"].Access != room.Owner {
		t.Errorf("people = %+v: who asked takes the room over", p)
	}
	in.refused(http.StatusForbidden, "forbidden", "POST", "/api/v1/rooms/"+string(id)+"/links", `{"side":"buyer"}`)
	if p := h.people(own.ID); p["robin"].Access != room.Owner {
		t.Errorf("the room they founded: %+v", p)
	}
	boss.must("PATCH", "/api/v1/members/"+string(m.Account), `{"role":"admin"}`, nil)
	in.must("POST", "/api/v1/rooms/"+string(id)+"/links", `{"side":"buyer"}`, nil)
}

func TestRemovedMemberIsOutEverywhere(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	m := h.member(robin, room.RoleMember)
	id := h.room("Rollout")
	boss, colleague := h.signedIn(owner), h.signedIn(robin)
	in := colleague.enter(id)
	boss.enter(id)
	boss.must("DELETE", "/api/v1/members/"+string(m.Account), "", nil)
	colleague.refused(http.StatusUnauthorized, "unauthorized", "GET", "/api/v1/rooms", "")
	in.refused(http.StatusNotFound, "gone", "GET", "/api/v1/rooms/"+string(id), "")
	if p := h.people(id)["robin"]; p.State != "revoked" {
		t.Errorf("robin = %+v", p)
	}
	h.guest().ask(robin)
	h.mails.mu.Lock()
	sent := h.mails.sent
	h.mails.mu.Unlock()
	if sent != 2 {
		t.Errorf("%d mails, want the two of signing in: a removed member gets no code", sent)
	}
}

func TestWhoMayManageMembers(t *testing.T) {
	h := newCompany(t)
	boss := h.member(owner, room.RoleOwner)
	h.member("admin@northwind.example", room.RoleAdmin)
	m := h.member(robin, room.RoleMember)
	b, admin, colleague := h.signedIn(owner), h.signedIn("admin@northwind.example"), h.signedIn(robin)

	colleague.refused(http.StatusForbidden, "forbidden", "POST", "/api/v1/members", `{"email":"x@y.example"}`)
	colleague.refused(http.StatusForbidden, "forbidden", "PATCH", "/api/v1/members/"+string(m.Account), `{"role":"owner"}`)
	colleague.refused(http.StatusForbidden, "forbidden", "DELETE", "/api/v1/members/"+string(boss.Account), "")
	colleague.refused(http.StatusForbidden, "forbidden", "GET", "/api/v1/audit", "")
	colleague.refused(http.StatusForbidden, "forbidden", "GET", "/api/v1/keys", "")
	colleague.refused(http.StatusForbidden, "forbidden", "PUT", "/api/v1/workspace", `{}`)
	admin.refused(http.StatusForbidden, "forbidden", "POST", "/api/v1/members", `{"email":"x@y.example","role":"owner"}`)
	admin.refused(http.StatusForbidden, "forbidden", "PATCH", "/api/v1/members/"+string(boss.Account), `{"role":"member"}`)
	admin.refused(http.StatusForbidden, "forbidden", "PATCH", "/api/v1/members/"+string(m.Account), `{"role":"owner"}`)
	admin.refused(http.StatusForbidden, "forbidden", "DELETE", "/api/v1/members/"+string(boss.Account), "")
	b.refused(http.StatusConflict, "conflict", "DELETE", "/api/v1/members/"+string(boss.Account), "")
	b.refused(http.StatusConflict, "conflict", "PATCH", "/api/v1/members/"+string(boss.Account), `{"role":"admin"}`)
	b.refused(http.StatusNotFound, "gone", "DELETE", "/api/v1/members/"+string(noRoom), "")
	b.refused(http.StatusUnprocessableEntity, "invalid", "POST", "/api/v1/members", `{"email":"no address"}`)

	admin.must("POST", "/api/v1/members", `{"email":"New@Northwind.example","name":"Nina"}`, nil)
	admin.refused(http.StatusConflict, "conflict", "POST", "/api/v1/members", `{"email":"new@northwind.example"}`)
	mailed, ok := h.mails.to("new@northwind.example")
	if !ok || !strings.Contains(mailed.Text, h.url+"/signin") || strings.Contains(mailed.Text, "parley_") {
		t.Errorf("the invitation is %q", mailed.Text)
	}
	var list MemberList
	colleague.must("GET", "/api/v1/members", "", &list)
	if len(list.Members) != 4 || list.Members[0].Role != room.RoleOwner || list.Members[0].SignedInAt == nil {
		t.Errorf("members = %+v", list.Members)
	}
	colleague.must("DELETE", "/api/v1/members/"+string(m.Account), "", nil) // everybody may leave
	colleague.refused(http.StatusUnauthorized, "unauthorized", "GET", "/api/v1/members", "")
}

func TestAuditTellsWhoDidWhat(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	b := h.signedIn(owner)
	id := h.room("Rollout")
	b.enter(id)
	b.refused(http.StatusNotFound, "gone", "POST", "/api/v1/rooms/"+string(noRoom)+"/enter", "")
	b.must("POST", "/api/v1/members", `{"email":"`+robin+`"}`, nil)
	var page AuditPage
	b.must("GET", "/api/v1/audit?limit=3", "", &page)
	var got []string
	for _, e := range page.Events {
		got = append(got, e.Action+" "+e.Actor.Name)
	}
	if want := "member.added owner, denied owner, granted owner"; strings.Join(got, ", ") != want || page.Next == 0 {
		t.Errorf("audit = %s, want %s", strings.Join(got, ", "), want)
	}
	if e := page.Events[2]; e.Room != id || e.Source != "127.0.0.1" || e.Times != 1 {
		t.Errorf("%+v", e)
	}
}
