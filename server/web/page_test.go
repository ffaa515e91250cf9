package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/room"
)

func linkedApp(t *testing.T) *app {
	a := newApp(t)
	link := func(n string, side room.Side, who room.RecordID) room.Link {
		return room.Link{ID: room.LinkID("40000000-0000-4000-8000-0000000000" + n), Workspace: workspaceA, Room: roomA, Side: side, Access: room.Editor, Participant: who, Door: room.DoorOpen}
	}
	a.fake.links["parley_buyer"] = link("01", room.SideBuyer, "")
	a.fake.links["parley_marc"] = link("02", room.SideBuyer, marc)
	a.fake.links["parley_watch"] = link("03", room.NoSide, "")
	came := a.fake.grants["marc"]
	came.Link = a.fake.links["parley_buyer"].ID
	a.fake.grants["came"] = came
	return a
}

var bootIn = regexp.MustCompile(`<script type="application/json" id="boot">(.*)</script>`)

func bootOf(t *testing.T, page answer) map[string]any {
	t.Helper()
	found := bootIn.FindStringSubmatch(page.Body.String())
	if found == nil {
		t.Fatalf("the page carries no boot data:\n%s", page.Body)
	}
	var b map[string]any
	if err := json.Unmarshal([]byte(found[1]), &b); err != nil {
		t.Fatalf("boot: %v", err)
	}
	return b
}

func streamsIn(boot map[string]any) string {
	var names []string
	for _, s := range boot["streams"].([]any) {
		names = append(names, s.(map[string]any)["stream"].(string))
	}
	return strings.Join(names, " ")
}

// The page carries what its reader may see, and nothing of the other side (I11).
func TestThePageCarriesThePlan(t *testing.T) {
	a := linkedApp(t)
	cases := map[string]struct {
		path    string
		header  map[string]string
		streams string
		me      any
		session bool
	}{
		"a plain side link":                   {"/join/parley_buyer", nil, "shared", nil, false},
		"a plain side link, joined before":    {"/join/parley_buyer", withCookie("came"), "shared buyer", "Marc Olsen", true},
		"a plain side link, another's cookie": {"/join/parley_buyer", withCookie("priya"), "shared", nil, false},
		"a personal link":                     {"/join/parley_marc", nil, "shared buyer", "Marc Olsen", false},
		"a personal link, another's cookie":   {"/join/parley_marc", withCookie("priya"), "shared buyer", "Marc Olsen", false},
		"a room, by the cookie":               {"/r/" + string(roomA), withCookie("priya"), "shared seller", "Priya Nair", true},
		"a room, by a watcher's session":      {"/r/" + string(roomA), withCookie("watcher"), "shared", nil, true},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			page := a.get(c.path, c.header)
			if page.Code != http.StatusOK {
				t.Fatalf("status = %d", page.Code)
			}
			b := bootOf(t, page)
			if got := streamsIn(b); got != c.streams {
				t.Errorf("streams = %s, want %s", got, c.streams)
			}
			var who any
			if m, ok := b["me"].(map[string]any); ok {
				who = m["name"]
			}
			if who != c.me || b["session"] != c.session || b["room"] != string(roomA) || b["notice"] != nil {
				t.Errorf("me = %v, session = %v, room = %v, notice = %v", who, b["session"], b["room"], b["notice"])
			}
			for _, item := range b["activity"].([]any) {
				if s := item.(map[string]any)["stream"].(string); !strings.Contains(c.streams, s) {
					t.Errorf("activity of the %s stream", s)
				}
			}
			if len(page.Result().Cookies()) != 0 {
				t.Error("a GET set a cookie")
			}
		})
	}
	if len(a.fake.requests) != 0 {
		t.Error("a GET wrote")
	}
}

func TestActivityOnThePageIsNewestFirst(t *testing.T) {
	a := linkedApp(t)

	var got []string
	for _, item := range bootOf(t, a.get("/join/parley_marc", nil))["activity"].([]any) {
		i := item.(map[string]any)
		got = append(got, i["stream"].(string)+i["at"].(string)[14:19])
	}

	want := "shared02:06 buyer02:05 shared01:06 buyer01:05 shared00:06 buyer00:05"
	if strings.Join(got, " ") != want {
		t.Errorf("activity = %v, want %s", got, want)
	}
}

// Text of the plan cannot end the script element it is in.
func TestThePageIsSafe(t *testing.T) {
	a := linkedApp(t)
	page := a.get("/join/parley_marc", nil)
	html := page.Body.String()

	if n := strings.Count(html, "</script>"); n != 2 {
		t.Errorf("%d script ends, want 2:\n%s", n, html)
	}
	inline := regexp.MustCompile(`<script(>| type="module">)|style=|onload=|<style`)
	if found := inline.FindString(html); found != "" {
		t.Errorf("inline script or style: %s", found)
	}
	policy := page.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "connect-src 'self' ws://127.0.0.1:8080;", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy has a hole: %s", policy)
	}
	for k, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := page.Header().Get(k); got != want {
			t.Errorf("%s = %q, want %q", k, got, want)
		}
	}
	if !strings.Contains(html, `<html lang="en" dir="ltr">`) || !strings.Contains(html, `src="/assets/`+a.server.assets.version+`/app.js"`) {
		t.Errorf("shell:\n%s", html)
	}
	if strings.Contains(html, "<title>Rollout") {
		t.Error("the title tells previews about the deal")
	}
}

// A link that is not there, or no longer, is the same page, byte for byte.
func TestBadLinksAreOnePage(t *testing.T) {
	a := linkedApp(t)
	revoked := a.fake.links["parley_buyer"]
	revoked.Revoked = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	a.fake.links["parley_revoked"] = revoked
	stranger := a.fake.links["parley_marc"]
	stranger.Participant = "20000000-0000-4000-8000-0000000000ff"
	a.fake.links["parley_ghost"] = stranger
	delete(a.fake.links, "parley_buyer")

	var want string
	for name, target := range map[string]string{
		"an unknown token": "/join/parley_unknown", "a revoked link": "/join/parley_revoked", "a person who was removed": "/join/parley_ghost",
		"a room without a session": "/r/" + string(roomA), "an unknown room": "/r/" + string(noRoom), "no id": "/r/x",
	} {
		page := a.get(target, nil)
		if page.Code != http.StatusNotFound {
			t.Errorf("%s: status = %d", name, page.Code)
		}
		if n, _ := bootOf(t, page)["notice"].(map[string]any); n["kind"] != "gone" {
			t.Errorf("%s: notice = %v", name, n)
		}
		if want == "" {
			want = page.Body.String()
		}
		if page.Body.String() != want {
			t.Errorf("%s has a page of its own", name)
		}
	}
}

func TestHomeTellsWhereToStart(t *testing.T) {
	page := newApp(t).get("/", nil)

	if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "Open the link you were sent") {
		t.Errorf("home = %d\n%s", page.Code, page.Body)
	}
}
