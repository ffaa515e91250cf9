package web

import (
	"bytes"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/time/rate"

	"parley/room"
	"parley/server/watch"
)

var (
	imageOf = regexp.MustCompile(`<meta property="og:image" content="https?://[^/]+(/[^"]+)">`)
	textOf  = regexp.MustCompile(`<meta property="og:description" content="([^"]*)">`)
)

// cardIn returns where a page says that its card is, and what is beside it.
func cardIn(t *testing.T, page answer) (path, text string) {
	t.Helper()
	at, said := imageOf.FindStringSubmatch(page.Body.String()), textOf.FindStringSubmatch(page.Body.String())
	if at == nil || said == nil || !strings.Contains(page.Body.String(), `<meta name="twitter:card" content="summary_large_image">`) {
		t.Fatalf("%d: no card in\n%s", page.Code, page.Body)
	}
	return at[1], said[1]
}

// A preview says who shares and what the plan is called: no company of the buyer,
// no milestone, no figure. Those are on it where the link's owner said so.
func TestAPreviewTellsNoMoreThanItMay(t *testing.T) {
	a := watchersApp(t)
	a.put("/api/v1/brand", as(adminKey), `{"name":"Northwind","accent":"#ffcc00"}`).ok(http.StatusOK)
	for _, path := range []string{"/s/parley_watch", "/s/parley_watch/plan", "/join/parley_buyer"} {
		page := a.get(path, nil)
		_, text := cardIn(t, page)
		head, _, _ := strings.Cut(page.Body.String(), "</head>")
		if text != "Mutual action plan" || !strings.Contains(head, `og:title" content="Rollout plan"`) || !strings.Contains(head, `og:site_name" content="Northwind"`) {
			t.Errorf("%s says %s", path, head)
		}
		for _, not := range []string{"Acme", "Security review", "1 of 2", "2199"} {
			if strings.Contains(head, not) {
				t.Errorf("%s tells %q:\n%s", path, not, head)
			}
		}
	}
	before, _ := cardIn(t, a.get("/s/parley_watch", nil))

	told := a.fake.links["parley_watch"]
	a.do("PATCH", "/api/v1/links/"+string(told.ID), as(adminKey), `{"shows_progress":true}`).ok(http.StatusOK)

	after, text := cardIn(t, a.get("/s/parley_watch", nil))
	if text != "Mutual action plan · 1 of 2 done · Go-live Fri 1 Mar 2199 · Next, Fri 2 Oct: Security review" || before == after {
		t.Errorf("with progress: %s, %q", after, text)
	}
}

// A preview bot gets a picture, leaves no trace, and asks again for nothing: the
// picture of a plan whose name stays is the same after an edit.
func TestACardIsAPictureThatStays(t *testing.T) {
	a := linkedApp(t)
	path, _ := cardIn(t, a.get("/s/parley_watch", nil))

	picture := a.get(path, withCookie("priya"))

	if img, err := png.DecodeConfig(bytes.NewReader(picture.Body.Bytes())); err != nil || img.Width != 1200 || img.Height != 630 {
		t.Fatalf("%d: %+v, %v", picture.Code, img, err)
	}
	for k, want := range map[string]string{"Content-Type": "image/png", "Cache-Control": "private, no-cache", "Cross-Origin-Resource-Policy": "cross-origin", "Set-Cookie": ""} {
		if got := picture.Header().Get(k); got != want {
			t.Errorf("%s = %q, want %q", k, got, want)
		}
	}
	if again := a.get(path, map[string]string{"If-None-Match": picture.Header().Get("ETag")}); again.Code != http.StatusNotModified {
		t.Errorf("the same picture = %d", again.Code)
	}
	if len(a.fake.requests)+len(a.fake.doors.viewed)+a.fake.made != 0 {
		t.Error("a preview wrote something")
	}
	a.fake.logs[room.Shared] = append(a.fake.logs[room.Shared], a.fake.logs[room.Shared][2])
	edited := a.get("/s/parley_watch?rev=4", nil)
	if now, _ := cardIn(t, edited); now != path || !strings.Contains(edited.Body.String(), `data-rev="4"`) {
		t.Error("an edit that the card does not show changes its address")
	}
}

// A raised door takes the picture with it: page and card say nothing of the room,
// whatever address somebody kept. A revoked link has none, as an unknown one.
func TestACardEndsWithItsLink(t *testing.T) {
	for token, page := range map[string]string{"parley_watch": "/s/parley_watch", "parley_buyer": "/join/parley_buyer"} {
		a := watchersApp(t)
		path, _ := cardIn(t, a.get(page, nil))
		link := "/api/v1/links/" + string(a.fake.links[token].ID)

		a.do("PATCH", link, as(adminKey), `{"door":"name"}`).ok(http.StatusOK)

		neutral := a.get("/card.png", nil)
		at, _ := cardIn(t, a.get(page, nil))
		if door := a.get(page, nil); at != "/card.png" || strings.Contains(door.Body.String(), "Rollout") {
			t.Errorf("the door of %s shows %s", page, at)
		}
		if kept := a.get(path, nil); !bytes.Equal(kept.Body.Bytes(), neutral.Body.Bytes()) || neutral.Code != http.StatusOK {
			t.Errorf("a kept address still shows the plan of %s", page)
		}
		a.do("DELETE", link, as(adminKey), "")
		a.get(path, nil).refused(http.StatusNotFound, "gone", "")
		a.get("/card/parley_never/0.png", nil).refused(http.StatusNotFound, "gone", "")
		if gone := a.get(page, nil); gone.Code != http.StatusNotFound || strings.Contains(gone.Body.String(), "og:") {
			t.Errorf("%s = %d with %s", page, gone.Code, gone.Body)
		}
	}
}

// Drawing is bounded, however many plans are asked for; what is drawn is kept.
func TestDrawingCardsIsBounded(t *testing.T) {
	c := newCards()
	c.draws = rate.NewLimiter(0, 1)
	for range 3 {
		if data, err := c.png(watch.Neutral, "a"); err != nil || len(data) == 0 {
			t.Errorf("what is drawn already: %v", err)
		}
		if _, err := c.png(watch.Neutral, "b"); room.CodeOf(err) != room.Busy {
			t.Errorf("above the bound: %v", err)
		}
	}
}
