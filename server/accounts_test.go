package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/realtime/redis/redistest"
	"parley/server/mail"
)

const ownerAddress = "ada@northwind.example"

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// seated is somebody who is signed in, in a browser.
type seated struct {
	t       testing.TB
	process *process
	cookie  *http.Cookie
	id      string
}

// call sends a request with the cookie of being signed in.
func (s *seated) call(method, path, body string) (int, []byte, []*http.Cookie) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.process.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if s.cookie != nil {
		req.AddCookie(s.cookie)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, data, res.Cookies()
}

// verify signs in with what a mail or the banner told.
func verify(t testing.TB, p *process, body string) *seated {
	t.Helper()
	s := &seated{t: t, process: p}
	status, data, cookies := s.call("POST", "/api/v1/signin/verify", body)
	var account struct{ ID string }
	if err := json.Unmarshal(data, &account); err != nil || status != http.StatusOK || len(cookies) != 1 {
		t.Fatalf("signing in: %d %s %v", status, data, cookies)
	}
	s.cookie, s.id = cookies[0], account.ID
	return s
}

// signIn signs a member in by the code of a mail that the server kept.
func signIn(t testing.TB, p *process, data, email string) *seated {
	t.Helper()
	var ticket struct{ Ticket string }
	p.must("POST", "/api/v1/signin", "", fmt.Sprintf(`{"email":%q}`, email), &ticket)
	mails, err := mail.NewKept(filepath.Join(data, "mail")).List()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		if code := sixDigits.FindString(m.Message.Text); m.Message.To == email && code != "" {
			return verify(t, p, fmt.Sprintf(`{"ticket":%q,"code":%q}`, ticket.Ticket, code))
		}
	}
	t.Fatalf("no code was mailed to %s: %d mails", email, len(mails))
	return nil
}

// must is call for one that has to succeed.
func (s *seated) must(method, path, body string) {
	s.t.Helper()
	if status, data, _ := s.call(method, path, body); status/100 != 2 {
		s.t.Fatalf("%s %s = %d %s", method, path, status, data)
	}
}

// enter enters a room and connects to it, through a server of the test's choice.
func (s *seated) enter(id string, at *process) *member {
	s.t.Helper()
	status, data, _ := s.call("POST", "/api/v1/rooms/"+id+"/enter", "")
	var j joined
	if err := json.Unmarshal(data, &j); err != nil || status != http.StatusOK {
		s.t.Fatalf("entering: %d %s", status, data)
	}
	m, first := connect(s.t, at, id, j.SessionToken, "", nil)
	if first.T != "welcome" {
		s.t.Fatalf("entering: %s", first.raw)
	}
	return m
}

// ends fails unless the socket is ended as revoked within the time.
func (m *member) ends(why string, within time.Duration) {
	m.t.Helper()
	frames, err := m.drain(within)
	if err != nil {
		m.t.Fatalf("%s after somebody was %s: %v", within, why, err)
	}
	if len(frames) == 0 || frames[len(frames)-1].Why != "revoked" || m.closed != 4003 {
		m.t.Errorf("%s: ended with %d after %d frames", why, m.closed, len(frames))
	}
}

// What ends being signed in or a membership ends sockets on every server: within
// 2 s, and within 5 s while Redis is away. Another role is another access there. // P36
func TestAccountsTakeEffectOnEveryServer(t *testing.T) {
	cache := redistest.New(t)
	data := dataDirectory(t)
	env := []string{databaseURL(t), "REDIS_URL=" + cache.URL(), "PARLEY_OWNER=" + ownerAddress, "PARLEY_OPS_PER_SECOND=0"}
	here := start(t, append(env, "PARLEY_DATA="+data)...)
	there := start(t, append(env, "PARLEY_DATA="+t.TempDir())...)
	w := &world{process: here}
	w.furnish()
	ada := signIn(t, here, data, ownerAddress)
	const address = "robin@northwind.example"
	add := func() *seated {
		ada.must("POST", "/api/v1/members", fmt.Sprintf(`{"email":%q,"role":"admin"}`, address))
		return signIn(t, here, data, address)
	}

	robin := add()
	socket := robin.enter(w.room, there)
	socket.op(1, 1<<40, map[string]any{"kind": "room.update", "set": map[string]any{"status": "won"}})
	if f := socket.next("ack", "reject"); f.T != "ack" {
		t.Fatalf("an admin's op: %s", f.raw)
	}
	ada.must("PATCH", "/api/v1/members/"+robin.id, `{"role":"member"}`)
	socket.op(2, 1<<40, map[string]any{"kind": "room.update", "set": map[string]any{"status": "active"}})
	if f := socket.next("ack", "reject"); f.T != "reject" || !strings.Contains(f.raw, "owner") {
		t.Fatalf("a member's op that needs an owner: %s", f.raw)
	}
	robin.must("POST", "/api/v1/signout", "")
	socket.ends("signed out", 2*time.Second)

	robin = signIn(t, here, data, address)
	socket = robin.enter(w.room, there)
	ada.must("DELETE", "/api/v1/members/"+robin.id, "")
	socket.ends("removed", 2*time.Second)

	cache.Kill()
	robin = add()
	socket = robin.enter(w.room, there)
	ada.must("PATCH", "/api/v1/members/"+robin.id, `{"role":"member"}`)
	socket.op(1, 1<<40, map[string]any{"kind": "room.update", "set": map[string]any{"status": "won"}})
	if f := socket.next("ack", "reject"); f.T != "reject" || !strings.Contains(f.raw, "owner") {
		t.Fatalf("a member's op that needs an owner, without Redis: %s", f.raw)
	}
	elsewhere := signIn(t, here, data, address)
	elsewhere.must("DELETE", "/api/v1/account/sessions", "")
	socket.ends("signed out elsewhere", 5*time.Second)
	socket = elsewhere.enter(w.room, there)
	ada.must("DELETE", "/api/v1/members/"+robin.id, "")
	socket.ends("removed", 5*time.Second)
}
