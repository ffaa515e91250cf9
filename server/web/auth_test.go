package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"parley/room"
)

// R25: what is not there and what is not yours are the same answer, byte for byte.
func TestWhatIsHiddenLooksLikeNothing(t *testing.T) {
	a := newApp(t)
	a.fake.grants["ended"] = a.fake.grants["priya"]
	delete(a.fake.grants, "ended")
	body := `{"client":"` + string(clientID) + `","stream":"shared","seq":1,"op":{"kind":"milestone.reopen","id":"` + string(priya) + `"}}`
	calls := []struct{ method, path, body string }{
		{"GET", "/api/v1/rooms/%", ""},
		{"GET", "/api/v1/rooms/%/snapshot?stream=shared", ""},
		{"GET", "/api/v1/rooms/%/activity?stream=shared", ""},
		{"GET", "/api/v1/rooms/%/at/1", ""},
		{"GET", "/api/v1/rooms/%/ledger", ""},
		{"GET", "/api/v1/rooms/%/links", ""},
		{"POST", "/api/v1/rooms/%/ops", body},
		{"POST", "/api/v1/rooms/%/preview", body},
		{"POST", "/api/v1/rooms/%/links", `{"side":"buyer"}`},
	}
	cases := map[string]struct {
		room   room.ID
		header map[string]string
	}{
		"an unknown room, with the workspace's key":   {noRoom, as(adminKey)},
		"a room of others, with the workspace's key":  {roomB, as(adminKey)},
		"an unknown room, with a session":             {noRoom, as("priya")},
		"a room of others, with a session":            {roomB, as("priya")},
		"an ended session":                            {roomA, as("ended")},
		"a session of another room":                   {roomA, as("stranger")},
		"a cookie of another room":                    {roomA, withCookie("stranger")},
		"something that is no id, with a session":     {"not-an-id", as("priya")},
		"a room's id in upper case":                   {room.ID(strings.ToUpper(string(roomA))), as("priya")},
		"something that is no id, with an ended one":  {"not-an-id", as("ended")},
		"an unknown room, with a key that is not one": {noRoom, as(adminKey + "x")},
	}

	var want string
	for name, c := range cases {
		for _, call := range calls {
			got := a.do(call.method, strings.ReplaceAll(call.path, "%", string(c.room)), c.header, call.body)
			got.refused(http.StatusNotFound, "gone", "")
			if want == "" {
				want = got.Body.String()
			}
			if got.Body.String() != want {
				t.Errorf("%s: %s %s answers %s, others %s", name, call.method, call.path, got.Body, want)
			}
		}
	}
	if got := a.do("DELETE", "/api/v1/links/"+string(noRoom), as("priya"), ""); got.Body.String() != want {
		t.Errorf("an unknown link answers %s", got.Body)
	}
	if got := a.post("/api/v1/join", nil, `{"token":"parley_nothing"}`); got.Body.String() != want {
		t.Errorf("an unknown token answers %s", got.Body)
	}
}

func TestWhoIsAsking(t *testing.T) {
	a := newApp(t)
	room := "/api/v1/rooms/" + string(roomA)

	a.get(room, nil).refused(http.StatusUnauthorized, "unauthorized", "")
	a.get(room, map[string]string{"Authorization": "Basic cHJpeWE6"}).refused(http.StatusUnauthorized, "unauthorized", "")
	a.get("/api/v1/rooms", nil).refused(http.StatusUnauthorized, "unauthorized", "")
	a.get("/api/v1/rooms", as("wrong")).refused(http.StatusUnauthorized, "unauthorized", "")
	a.get("/api/v1/rooms", as("priya")).refused(http.StatusForbidden, "forbidden", "")
	a.get("/api/v1/rooms", withCookie(adminKey)).refused(http.StatusUnauthorized, "unauthorized", "")

	if got := a.get(room, withCookie("marc")).ok(http.StatusOK)["me"].(map[string]any)["name"]; got != "Marc Olsen" {
		t.Errorf("by cookie: me = %v", got)
	}
	both := withCookie("marc")
	both["Authorization"] = "Bearer priya"
	if got := a.get(room, both).ok(http.StatusOK)["me"].(map[string]any)["name"]; got != "Priya Nair" {
		t.Errorf("the bearer must win over the cookie: me = %v", got)
	}
	if got := a.get(room, as(adminKey)).ok(http.StatusOK)["me"]; got != nil {
		t.Errorf("the workspace's key: me = %v", got)
	}
}

func TestAnEmptyAdminKeyOpensNothing(t *testing.T) {
	a := newApp(t)
	s := *a.server
	s.AdminKey = ""

	if s.configuredKey(credentials{}) || s.configuredKey(credentials{bearer: ""}) || s.configuredKey(credentials{bearer: adminKey}) {
		t.Error("a server without a key lets callers pass")
	}
}

func TestCrossSiteCallsAreRefused(t *testing.T) {
	a := newApp(t)
	header := withCookie("marc")
	header["Sec-Fetch-Site"] = "cross-site"

	a.post("/api/v1/rooms/"+string(roomA)+"/links", header, `{"side":"buyer"}`).refused(http.StatusForbidden, "forbidden", "")

	header["Sec-Fetch-Site"] = "same-origin"
	if got := a.post("/api/v1/rooms/"+string(roomA)+"/links", header, `{"side":"buyer"}`); got.Code != http.StatusCreated {
		t.Errorf("a call of the page itself answers %d", got.Code)
	}
	form := map[string]string{"Cookie": sessionCookie + "=marc", "Content-Type": "text/plain"}
	a.post("/api/v1/rooms/"+string(roomA)+"/links", form, `{"side":"buyer"}`).refused(http.StatusUnsupportedMediaType, "media_type", "")
}

func TestEveryRefusalHasItsStatus(t *testing.T) {
	a := newApp(t)
	target := "/api/v1/rooms/" + string(roomA) + "/ops"
	body := `{"client":"` + string(clientID) + `","stream":"shared","seq":1,"op":{"kind":"milestone.reopen","id":"` + string(priya) + `"}}`
	cases := map[room.Code]int{
		room.Invalid: 422, room.Forbidden: 403, room.Gone: 404, room.Conflict: 409, room.Limit: 409, room.Expired: 410, room.Busy: 429, room.SeqGap: 409,
	}

	for code, want := range cases {
		a.fake.verdict = room.Verdict{Err: &room.Error{Code: code, Message: "a sentence", Field: "op.id", Current: "2026-12-01", RetryMS: 1500, Expected: 3}}
		got := a.post(target, as("marc"), body)
		got.refused(want, string(code), "op.id")
		if code == room.Busy && got.Header().Get("Retry-After") != "2" {
			t.Errorf("Retry-After = %q, want 2", got.Header().Get("Retry-After"))
		}
		if got.json()["current"] != "2026-12-01" {
			t.Errorf("%s: current = %v", code, got.json()["current"])
		}
	}

	a.fake.verdict, a.fake.err = room.Verdict{}, errors.New("connecting to 10.0.0.7: password wrong")
	got := a.post(target, as("marc"), body)
	got.refused(http.StatusInternalServerError, "internal", "")
	if strings.Contains(got.Body.String(), "10.0.0.7") {
		t.Errorf("a fault tells of our insides: %s", got.Body)
	}
	a.fake.err = context.DeadlineExceeded
	a.post(target, as("marc"), body).refused(http.StatusTooManyRequests, "busy", "")
}
