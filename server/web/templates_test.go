package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"parley/room"
)

// The gallery has the built-in templates for everybody, and the workspace's own
// for who edits plans on its side. // I11
func TestTheGalleryIsPerAudience(t *testing.T) {
	a := newApp(t)
	a.fake.own[ownTemplate] = room.BuiltInTemplate("pilot")

	for who, c := range map[string]struct {
		templates int
		mayCreate bool
	}{
		"priya": {7, true}, "sam": {7, false}, adminKey: {7, true}, "marc": {6, false}, "watcher": {6, false}, "stranger": {6, false},
	} {
		got := a.get("/api/v1/templates", as(who)).ok(http.StatusOK)
		if n := len(got["templates"].([]any)); n != c.templates {
			t.Errorf("%s sees %d templates, want %d", who, n, c.templates)
		}
		if may := got["new_room"] != nil; may != c.mayCreate {
			t.Errorf("%s may make rooms: %v, want %v", who, may, c.mayCreate)
		}
	}
	first := a.get("/api/v1/templates", as("priya")).json()["templates"].([]any)[0].(map[string]any)
	if first["id"] != "software-purchase" || fmt.Sprintf("%v %v", first["steps"], first["days"]) != "12 125" {
		t.Errorf("the first card = %v", first)
	}
	a.get("/api/v1/templates", nil).refused(401, "unauthorized", "")
	a.get("/api/v1/templates/"+string(ownTemplate), as("priya")).ok(http.StatusOK)
	a.get("/api/v1/templates/"+string(ownTemplate), as("marc")).refused(404, "gone", "")
	a.get("/api/v1/templates/nothing", as("priya")).refused(404, "gone", "")
}

// Before a room is made it can be seen who will have to do what by when.
func TestATemplateIsSeenAsAPlan(t *testing.T) {
	a := newApp(t)

	got := a.get("/api/v1/templates/pilot?go_live=2199-11-29&time_zone=Europe/Berlin", as("priya")).ok(http.StatusOK)
	steps := got["steps"].([]any)
	last := steps[len(steps)-1].(map[string]any)
	if last["is_go_live"] != true || last["due"] != "2199-11-29" || fmt.Sprint(got["too_late"]) != "0" || got["start"] == nil {
		t.Errorf("the last step = %v, start %v, %v too late", last, got["start"], got["too_late"])
	}
	if len(got["seller"].([]any)) == 0 || len(got["buyer"].([]any)) == 0 {
		t.Errorf("seller = %v, buyer = %v", got["seller"], got["buyer"])
	}

	late := a.get("/api/v1/templates/pilot?go_live=2026-01-15&time_zone=Europe/Berlin", as("priya")).json()
	if fmt.Sprint(late["too_late"]) != fmt.Sprint(len(steps)) {
		t.Errorf("%v of %d steps are too late", late["too_late"], len(steps))
	}
	undated := a.get("/api/v1/templates/pilot", as("priya")).json()
	if undated["start"] != nil || undated["steps"].([]any)[0].(map[string]any)["due"] != nil {
		t.Errorf("without a go-live: %v", undated["steps"].([]any)[0])
	}
	// With a country's holidays off, the work has to begin earlier.
	year := time.Now().UTC().Year() + 1
	plan := func(more string) string {
		query := fmt.Sprintf("/api/v1/templates/software-purchase?go_live=%d-12-30%s", year, more)
		return a.get(query, as("priya")).ok(http.StatusOK)["start"].(string)
	}
	if plain, american := plan(""), plan("&seller_country=us&buyer_country=us"); american >= plain {
		t.Errorf("with holidays the plan starts on %s, without on %s", american, plain)
	}
	a.get("/api/v1/templates/pilot?go_live=2026-02-30", as("priya")).refused(422, "invalid", "go_live")
	a.get("/api/v1/templates/pilot?time_zone=Mars", as("priya")).refused(422, "invalid", "time_zone")
}

// Only who speaks for the workspace makes templates, and rooms, and deletes them.
func TestOnlyHostsMakeTemplatesAndRooms(t *testing.T) {
	a := newApp(t)
	a.fake.own[ownTemplate] = room.BuiltInTemplate("pilot")
	body := `{"name":"n","buyer_company":"b","seller_company":"s","time_zone":"UTC","template":"pilot"}`
	for _, who := range []string{"sam", "marc", "watcher", "stranger"} {
		a.post("/api/v1/rooms", as(who), body).refused(403, "forbidden", "")
		a.do("DELETE", "/api/v1/templates/"+string(ownTemplate), as(who), "").refused(403, "forbidden", "")
		if who != "stranger" {
			a.post("/api/v1/rooms/"+string(roomA)+"/template", as(who), `{"name":"Ours"}`).refused(403, "forbidden", "")
		}
	}
	a.post("/api/v1/rooms/"+string(roomA)+"/template", as("stranger"), `{"name":"Ours"}`).refused(404, "gone", "")
	a.post("/api/v1/rooms", nil, body).refused(401, "unauthorized", "")
	a.do("DELETE", "/api/v1/templates/pilot", as("priya"), "").refused(409, "conflict", "")
	if code := a.do("DELETE", "/api/v1/templates/"+string(ownTemplate), as("priya"), "").Code; code != http.StatusNoContent {
		t.Errorf("deleting answers %d", code)
	}
	a.do("DELETE", "/api/v1/templates/"+string(ownTemplate), as("priya"), "").refused(404, "gone", "")
}

// Who makes a room owns it, with a link of their own that nobody else gets.
func TestAFounderOwnsTheRoom(t *testing.T) {
	a := newApp(t)
	body := `{"name":"n","buyer_company":"b","seller_company":"s","time_zone":"UTC","template":"pilot","seller_weekend":["fri","sat"],"buyer_holidays":["2026-12-24"]}`

	got := a.post("/api/v1/rooms", as("priya"), body).ok(http.StatusCreated)
	link := got["link"].(map[string]any)
	if link["token"] == "" || link["side"] != "seller" || link["access"] != "owner" {
		t.Errorf("link = %v", link)
	}
	n := a.fake.founded
	if n.Founder.Name != "Priya Nair" || n.Founder.ID == priya || n.Founder.Session == "" || n.Workspace != workspaceA {
		t.Errorf("founder = %+v", n.Founder)
	}
	if len(n.Calendars) != 2 {
		t.Errorf("calendars = %v", n.Calendars)
	}
	if got := a.post("/api/v1/rooms", as(adminKey), body).ok(http.StatusCreated); got["link"] != nil {
		t.Errorf("the key got the link %v", got["link"])
	}
}
