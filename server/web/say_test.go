package web

import (
	"net/http"
	"strings"
	"testing"
)

var inABrowser = map[string]string{"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

// A person who follows a broken address reads a page, a program a problem; both
// are 404, and neither says what is there.
func TestAnUnknownAddressIsToldInTheReadersForm(t *testing.T) {
	a := newApp(t)

	page := a.get("/nowhere", inABrowser)

	if page.Code != http.StatusNotFound || page.Header().Get("Content-Type") != htmlType || page.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("a browser gets %d %v", page.Code, page.Header())
	}
	if body := page.Body.String(); !strings.Contains(body, "<h1>This page is not here</h1>") || strings.Contains(body, "<script") {
		t.Errorf("page = %s", body)
	}
	if policy := page.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'; style-src 'self'") {
		t.Errorf("policy = %s", policy)
	}
	for name, path := range map[string]string{"a program": "/nowhere", "the API": "/api/v1/nowhere"} {
		header := map[string]string{}
		if name == "the API" {
			header = inABrowser
		}
		a.get(path, header).refused(http.StatusNotFound, "gone", "")
	}
	a.do("DELETE", "/new", inABrowser, "").refused(http.StatusMethodNotAllowed, "method", "")
}

// Who is not signed in gets a page that says what this is, without a script and
// without a cookie; who says they are gets the rooms' page, the same for everybody.
func TestTheBareAddressIsAFrontDoor(t *testing.T) {
	a := newApp(t)

	door := a.get("/", inABrowser)

	body := door.Body.String()
	if door.Code != http.StatusOK || !strings.Contains(body, `href="/signin"`) || !strings.Contains(body, "Open the link you were sent") || strings.Contains(body, "<script") {
		t.Errorf("%d %s", door.Code, body)
	}
	if door.Header().Get("Set-Cookie") != "" || door.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers = %v", door.Header())
	}
	one := a.get("/", map[string]string{"Cookie": "parley_account=one"}).Body.String()
	if two := a.get("/", map[string]string{"Cookie": "parley_account=two"}).Body.String(); one != two || !strings.Contains(one, "/desk.js") {
		t.Errorf("with a cookie:\n%s\n%s", one, two)
	}
	for _, path := range []string{"/signin", "/signin/parley_ticket", "/settings", "/settings/people"} {
		if page := a.get(path, inABrowser); page.Code != http.StatusOK || page.Body.String() != one {
			t.Errorf("%s: %d %s", path, page.Code, page.Body)
		}
	}
}
