package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

type calendarAddress struct {
	ID, Shows, URL    string
	Room, Participant *string
	LastUsed          *string `json:"last_used_at"`
	LinkLabel         string  `json:"link_label"`
}

// holds fails unless a calendar comes to have just these events: what it is told
// is up to a second old.
func (w *world) holds(a calendarAddress, want ...string) {
	w.t.Helper()
	var got []string
	for start := time.Now(); time.Since(start) < 5*time.Second; time.Sleep(50 * time.Millisecond) {
		if got = w.summaries(a); slices.Equal(got, want) {
			return
		}
	}
	w.t.Errorf("the calendar has %q, want %q", got, want)
}

// summaries are what a calendar says of its events.
func (w *world) summaries(a calendarAddress) (out []string) {
	w.t.Helper()
	status, text := w.visit("GET", strings.TrimPrefix(a.URL, w.url), nil)
	if status != http.StatusOK {
		w.t.Fatalf("the calendar is %d", status)
	}
	for _, line := range regexp.MustCompile(`SUMMARY:([^\r]*)`).FindAllStringSubmatch(text, -1) {
		out = append(out, line[1])
	}
	slices.Sort(out)
	return out
}

// People have calendars of their own: what they own in a room, the whole plan, or
// for a member what they own in all rooms. Nothing private is in any. They end
// their own; an owner of the room sees and ends those of the others.
func TestPeopleHaveCalendarsOfTheirOwn(t *testing.T) {
	w := newWorldOn(t, databaseURL(t), "PARLEY_OWNER="+ownerAddress)
	rooms := "/api/v1/rooms/" + w.room
	path, _ := w.watchPath()
	w.visit("POST", path+"/calendar", map[string][]string{})
	mine := func(token string) (a calendarAddress) {
		w.must("POST", rooms+"/calendars", token, `{"shows":"mine"}`, &a)
		return a
	}
	list := func(token string) (out []calendarAddress) {
		var body struct{ Calendars []calendarAddress }
		w.must("GET", rooms+"/calendars", token, "", &body)
		return body.Calendars
	}
	me := func(token string) string {
		var r struct{ Me struct{ ID string } }
		w.must("GET", rooms, token, "", &r)
		return r.Me.ID
	}

	dana := mine(w.buyer)
	w.holds(dana)
	w.ask(w.seller, fmt.Sprintf(`{"kind":"milestone.update","id":%q,"set":{"title":"Hers","buyer_owner":%q}}`, w.milestone, me(w.buyer)))
	w.holds(dana, "Hers")
	var whole calendarAddress
	w.must("POST", rooms+"/calendars", w.buyer, `{"shows":"plan"}`, &whole)
	if got := w.summaries(whole); len(got) != 12 {
		t.Errorf("the plan's are %q", got)
	}
	for _, refused := range []struct{ token, body string }{{w.watcher(), `{"shows":"mine"}`}, {adminKey, `{"shows":"mine"}`}, {w.buyer, `{"shows":"seller"}`}} {
		if status, _ := w.call("POST", rooms+"/calendars", refused.token, refused.body); status != http.StatusForbidden && status != http.StatusUnprocessableEntity {
			t.Errorf("%s = %d", refused.body, status)
		}
	}

	omar := mine(w.seller)
	if got := list(w.buyer); len(got) != 2 || got[1].ID != dana.ID || got[1].LastUsed == nil || got[0].URL != "" {
		t.Errorf("hers are listed as %+v", got)
	}
	if got := list(w.seller); len(got) != 4 || got[3].Participant != nil || got[2].Participant == nil {
		t.Errorf("an owner sees %+v", got)
	}
	if status, _ := w.call("DELETE", rooms+"/calendars/"+omar.ID, w.buyer, ""); status != http.StatusNotFound {
		t.Errorf("somebody else's is ended: %d", status)
	}
	w.must("DELETE", rooms+"/calendars/"+whole.ID, w.buyer, "", nil)
	w.must("DELETE", rooms+"/calendars/"+dana.ID, w.seller, "", nil)
	for _, ended := range []calendarAddress{whole, dana} {
		if status, _ := w.visit("GET", strings.TrimPrefix(ended.URL, w.url), nil); status != http.StatusNotFound {
			t.Errorf("an ended calendar is %d", status)
		}
	}

	// A member's: both rooms, with whom each is, and not what is private.
	ada := signIn(t, w.process, w.data(), ownerAddress)
	other, _ := ada.made("/api/v1/rooms", `{"name":"Other","buyer_company":"Umbrella","seller_company":"Northwind","template":"software-purchase","go_live":"2027-03-01","time_zone":"UTC"}`)
	first := w.room
	for _, id := range []string{other, first} {
		status, data, _ := ada.call("POST", "/api/v1/rooms/"+id+"/enter", "")
		var j joined
		if err := json.Unmarshal(data, &j); err != nil || status != http.StatusOK {
			t.Fatalf("entering: %d %s", status, data)
		}
		w.room = id
		rooms = "/api/v1/rooms/" + id
		ada.id = me(j.SessionToken)
		w.ask(j.SessionToken, fmt.Sprintf(`{"kind":"milestone.update","id":%q,"set":{"title":"Adas","seller_owner":%q}}`, w.firstMilestone(), ada.id))
		author := newAuthor(w, j.SessionToken, "seller", nil)
		author.do("seller", map[string]any{"kind": "milestone.add", "id": uuid.NewString(), "set": map[string]any{
			"phase": w.aPhase(), "title": "canary", "due": "2027-02-01", "seller_owner": ada.id}})
	}
	status, data, _ := ada.call("POST", "/api/v1/account/calendars", "")
	var all calendarAddress
	if err := json.Unmarshal(data, &all); err != nil || status != http.StatusCreated || all.Room != nil {
		t.Fatalf("%d %s", status, data)
	}
	w.holds(all, "Adas · Acme", "Adas · Umbrella")
	ada.must("DELETE", "/api/v1/account/calendars/"+all.ID, "")
	if _, data, _ := ada.call("GET", "/api/v1/account/calendars", ""); strings.Contains(string(data), all.ID) {
		t.Errorf("an ended one is listed: %s", data)
	}
}

func (w *world) aPhase() string {
	w.t.Helper()
	var state struct {
		Snapshot struct {
			Entities struct{ Phase []struct{ ID string } }
		}
	}
	w.must("GET", "/api/v1/rooms/"+w.room+"/snapshot?stream=shared", adminKey, "", &state)
	return state.Snapshot.Entities.Phase[0].ID
}
