package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/server/mail"
)

// visit asks as a browser without cookies does, and follows no redirect.
func (w *world) visit(method, path string, form url.Values) (int, string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		w.t.Fatal(err)
	}
	if got := res.Header.Values("Set-Cookie"); len(got) > 0 {
		w.t.Errorf("%s %s sets a cookie", method, path)
	}
	return res.StatusCode, string(body)
}

// data is the server's data directory.
func (w *world) data() string {
	for _, entry := range w.env {
		if dir, ok := strings.CutPrefix(entry, "PARLEY_DATA="); ok {
			return dir
		}
	}
	w.t.Fatal("the server has no data directory")
	return ""
}

func (w *world) watchPath() (path, link string) {
	w.t.Helper()
	var made struct{ ID, Token string }
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"none"}`, &made)
	return "/s/" + made.Token, made.ID
}

var updatesLink = regexp.MustCompile(`/updates/parley_[a-z2-7]{32}`)

// Updates by e-mail, from the form to the one click that ends them, by people
// and by the programs that open every link of a mail (experience: a GET of a
// mailed link changes nothing).
func TestUpdatesByMailNeedAYes(t *testing.T) {
	w := newWorld(t)
	path, link := w.watchPath()
	kept := mail.NewKept(filepath.Join(w.data(), "mail"))
	mailed := func(want int) string {
		t.Helper()
		list, err := kept.List()
		if err != nil || len(list) != want {
			t.Fatalf("%d mails, %v; want %d", len(list), err, want)
		}
		if want == 0 {
			return ""
		}
		if list[0].Message.To != "ada@acme.example" || strings.Contains(list[0].Message.Text, "Security review") {
			t.Errorf("mail to %s:\n%s", list[0].Message.To, list[0].Message.Text)
		}
		return updatesLink.FindString(list[0].Message.Text)
	}

	_, page := w.visit("GET", path+"/follow", nil)
	if !strings.Contains(page, `action="`+path+`/updates"`) {
		t.Errorf("no form:\n%s", page)
	}
	if status, page := w.visit("POST", path+"/updates", url.Values{"email": {"ada"}, "every": {"daily"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "not an e-mail address") {
		t.Errorf("a bad address: %d", status)
	}
	mailed(0)
	_, first := w.visit("POST", path+"/updates", url.Values{"email": {"Ada@Acme.example "}, "every": {"daily"}})
	way := mailed(1)
	_, second := w.visit("POST", path+"/updates", url.Values{"email": {"ada@acme.example"}, "every": {"daily"}})
	if mailed(1); first != second {
		t.Error("the answer tells whether the address was asked before")
	}

	for range 3 { // scanners
		if status, page := w.visit("GET", way, nil); status != http.StatusOK || !strings.Contains(page, "Get updates on Rollout plan?") {
			t.Fatalf("%d\n%s", status, page)
		}
	}
	if status, _ := w.visit("POST", way+"/confirm", url.Values{}); status != http.StatusSeeOther {
		t.Errorf("confirming = %d", status)
	}
	if _, page := w.visit("GET", way+"/plan", nil); !strings.Contains(page, "Security review") || !strings.Contains(page, "Stop these mails") || strings.Contains(page, "watch.js") {
		t.Errorf("the mail's way does not lead to the plan:\n%s", page)
	}
	if _, page := w.visit("GET", way+"/stop", nil); !strings.Contains(page, "Stop these mails?") {
		t.Error("no page to stop at")
	}
	if _, page := w.visit("GET", way, nil); !strings.Contains(page, "Security review") {
		t.Error("looking at the page to stop at has stopped them")
	}
	if status, _ := w.visit("POST", way+"/stop", url.Values{"List-Unsubscribe": {"One-Click"}}); status != http.StatusOK {
		t.Errorf("one click = %d", status)
	}
	if _, page := w.visit("GET", way, nil); strings.Contains(page, "Security review") || !strings.Contains(page, "no more mails") {
		t.Error("after one click the plan is still there")
	}

	w.must("DELETE", "/api/v1/links/"+link, adminKey, "", nil)
	for _, dead := range []string{way, way + "/plan", path + "/follow"} {
		if status, page := w.visit("GET", dead, nil); status != http.StatusNotFound || strings.Contains(page, "Rollout") {
			t.Errorf("%s lives on after its link: %d", dead, status)
		}
	}
}

// A calendar address has a token of its own and dies with its link.
func TestACalendarAddress(t *testing.T) {
	w := newWorld(t)
	path, link := w.watchPath()
	status, page := w.visit("POST", path+"/calendar", url.Values{})
	feed := regexp.MustCompile(`/calendar/parley_[a-z2-7]{32}\.ics`).FindString(page)
	if status != http.StatusCreated || feed == "" || !strings.Contains(page, "webcal://") {
		t.Fatalf("%d\n%s", status, page)
	}
	if strings.Contains(feed, strings.TrimPrefix(path, "/s/")) {
		t.Error("the address holds the link's token")
	}

	read := func() (calendar string, sequences map[string]string) {
		t.Helper()
		status, text := w.visit("GET", feed, nil)
		if status != http.StatusOK {
			t.Fatalf("the calendar is %d", status)
		}
		sequences = map[string]string{}
		for _, event := range regexp.MustCompile(`UID:([0-9a-f-]+)@parley\r\nSEQUENCE:(\d+)`).FindAllStringSubmatch(text, -1) {
			sequences[event[1]] = event[2]
		}
		return text, sequences
	}
	_, before := read()
	w.must("POST", "/api/v1/rooms/"+w.room+"/ops", w.seller, fmt.Sprintf(`{"client":"30000000-0000-4000-8000-000000000001","stream":"shared","seq":1,
		"op":{"kind":"milestone.update","id":%q,"set":{"title":"Renamed for the calendar"}}}`, w.milestone), nil)
	text, after := read()
	for start := time.Now(); !strings.Contains(text, "SUMMARY:Renamed for the calendar") && time.Since(start) < 5*time.Second; time.Sleep(50 * time.Millisecond) {
		text, after = read()
	}
	for uid, sequence := range after {
		want := before[uid]
		if uid == w.milestone {
			want = "1"
		}
		if sequence != want {
			t.Errorf("%s has sequence %s, want %s", uid, sequence, want)
		}
	}
	if len(after) != 12 || before[w.milestone] != "0" {
		t.Errorf("%d events, sequence %q before", len(after), before[w.milestone])
	}

	// What ends it, ends it at the next read, also where that reader has it already.
	tag := w.tagOf(feed)
	for _, change := range []struct{ end, undo string }{
		{`{"paused":true}`, `{"paused":false}`}, {`{"door":"name"}`, `{"door":"open"}`}, {`{"password":"` + doorPassword + `"}`, `{"password":""}`}, {`{"side":"buyer"}`, `{"side":"none"}`},
	} {
		w.must("PATCH", "/api/v1/links/"+link, adminKey, change.end, nil)
		if status, text := w.visit("GET", feed, nil); status != http.StatusNotFound || strings.Contains(text, "VEVENT") {
			t.Errorf("%s: the calendar is %d", change.end, status)
		}
		if status := w.again(feed, tag); status != http.StatusNotFound {
			t.Errorf("%s: who has the calendar is answered %d", change.end, status)
		}
		w.must("PATCH", "/api/v1/links/"+link, adminKey, change.undo, nil)
		if status := w.again(feed, tag); status != http.StatusNotModified {
			t.Errorf("%s: who has the calendar is answered %d", change.undo, status)
		}
	}
	w.must("DELETE", "/api/v1/links/"+link, adminKey, "", nil)
	if status, text := w.visit("GET", feed, nil); status != http.StatusNotFound || strings.Contains(text, "VEVENT") {
		t.Errorf("the calendar lives on after its link: %d", status)
	}
}

// tagOf is the ETag of an answer; again asks for it as who has that one.
func (w *world) tagOf(path string) string {
	w.t.Helper()
	res, err := http.Get(w.url + path)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.Header.Get("ETag")
}

func (w *world) again(path, tag string) int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.url+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("If-None-Match", tag)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}
