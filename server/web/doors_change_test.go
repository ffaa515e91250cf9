package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What is changed of a link takes effect on those who came by it: a pause and an
// end shut them out for as long, a door that asks for more than they showed for
// good. Live sockets are tested in server/doors_test.go.
func TestChangingALinkChangesWhoIsIn(t *testing.T) { // R8, S02, S03
	h := newHouse(t)
	l := h.link(`{"side":"buyer","access":"editor"}`)
	came := h.join(l, `"name":"Dana Kim","email":"dana@acme.example"`)
	dana, watching := session(came), session(h.join(l, ""))
	both := func(step string, named, nameless bool) {
		t.Helper()
		if h.reads(dana) != named || h.reads(watching) != nameless {
			t.Errorf("%s: Dana is in = %v, want %v; somebody without a name = %v, want %v", step, h.reads(dana), named, h.reads(watching), nameless)
		}
	}

	h.change(l, `{"paused":true}`).ok(http.StatusOK)
	both("paused", false, false)
	h.join(l, "").refused(404, "gone", "")
	h.change(l, `{"paused":false}`).ok(http.StatusOK)
	both("resumed", true, true)

	soon := time.Now().Add(1200 * time.Millisecond).UTC().Format(time.RFC3339Nano)
	h.change(l, `{"expires_at":"`+soon+`"}`).ok(http.StatusOK)
	both("not expired yet", true, true)
	time.Sleep(1300 * time.Millisecond)
	both("expired", false, false)
	if got := h.change(l, `{"expires_at":"2199-01-01T00:00:00Z"}`).ok(http.StatusOK); got["expires_at"] != "2199-01-01T00:00:00Z" {
		t.Errorf("extended: %v", got["expires_at"])
	}
	both("extended", true, true)
	if got := h.change(l, `{"expires_at":null}`).ok(http.StatusOK); got["expires_at"] != nil {
		t.Errorf("without an end: %v", got["expires_at"])
	}

	h.change(l, `{"access":"commenter"}`).ok(http.StatusOK)
	if me := h.get("/api/v1/rooms/"+h.room, as(dana)).ok(http.StatusOK)["me"].(map[string]any); me["access"] != "commenter" {
		t.Errorf("Dana may %v, want commenter", me["access"])
	}
	h.change(l, `{"door":"name"}`).ok(http.StatusOK)
	both("a name is asked for", true, false)
	h.change(l, `{"door":"verified"}`).ok(http.StatusOK)
	both("a code is asked for", false, false)

	l = h.link(`{"side":"buyer","door":"named","emails":["dana@acme.example","lena@acme.example"]}`)
	ticket := h.code(l, "dana@acme.example")
	dana = session(h.join(l, fmt.Sprintf(`"name":"Dana Kim","email":"dana@acme.example","ticket":%q,"code":%q`, ticket, h.mailed("dana@acme.example"))))
	h.change(l, `{"emails":["dana@acme.example"]}`).ok(http.StatusOK)
	if !h.reads(dana) {
		t.Error("who is still on the list is out")
	}
	h.change(l, `{"emails":["lena@acme.example"]}`).ok(http.StatusOK)
	if h.reads(dana) {
		t.Error("who is not on the list any more is in")
	}

	l = h.link(`{"side":"buyer","password":"bare-feet-9"}`)
	dana = session(h.join(l, `"name":"Dana","password":"bare-feet-9"`))
	h.change(l, `{"label":"For Acme"}`).ok(http.StatusOK)
	if !h.reads(dana) {
		t.Error("a label shut somebody out")
	}
	h.change(l, `{"password":"cold-hands-3"}`).ok(http.StatusOK)
	if h.reads(dana) {
		t.Error("who told the old password is in")
	}

	l = h.link(`{"side":"none"}`)
	watching = session(h.join(l, ""))
	h.change(l, `{"side":"buyer","access":"editor"}`).ok(http.StatusOK)
	if h.reads(watching) {
		t.Error("a session of another side is still good")
	}
	h.do("DELETE", "/api/v1/links/"+l.id, h.owner, "")
	h.change(l, `{"paused":false}`).refused(409, "conflict", "")
	h.join(l, "").refused(404, "gone", "")
}

// Owners change the links that they manage, and nobody else's.
func TestWhoChangesLinks(t *testing.T) {
	h := newHouse(t)
	seller, buyer := h.link(`{"side":"seller"}`), h.link(`{"side":"buyer","access":"owner"}`)
	dana := as(session(h.join(buyer, `"name":"Dana Kim"`)))
	eve := as(session(h.join(h.link(`{"side":"buyer"}`), `"name":"Eve"`)))

	if got := h.do("PATCH", "/api/v1/links/"+buyer.id, dana, `{"label":"Ours"}`).ok(http.StatusOK); got["label"] != "Ours" {
		t.Errorf("label = %v", got["label"])
	}
	h.do("PATCH", "/api/v1/links/"+buyer.id, dana, `{"side":"seller"}`).refused(403, "forbidden", "side")
	h.do("PATCH", "/api/v1/links/"+seller.id, dana, `{"label":"Ours"}`).refused(404, "gone", "")
	h.do("PATCH", "/api/v1/links/"+buyer.id, eve, `{"label":"Mine"}`).refused(403, "forbidden", "")
	h.do("PATCH", "/api/v1/links/"+buyer.id, nil, `{}`).refused(401, "unauthorized", "")
	h.do("PATCH", "/api/v1/links/"+strings.Repeat("0", 8)+buyer.id[8:], h.owner, `{}`).refused(404, "gone", "")
	for body, field := range map[string]string{
		`{"expires_at":"2020-01-01T00:00:00Z"}`: "expires_at", `{"side":"none","access":"editor"}`: "access", `{"door":"named"}`: "emails",
		`{"emails":["dana@acme.example"]}`: "emails", `{"password":"abc"}`: "password", `{"door":"shut"}`: "door", `{"token":"x"}`: "token",
	} {
		h.change(buyer, body).refused(422, "invalid", field)
	}
}

// Who is not on the list asks its owners, who see it and nobody else does; a yes
// mails a link that opens for that address alone and is taken back alone.
func TestAskingForAccess(t *testing.T) {
	h := newHouse(t)
	l := h.link(`{"side":"buyer","access":"commenter","door":"named","domains":["acme.example"]}`)
	dana := as(session(h.join(h.link(`{"side":"buyer"}`), `"name":"Dana Kim"`)))
	requests := "/api/v1/rooms/" + h.room + "/requests"
	ask := func(name, email string) {
		t.Helper()
		a := h.post("/api/v1/door/request", nil, fmt.Sprintf(`{"token":%q,"name":%q,"email":%q,"message":"I am the new legal counsel"}`, l.token, name, email))
		if a.Code != http.StatusAccepted || a.Body.Len() != 0 {
			t.Fatalf("asking: %d %s", a.Code, a.Body)
		}
	}
	ask("Lena Brandt", "Lena@partner.example")
	ask("Lena B.", "lena@partner.example")
	ask("Sam", "sam@partner.example")

	h.get(requests, dana).refused(403, "forbidden", "")
	waiting := h.get(requests, h.owner).ok(http.StatusOK)["requests"].([]any)
	if len(waiting) != 2 {
		t.Fatalf("%d wait, want 2", len(waiting))
	}
	lena, sam := waiting[0].(map[string]any), waiting[1].(map[string]any)
	if lena["name"] != "Lena Brandt" || lena["email"] != "lena@partner.example" || lena["access"] != "commenter" {
		t.Errorf("Lena asks as %v", lena)
	}
	if shared := h.get("/api/v1/rooms/"+h.room+"/snapshot?stream=shared", dana).Body.String(); strings.Contains(shared, "Lena") {
		t.Error("the plan tells who asks")
	}

	h.post(requests+"/"+sam["id"].(string), h.owner, `{"granted":false}`).ok(http.StatusOK)
	made := h.post(requests+"/"+lena["id"].(string), h.owner, `{"granted":true}`).ok(http.StatusOK)["link"].(map[string]any)
	h.post(requests+"/"+lena["id"].(string), h.owner, `{"granted":true}`).refused(404, "gone", "")
	if made["recipient"] != "lena@partner.example" || made["access"] != "commenter" || made["door"] != "named" {
		t.Errorf("the link is %v", made)
	}
	if n := len(h.get(requests, h.owner).ok(http.StatusOK)["requests"].([]any)); n != 0 {
		t.Errorf("%d still wait", n)
	}
	if len(h.mails.to("sam@partner.example")) != 0 {
		t.Error("a no was told")
	}
	letters := h.mails.to("lena@partner.example")
	if len(letters) != 1 {
		t.Fatalf("%d mails", len(letters))
	}
	_, token, _ := strings.Cut(letters[0].Text, "/join/")
	token, _, _ = strings.Cut(token, "\n")
	own := madeLink(made, token)
	ticket := h.code(own, "lena@partner.example")
	me := h.join(own, fmt.Sprintf(`"name":"Lena Brandt","email":"lena@partner.example","ticket":%q,"code":%q`, ticket, h.mailed("lena@partner.example"))).ok(http.StatusOK)
	if me["me"].(map[string]any)["access"] != "commenter" {
		t.Errorf("Lena is %v", me["me"])
	}
}

func madeLink(l map[string]any, token string) made {
	return made{id: l["id"].(string), token: token, path: "/join/" + token}
}

// The first write asks for a name and an address once; it counts as unverified
// until the code is told, and again when it becomes another one.
func TestAnAddressIsUnverifiedUntilConfirmed(t *testing.T) {
	h := newHouse(t)
	l := h.link(`{"side":"buyer"}`)
	came := h.join(l, `"name":"Dana Kim","email":"dana@acme.example"`)
	dana, id := session(came), came.json()["me"].(map[string]any)["id"].(string)
	person := func() string {
		t.Helper()
		snapshot := h.get("/api/v1/rooms/"+h.room+"/snapshot?stream=seller", h.owner).Body.String()
		at := strings.Index(snapshot, id)
		if at < 0 {
			t.Fatalf("nobody has that id in %s", snapshot)
		}
		return snapshot[at:min(len(snapshot), at+200)]
	}
	if p := person(); strings.Contains(p, "verified") || !strings.Contains(p, "dana@acme.example") {
		t.Errorf("before the code: %s", p)
	}

	email := "/api/v1/rooms/" + h.room + "/email"
	ticket := h.post(email, as(dana), `{"email":"dana@acme.example"}`).ok(http.StatusAccepted)["ticket"].(string)
	code := h.mailed("dana@acme.example")
	tell := func(who, code string) answer {
		return h.post(email+"/code", as(who), fmt.Sprintf(`{"email":"dana@acme.example","ticket":%q,"code":%q}`, ticket, code))
	}
	tell(dana, not(code)).asked("code")
	eve := session(h.join(l, `"name":"Eve"`))
	tell(eve, code).asked("code")
	if a := tell(dana, code); a.Code != http.StatusNoContent {
		t.Fatalf("the right code: %d %s", a.Code, a.Body)
	}
	if p := person(); !strings.Contains(p, `"verified":true`) {
		t.Errorf("after the code: %s", p)
	}

	op := fmt.Sprintf(`{"client":"30000000-0000-4000-8000-000000000001","stream":"seller","seq":1,"op":{"kind":"participant.update","id":%q,"set":{"email":"other@acme.example"}}}`, id)
	h.post("/api/v1/rooms/"+h.room+"/ops", h.owner, op).ok(http.StatusOK)
	if p := person(); strings.Contains(p, `"verified":true`) {
		t.Errorf("with another address: %s", p)
	}
	h.post(email, as(session(h.join(l, ""))), `{"email":"x@acme.example"}`).refused(403, "forbidden", "")
}
