package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/room"
	"parley/server/watch"
)

// watchersApp has a plan, and a link to watch it by.
func watchersApp(t *testing.T) *app {
	a := linkedApp(t)
	a.fake.planned = true
	return a
}

// Without a script the page shows title, go-live and every milestone with owner,
// date and status; it carries no data for one, no form control and no secret.
func TestTheWatchersPageIsWholeByItself(t *testing.T) {
	a := watchersApp(t)
	for _, tab := range append([]string{""}, watch.Tabs...) {
		page := a.get(strings.TrimSuffix("/s/parley_watch/"+tab, "/"), nil)
		html := page.Body.String()
		if page.Code != http.StatusOK {
			t.Fatalf("%s: status = %d", tab, page.Code)
		}
		wants := []string{"Rollout plan", "Northwind", "Acme", `<time datetime="2199-03-01">`, "1 of 2"}
		if tab != "people" && tab != "activity" {
			wants = append(wants, "Security review", "Discovery recap", "In progress", "Done", "Fri 2 Oct", "Somebody from Northwind")
		}
		for _, want := range wants {
			if !strings.Contains(html, want) {
				t.Errorf("%s lacks %q", tab, want)
			}
		}
		for _, not := range []string{"<input", "<select", "<textarea", "boot", "style=", "onclick", "parley_session"} {
			if strings.Contains(html, not) {
				t.Errorf("%s has %q", tab, not)
			}
		}
	}
}

// No cookie, ever: none is set, and one that comes along changes nothing.
func TestAWatchersPageKnowsNoCookie(t *testing.T) {
	a := watchersApp(t)
	plain := a.get("/s/parley_watch", nil)
	withOne := a.get("/s/parley_watch", withCookie("priya"))

	for _, page := range []answer{plain, withOne} {
		if got := page.Header().Values("Set-Cookie"); len(got) != 0 {
			t.Errorf("the page sets %q", got)
		}
	}
	if plain.Body.String() != withOne.Body.String() {
		t.Error("a cookie changes the page")
	}
	if len(a.fake.requests)+len(a.fake.doors.viewed)+a.fake.made != 0 {
		t.Error("a GET wrote something")
	}
	for k, want := range map[string]string{
		"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Content-Type": htmlType,
	} {
		if got := plain.Header().Get(k); got != want {
			t.Errorf("%s = %q, want %q", k, got, want)
		}
	}
	if policy := plain.Header().Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("policy = %s", policy)
	}
}

// What people typed is text on the page, whatever it looks like.
func TestAWatchersPageEscapes(t *testing.T) {
	a := watchersApp(t)
	for _, script := range []string{`</script><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{.}}`, `javascript:alert(1)`} {
		plan := plannedRoom()
		for _, rec := range plan.Streams[room.Shared][room.Milestone] {
			rec.Fields["title"], rec.Fields["status"], rec.Fields["blocked_reason"] = script, "blocked", script
		}
		for _, rec := range plan.Streams[room.Shared][room.RoomEntity] {
			rec.Fields["name"], rec.Fields["purpose"], rec.Fields["buyer_company"] = script, script, script
		}
		a.server.watched = newWatched(planStore{Store: a.fake, plan: plan})
		for _, tab := range watch.Tabs {
			w := httptest.NewRecorder()
			a.server.router.ServeHTTP(w, httptest.NewRequest("GET", "/s/parley_watch/"+tab, nil))
			html := w.Body.String()
			if strings.Contains(html, "<script>") || strings.Contains(html, "<img") || strings.Count(html, "</script>") != 1 {
				t.Errorf("%s: %q is markup", tab, script)
			}
			if !strings.Contains(html, "alert(1)") && script != "{{.}}" {
				t.Errorf("%s lacks the text", tab)
			}
		}
	}
}

// planStore has a plan of the test's own.
type planStore struct {
	Store
	plan *room.Plan
}

func (s planStore) Snapshot(context.Context, room.ID, []room.Stream, room.ClientID) ([]room.StreamSnapshot, error) {
	return []room.StreamSnapshot{{Stream: room.Shared, Epoch: "1", Rev: 3, Body: json.RawMessage(s.plan.Snapshot(room.Shared))}}, nil
}

// A link of a side is not for watching, nor the other way round: each goes to
// its own door.
func TestLinksGoToTheirDoor(t *testing.T) {
	a := watchersApp(t)
	for from, to := range map[string]string{"/s/parley_buyer": "/join/parley_buyer", "/join/parley_watch": "/s/parley_watch"} {
		if page := a.get(from, nil); page.Code != http.StatusSeeOther || page.Header().Get("Location") != to {
			t.Errorf("%s: %d to %q", from, page.Code, page.Header().Get("Location"))
		}
	}
}

// A revoked link is gone at once on the server that revoked it, and the same
// page as one that never was.
func TestARevokedLinkIsGoneForWatchers(t *testing.T) {
	a := watchersApp(t)
	a.get("/s/parley_watch", nil)
	id := string(a.fake.links["parley_watch"].ID)
	if got := a.do("DELETE", "/api/v1/links/"+id, as(adminKey), ""); got.Code != http.StatusNoContent {
		t.Fatalf("revoking = %d", got.Code)
	}

	revoked, never := a.get("/s/parley_watch/plan", nil), a.get("/s/parley_never", nil)

	if revoked.Code != http.StatusNotFound || revoked.Body.String() != never.Body.String() {
		t.Errorf("revoked = %d, never = %d, alike: %t", revoked.Code, never.Code, revoked.Body.String() == never.Body.String())
	}
	if strings.Contains(revoked.Body.String(), "Rollout") {
		t.Error("the plan is still there")
	}
}

// The page that a watcher has is not sent again; thousands who ask at once cost
// one look at the room, and each rev is drawn once.
func TestARoomIsDrawnOncePerRev(t *testing.T) {
	a := linkedApp(t)
	first := a.get("/s/parley_watch", nil)
	again := a.get("/s/parley_watch", map[string]string{"If-None-Match": first.Header().Get("ETag")})
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("the same page = %d, %d bytes", again.Code, again.Body.Len())
	}

	a.fake.mu.Lock()
	a.fake.logs[room.Shared] = append(a.fake.logs[room.Shared], a.fake.logs[room.Shared][2])
	a.fake.mu.Unlock()
	before := a.fake.drawn.Load()
	var wg sync.WaitGroup
	for range 500 {
		wg.Go(func() {
			w := httptest.NewRecorder()
			a.handler.ServeHTTP(w, httptest.NewRequest("GET", "/s/parley_watch?rev=4", nil))
			if !strings.Contains(w.Body.String(), `data-rev="4"`) {
				t.Error("a page older than the rev that was asked for")
			}
		})
	}
	wg.Wait()

	if got := a.fake.drawn.Load() - before; got != 1 {
		t.Errorf("500 watchers had the room read %d times", got)
	}
}

// Who asks for revs that are not there has no room read over and over.
func TestARevThatIsNotThereIsNoWork(t *testing.T) {
	a := linkedApp(t)
	w := a.server.watched
	for range drawBurst + 1 { // the first one draws, the others use the burst up
		if s, err := w.state(t.Context(), roomA, 999999); err != nil || s.rev != 3 {
			t.Fatalf("state = %+v, %v", s, err)
		}
	}

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := w.state(ctx, roomA, 999999); err == nil {
		t.Error("the room is looked up as often as somebody asks")
	}
	if got := a.fake.drawn.Load(); got != 1 {
		t.Errorf("the room was drawn %d times", got)
	}
}
