package web

import (
	"net/http"
	"strings"
	"testing"

	"parley/room"
)

// What a company says of itself is kept in one form, refused by field, and shown
// where its customers are: a room's page has its colour.
func TestABrandIsKeptAndShown(t *testing.T) {
	a := linkedApp(t)
	if page := a.get("/join/parley_marc", nil).Body.String(); strings.Contains(page, "/brand/") {
		t.Errorf("without a colour: %s", page)
	}

	kept := a.put("/api/v1/brand", as(adminKey), `{"name":" Northwind ","accent":"#FFCC00"}`).ok(http.StatusOK)

	if kept["name"] != "Northwind" || kept["accent"] != "#ffcc00" {
		t.Errorf("kept = %v", kept)
	}
	if page := a.get("/join/parley_marc", nil).Body.String(); !strings.Contains(page, `<link rel="stylesheet" href="/brand/ffcc00.css">`) {
		t.Errorf("with a colour: %s", page)
	}
	if page := a.get("/join/parley_unknown", nil).Body.String(); strings.Contains(page, "/brand/") {
		t.Errorf("a page of nothing tells whose it is: %s", page)
	}
	for body, field := range map[string]string{
		`{"name":" "}`: "name", `{"name":"N","accent":"red"}`: "accent", `{"name":"N","accent":"#12345g"}`: "accent", `{"accent":"#123456"}`: "name",
	} {
		a.put("/api/v1/brand", as(adminKey), body).refused(422, "invalid", field)
	}
	for _, who := range []string{"priya", "watcher"} {
		a.put("/api/v1/brand", as(who), `{"name":"N"}`).refused(403, "forbidden", "")
	}
	a.get("/api/v1/brand", nil).refused(401, "unauthorized", "")
}

// The links of all rooms come with their room's names, page by page, and for
// nobody who is in one room only.
func TestLinksOfAllRoomsAreListed(t *testing.T) {
	a := linkedApp(t)

	page := a.get("/api/v1/links?limit=2", as(adminKey)).ok(http.StatusOK)

	links := page["links"].([]any)
	if len(links) != 2 || links[0].(map[string]any)["room"].(map[string]any)["name"] != "Rollout plan" {
		t.Errorf("page = %v", page)
	}
	rest := a.get("/api/v1/links?cursor="+page["next_cursor"].(string), as(adminKey)).ok(http.StatusOK)
	if len(rest["links"].([]any)) != 1 || rest["next_cursor"] != nil {
		t.Errorf("rest = %v", rest)
	}
	a.get("/api/v1/links", as("priya")).refused(403, "forbidden", "")
}

// Who waits in any room is in one queue, with the room they wait for.
func TestRequestsOfAllRoomsAreOneQueue(t *testing.T) {
	a := linkedApp(t)
	if none := a.get("/api/v1/requests", as(adminKey)).ok(http.StatusOK)["requests"].([]any); len(none) != 0 {
		t.Errorf("at first %v", none)
	}
	if _, err := a.fake.AskAccess(t.Context(), a.fake.links["parley_buyer"], room.Visitor{Name: "Lena", Email: "lena@acme.example"}, "I take over."); err != nil {
		t.Fatal(err)
	}

	list := a.get("/api/v1/requests", as(adminKey)).ok(http.StatusOK)["requests"].([]any)

	if len(list) != 1 || list[0].(map[string]any)["email"] != "lena@acme.example" || list[0].(map[string]any)["room"].(map[string]any)["name"] != "Rollout plan" {
		t.Errorf("queue = %v", list)
	}
	a.get("/api/v1/requests", as("priya")).refused(403, "forbidden", "")
}

// A style follows from the colour in its address and from nothing else.
func TestAnAccentHasItsStyle(t *testing.T) {
	a := newApp(t)

	style := a.get("/brand/ffcc00.css", nil)

	if style.Code != http.StatusOK || !strings.HasPrefix(style.Body.String(), ":root{--accent:light-dark(#") || !strings.HasPrefix(style.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%d %v %s", style.Code, style.Header(), style.Body)
	}
	for _, path := range []string{"/brand/FFCC00.css", "/brand/fc0.css", "/brand/ffcc00;}.css"} {
		a.get(path, nil).refused(http.StatusNotFound, "gone", "")
	}
}
