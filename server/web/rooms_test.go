package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/room"
)

func TestRoomsAreMadeAndListed(t *testing.T) {
	a := newApp(t)
	body := `{"name":"Rollout plan","buyer_company":"Acme","seller_company":"Northwind","time_zone":"Europe/Berlin","go_live":"2027-03-01","template":"software-purchase"}`

	made := a.post("/api/v1/rooms", as(adminKey), body)
	if got := made.ok(http.StatusCreated)["name"]; got != "Rollout plan" {
		t.Errorf("name = %v", got)
	}
	if got := made.Header().Get("Location"); got != "/api/v1/rooms/"+made.json()["id"].(string) {
		t.Errorf("Location = %q", got)
	}

	list := a.get("/api/v1/rooms?limit=1", as(adminKey)).ok(http.StatusOK)
	if n := len(list["rooms"].([]any)); n != 1 {
		t.Errorf("%d rooms, want 1", n)
	}
	last := a.get("/api/v1/rooms?cursor="+list["next_cursor"].(string), as(adminKey)).ok(http.StatusOK)
	if last["next_cursor"] != nil || len(last["rooms"].([]any)) != 1 {
		t.Errorf("last page = %v", last)
	}
}

// Every refusal names the field at fault.
func TestABadRoomIsRefusedByField(t *testing.T) {
	a := newApp(t)
	good := map[string]string{"name": `"n"`, "buyer_company": `"b"`, "seller_company": `"s"`, "time_zone": `"UTC"`}
	cases := map[string]struct{ key, value, field string }{
		"an empty name":                {"name", `""`, "name"},
		"a number for a name":          {"name", `7`, "name"},
		"a name of 201 characters":     {"name", `"` + strings.Repeat("n", 201) + `"`, "name"},
		"a key of another case":        {"Name", `"n"`, "Name"},
		"a key nobody knows":           {"colour", `"red"`, "colour"},
		"a day that is none":           {"go_live", `"2027-02-30"`, "go_live"},
		"a day with a time":            {"go_live", `"2027-02-03T10:00:00Z"`, "go_live"},
		"a zone the rules do not know": {"time_zone", `"Mars/Olympus"`, "time_zone"},
		"NUL in a text":                {"name", `"a\u0000b"`, "name"},
		"a lone surrogate":             {"name", `"a\ud800b"`, "name"},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var parts []string
			for k, v := range good {
				if k != c.key {
					parts = append(parts, fmt.Sprintf("%q:%s", k, v))
				}
			}
			parts = append(parts, fmt.Sprintf("%q:%s", c.key, c.value))
			a.post("/api/v1/rooms", as(adminKey), "{"+strings.Join(parts, ",")+"}").refused(422, "invalid", c.field)
		})
	}
	a.post("/api/v1/rooms", as(adminKey), `{"name":"n","buyer_company":"b","time_zone":"UTC"}`).refused(422, "invalid", "seller_company")
	a.post("/api/v1/rooms", as(adminKey), `{"name":"n","name":"m"}`).refused(422, "invalid", "name")
	a.post("/api/v1/rooms", as(adminKey), `not json`).refused(422, "invalid", "")
	a.post("/api/v1/rooms", as(adminKey), `[]`).refused(422, "invalid", "")
	a.post("/api/v1/rooms", as(adminKey), `"`+strings.Repeat("x", maxBody)+`"`).refused(413, "too_large", "")
	a.get("/api/v1/rooms?limit=0", as(adminKey)).refused(422, "invalid", "limit")
	a.get("/api/v1/rooms?colour=red", as(adminKey)).refused(422, "invalid", "colour")
}

// I11: each caller gets the streams of its audience, and no other's count.
func TestARoomIsReadPerAudience(t *testing.T) {
	a := newApp(t)
	for who, want := range map[string]string{"priya": "shared seller", "marc": "shared buyer", "watcher": "shared", adminKey: "shared seller"} {
		got := a.get("/api/v1/rooms/"+string(roomA), as(who)).ok(http.StatusOK)
		var streams []string
		for _, s := range got["streams"].([]any) {
			streams = append(streams, s.(map[string]any)["stream"].(string))
		}
		if strings.Join(streams, " ") != want {
			t.Errorf("%s reads %v, want %s", who, streams, want)
		}
	}

	tag := a.get("/api/v1/rooms/"+string(roomA), as("marc")).Header().Get("ETag")
	a.fake.logs[room.Seller] = append(a.fake.logs[room.Seller], a.fake.logs[room.Seller][0])
	if got := a.get("/api/v1/rooms/"+string(roomA), as("marc")).Header().Get("ETag"); got != tag {
		t.Errorf("the buyer's ETag changed from %s to %s by what the seller did in private", tag, got)
	}
}

func TestAnUnchangedRoomIsNotSentAgain(t *testing.T) {
	a := newApp(t)
	tag := a.get("/api/v1/rooms/"+string(roomA), as("marc")).Header().Get("ETag")
	header := as("marc")
	header["If-None-Match"] = tag

	if got := a.get("/api/v1/rooms/"+string(roomA), header); got.Code != http.StatusNotModified || got.Body.Len() != 0 || got.Header().Get("ETag") != tag {
		t.Errorf("unchanged: %d, %d bytes, ETag %s", got.Code, got.Body.Len(), got.Header().Get("ETag"))
	}
	a.fake.logs[room.Shared] = append(a.fake.logs[room.Shared], a.fake.logs[room.Shared][0])
	if got := a.get("/api/v1/rooms/"+string(roomA), header); got.Code != http.StatusOK {
		t.Errorf("changed: %d", got.Code)
	}
	other := as("priya")
	other["If-None-Match"] = tag
	if got := a.get("/api/v1/rooms/"+string(roomA), other); got.Code != http.StatusOK {
		t.Errorf("another reader: %d", got.Code)
	}
}

func TestSnapshotOfOneStream(t *testing.T) {
	a := newApp(t)
	base := "/api/v1/rooms/" + string(roomA) + "/snapshot"

	got := a.get(base+"?stream=buyer&client="+string(clientID), as("marc")).ok(http.StatusOK)
	if got["stream"] != "buyer" || got["epoch"] != "1" || got["rev"] != json.Number("3") || got["seq"] != json.Number("5") || got["snapshot"] == nil {
		t.Errorf("snapshot = %v", got)
	}
	a.get(base+"?stream=seller", as("marc")).refused(403, "forbidden", "stream")
	a.get(base+"?stream=buyer", as("watcher")).refused(403, "forbidden", "stream")
	a.get(base+"?stream=other", as("marc")).refused(422, "invalid", "stream")
	a.get(base, as("marc")).refused(422, "invalid", "stream")
	a.get(base+"?stream=buyer&client=me", as("marc")).refused(422, "invalid", "client")
}

// I15: a commit has the same bytes here as live.
func TestActivityIsTheLogByteForByte(t *testing.T) {
	a := newApp(t)
	base := "/api/v1/rooms/" + string(roomA) + "/activity?stream=shared"
	cases := map[string]struct {
		query string
		revs  []int
	}{
		"from the start":             {"", []int{1, 2, 3}},
		"after one":                  {"&after=1", []int{2, 3}},
		"after one, one at a time":   {"&after=1&limit=1", []int{2}},
		"after the last":             {"&after=3", nil},
		"before one":                 {"&before=3", []int{1, 2}},
		"the newest before one":      {"&before=3&limit=1", []int{2}},
		"before the first":           {"&before=1", nil},
		"before one that is to come": {"&before=4&limit=2", []int{2, 3}},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := a.get(base+c.query, as("marc"))
			got.ok(http.StatusOK)
			var bodies []string
			for _, rev := range c.revs {
				bodies = append(bodies, string(a.fake.logs[room.Shared][rev-1]))
			}
			want := `{"stream":"shared","epoch":"1","commits":[` + strings.Join(bodies, ",") + "]}\n"
			if got.Body.String() != want {
				t.Errorf("got  %s\nwant %s", got.Body, want)
			}
		})
	}
	a.get(base+"&after=1&before=3", as("marc")).refused(422, "invalid", "before")
	a.get(base+"&limit=501", as("marc")).refused(422, "invalid", "limit")
	a.get(base+"&after=-1", as("marc")).refused(422, "invalid", "after")
	a.get("/api/v1/rooms/"+string(roomA)+"/activity?stream=seller", as("marc")).refused(403, "forbidden", "stream")
}

func TestThePlanAsItWas(t *testing.T) {
	a := newApp(t)
	base := "/api/v1/rooms/" + string(roomA) + "/at/"

	if got := a.get(base+"2?stream=buyer", as("marc")).ok(http.StatusOK); got["rev"] != json.Number("2") || got["snapshot"] == nil {
		t.Errorf("at 2 = %v", got)
	}
	a.get(base+"4", as("marc")).refused(404, "gone", "rev")
	a.get(base+"-1", as("marc")).refused(422, "invalid", "rev")
	a.get(base+"x", as("marc")).refused(422, "invalid", "rev")
	a.get(base+"1?stream=seller", as("marc")).refused(403, "forbidden", "stream")
}
