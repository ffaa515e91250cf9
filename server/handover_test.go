package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// window sends the form that opens a room in a window of its own, as a page of
// some site and with the cookies that the browser has, and returns the answer.
func (w *world) window(room, token, site string, has ...*http.Cookie) *http.Response {
	w.t.Helper()
	form := strings.NewReader(url.Values{"token": {token}}.Encode())
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/r/"+room+"/handover", form)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", site)
	for _, c := range has {
		r.AddCookie(c)
	}
	res, err := http.DefaultTransport.RoundTrip(r) // as it is, not where it leads
	if err != nil {
		w.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res
}

// A frame opens the room in a window of its own, once for each time it asks. The
// window's session is the frame's person, with the frame's end and whatever ends
// that, and is in no address.
func TestAFrameOpensAWindowOnce(t *testing.T) {
	w := newWorld(t)
	p := newPortal(w, portalOrigin)
	frame := p.enter(p.token(nil), "")
	ask := func(body string) string {
		t.Helper()
		var h struct{ Token string }
		w.must("POST", "/api/v1/rooms/"+w.room+"/handover", frame.SessionToken, body, &h)
		return h.Token
	}
	hand := func() string { return ask(`{}`) }
	token := hand()
	opened := w.window(w.room, token, "same-origin")
	if opened.StatusCode != http.StatusSeeOther || opened.Header.Get("Location") != "/r/"+w.room || len(opened.Cookies()) != 1 {
		t.Fatalf("it is answered %d, Location %q, cookies %v", opened.StatusCode, opened.Header.Get("Location"), opened.Cookies())
	}
	cookie := opened.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || !cookie.Expires.IsZero() {
		t.Errorf("the cookie is %s", cookie)
	}
	var here struct {
		Me *struct{ ID, Access string }
	}
	w.must("GET", "/api/v1/rooms/"+w.room, cookie.Value, "", &here)
	if here.Me == nil || here.Me.ID != frame.Me.ID || here.Me.Access != frame.Me.Access {
		t.Errorf("in the window is %+v, in the frame %+v", here.Me, frame.Me)
	}

	// Of a frame to look at comes a window to look at.
	only := w.window(w.room, ask(`{"watch":true}`), "same-origin").Cookies()
	here.Me = nil
	w.must("GET", "/api/v1/rooms/"+w.room, only[0].Value, "", &here)
	if status, _ := w.call("GET", "/api/v1/rooms/"+w.room+"/snapshot?stream=buyer", only[0].Value, ""); here.Me != nil || status != http.StatusForbidden {
		t.Errorf("who may only look is %+v, and the private stream answers %d", here.Me, status)
	}

	for what, res := range map[string]*http.Response{
		"used":         w.window(w.room, token, "same-origin"),
		"made up":      w.window(w.room, "parley_nothing", "same-origin"),
		"another room": w.window("0198c1f0-0000-7000-8000-000000000001", hand(), "same-origin"),
		"another site": w.window(w.room, hand(), "cross-site"),
	} {
		if len(res.Cookies()) != 0 || (res.StatusCode == http.StatusForbidden) != (what == "another site") {
			t.Errorf("%s: %d, cookies %v", what, res.StatusCode, res.Cookies())
		}
	}
	db, late := w.db(t), hand()
	if _, err := db.Exec(context.Background(), `update handovers set expires_at = clock_timestamp()`); err != nil {
		t.Fatal(err)
	}
	if res := w.window(w.room, late, "same-origin"); len(res.Cookies()) != 0 {
		t.Error("one that has expired opens a window")
	}
	// Who is in the room by a way of their own stays who they are only as the same person.
	own := &http.Cookie{Name: cookie.Name, Value: w.buyer}
	if res := w.window(w.room, hand(), "same-origin", own); len(res.Cookies()) != 1 {
		t.Error("somebody else's session in the browser is kept")
	}
	for who, session := range map[string]string{"a session of a link": w.buyer, "the window itself": cookie.Value, "the API key": adminKey} {
		if status, _ := w.call("POST", "/api/v1/rooms/"+w.room+"/handover", session, "{}"); status/100 != 4 {
			t.Errorf("%s hands over: %d", who, status)
		}
	}

	socket, _ := connect(t, w.process, w.room, cookie.Value, "", nil)
	on := p.enter(p.token(nil), frame.SessionToken)
	var ends time.Time
	if err := db.QueryRow(context.Background(), `select max(expires_at) from sessions where handed_from is not null`).Scan(&ends); err != nil {
		t.Fatal(err)
	}
	if !ends.Equal(on.ExpiresAt) || !on.ExpiresAt.After(frame.ExpiresAt) {
		t.Errorf("the frame's ends %s, the window's %s", on.ExpiresAt, ends)
	}
	w.must("DELETE", "/api/v1/portals/"+p.id+"/keys/"+p.kid, adminKey, "", nil)
	socket.ends("revoked", 2*time.Second)
	if status, _ := w.call("POST", "/api/v1/rooms/"+w.room+"/handover", frame.SessionToken, "{}"); status != http.StatusNotFound {
		t.Errorf("a session that has ended hands over: %d", status)
	}
}
