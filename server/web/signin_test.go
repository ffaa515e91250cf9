package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"parley/room"
)

const (
	owner  = "owner@northwind.example"
	robin  = "robin@northwind.example"
	nobody = "nobody@elsewhere.example"
)

func TestSignInByCode(t *testing.T) {
	h := newCompany(t)
	m := h.member(owner, room.RoleOwner)
	b := h.guest()
	ticket := b.ask(" Owner@Northwind.example ")
	code := h.code(owner)
	var me AccountView
	status, header, data := b.call("POST", "/api/v1/signin/verify", `{"ticket":"`+ticket+`","code":"`+code[:3]+" "+code[3:]+`"}`)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, data)
	}
	cookie := header.Get("Set-Cookie")
	for _, part := range []string{"parley_account=parley_", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q lacks %s", cookie, part)
		}
	}
	b.must("GET", "/api/v1/account", "", &me)
	if me.ID != m.Account || me.Email != owner || me.Role != room.RoleOwner || me.Workspace.ID != h.workspace || me.Name != "owner" {
		t.Errorf("me = %+v", me)
	}
	b.must("GET", "/api/v1/rooms", "", nil)
	if e := h.audited(); len(e) != 2 || e[0].Action != room.ActSignIn || e[1].Action != room.ActCodeRequested || e[0].Source != "127.0.0.1" {
		t.Errorf("audit = %+v", e)
	}
}

func TestSignInByLinkNeedsTheButton(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	h.guest().ask(owner)
	m, _ := h.mails.to(owner)
	link := mailedLink.FindStringSubmatch(m.Text)
	if link == nil || !strings.Contains(m.HTML, link[0]) {
		t.Fatalf("no link in %s", m.Text)
	}
	scanner := h.guest()
	for range 3 { // what scanners and previews do signs nobody in and uses nothing up
		for _, method := range []string{"GET", "HEAD"} {
			if _, header, _ := scanner.call(method, link[0], ""); header.Get("Set-Cookie") != "" {
				t.Fatalf("%s signs in: %v", method, header)
			}
		}
	}
	b := h.guest()
	b.must("POST", "/api/v1/signin/verify", `{"token":"`+link[1]+`"}`, nil)
	b.must("GET", "/api/v1/account", "", nil)
	h.guest().refused(http.StatusNotFound, "gone", "POST", "/api/v1/signin/verify", `{"token":"`+link[1]+`"}`)
}

// The same bytes for an address that may sign in and for one that may not, but
// for the ticket; and for every code that does not work.
func TestSignInDoesNotTellWhoIsKnown(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	b := h.guest()
	answer := func(email string) string {
		t.Helper()
		status, header, data := b.call("POST", "/api/v1/signin", `{"email":"`+email+`"}`)
		ticket := mailedTicket.FindString(string(data))
		header.Del("X-Request-Id")
		header.Del("Date")
		return fmt.Sprint(status, header, strings.ReplaceAll(string(data), ticket, "…"))
	}
	if known, unknown := answer(owner), answer(nobody); known != unknown {
		t.Errorf("known\n%s\nunknown\n%s", known, unknown)
	}
	if _, mailed := h.mails.to(nobody); mailed {
		t.Error("a stranger was mailed a code")
	}
	for range 4 { // one each was asked for
		if known, unknown := answer(owner), answer(nobody); known != unknown {
			t.Errorf("known\n%s\nunknown\n%s", known, unknown)
		}
	}
	b.refused(http.StatusTooManyRequests, "busy", "POST", "/api/v1/signin", `{"email":"`+owner+`"}`)
	b.refused(http.StatusTooManyRequests, "busy", "POST", "/api/v1/signin", `{"email":"`+nobody+`"}`)

	var want string
	for _, body := range []string{
		`{"ticket":"parley_unknown","code":"123456"}`,
		`{"ticket":"parley_unknown","code":"none"}`,
		`{"token":"parley_unknown"}`,
	} {
		status, _, data := b.call("POST", "/api/v1/signin/verify", body)
		if want == "" {
			want = string(data)
		}
		if status != http.StatusNotFound || string(data) != want {
			t.Errorf("%s = %d %s, others %s", body, status, data, want)
		}
	}
}

func TestCodesAreBoundedByTicket(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	b := h.guest()
	ticket, code := b.ask(owner), h.code(owner)
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	for range 5 {
		b.refused(http.StatusNotFound, "gone", "POST", "/api/v1/signin/verify", `{"ticket":"`+ticket+`","code":"`+wrong+`"}`)
	}
	b.refused(http.StatusNotFound, "gone", "POST", "/api/v1/signin/verify", `{"ticket":"`+ticket+`","code":"`+code+`"}`)
	if e := h.audited(); e[0].Action != room.ActCodeFailed || e[0].Times != 5 || e[0].Detail != owner {
		t.Errorf("audit = %+v", e[0])
	}
}

// One network address asks for a bounded number of codes, whatever the addresses
// of the mails are, and shows a bounded number.
func TestCodesAreBoundedBySource(t *testing.T) {
	h := newCompany(t, func(o *Options) { o.OpsPerSecond = 50 })
	b := h.guest()
	for i := range signInsBurst {
		b.ask(fmt.Sprintf("somebody%d@elsewhere.example", i))
	}
	b.refused(http.StatusTooManyRequests, "busy", "POST", "/api/v1/signin", `{"email":"one.more@elsewhere.example"}`)
	for range verifiesBurst {
		b.refused(http.StatusNotFound, "gone", "POST", "/api/v1/signin/verify", `{"token":"parley_unknown"}`)
	}
	b.refused(http.StatusTooManyRequests, "busy", "POST", "/api/v1/signin/verify", `{"token":"parley_unknown"}`)
}

func TestSourceBelievesNamedProxiesOnly(t *testing.T) {
	for name, c := range map[string]struct{ peer, forwarded, proxies, want string }{
		"nobody in front":         {"192.0.2.7:4711", "198.51.100.9", "", "192.0.2.7"},
		"a proxy":                 {"10.1.2.3:80", "198.51.100.9", "10.0.0.0/8", "198.51.100.9"},
		"what the visitor wrote":  {"10.1.2.3:80", "203.0.113.1, 198.51.100.9", "10.0.0.0/8", "198.51.100.9"},
		"two proxies":             {"10.1.2.3:80", "203.0.113.1, 198.51.100.9, 10.9.9.9", "10.0.0.0/8", "198.51.100.9"},
		"nonsense":                {"10.1.2.3:80", "evil", "10.0.0.0/8", "10.1.2.3"},
		"no header":               {"10.1.2.3:80", "", "10.0.0.0/8", "10.1.2.3"},
		"an IPv6 network":         {"[2001:db8:1:2:3:4:5:6]:80", "", "", "2001:db8:1:2::/64"},
		"an IPv4 address as IPv6": {"[::ffff:192.0.2.7]:80", "", "", "192.0.2.7"},
	} {
		s := &server{}
		if c.proxies != "" {
			s.Proxies = []netip.Prefix{netip.MustParsePrefix(c.proxies)}
		}
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := s.sourceOf(r); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestSignupOpenGivesAWorkspace(t *testing.T) {
	h := newCompany(t, func(o *Options) { o.Signup = true })
	id := h.room("First")
	b := h.signedIn(nobody)
	var me AccountView
	b.must("GET", "/api/v1/account", "", &me)
	if me.Workspace.ID == h.workspace || me.Role != room.RoleOwner {
		t.Errorf("me = %+v", me)
	}
	b.refused(http.StatusNotFound, "gone", "POST", "/api/v1/rooms/"+string(id)+"/enter", "")
	var page RoomPage
	b.must("GET", "/api/v1/rooms", "", &page)
	if len(page.Rooms) != 0 {
		t.Errorf("rooms = %+v", page.Rooms)
	}
}

func TestOnHTTPSTheCookieIsHeldToTheHost(t *testing.T) {
	s := &server{Options: Options{PublicURL: "https://rooms.example.com"}}
	if c := s.signedInCookie("parley_x", room.Seat{}.Expires); c.Name != "__Host-parley_account" || !c.Secure || c.Path != "/" || c.Domain != "" || !c.HttpOnly {
		t.Errorf("cookie = %+v", c)
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	here, there, third := h.signedIn(owner), h.signedIn(owner), h.signedIn(owner)
	list := func() []AccountSessionView {
		t.Helper()
		var l AccountSessionList
		here.must("GET", "/api/v1/account/sessions", "", &l)
		return l.Sessions
	}
	sessions := list()
	if len(sessions) != 3 || sessions[0].Agent != "Firefox on Linux" {
		t.Fatalf("sessions = %+v", sessions)
	}
	var theirs AccountSessionList
	there.must("GET", "/api/v1/account/sessions", "", &theirs)
	for _, s := range theirs.Sessions {
		if s.Current {
			here.must("DELETE", "/api/v1/account/sessions/"+string(s.ID), "", nil)
		}
	}
	there.refused(http.StatusUnauthorized, "unauthorized", "GET", "/api/v1/account", "")
	here.must("DELETE", "/api/v1/account/sessions", "", nil)
	third.refused(http.StatusUnauthorized, "unauthorized", "GET", "/api/v1/rooms", "")
	if left := list(); len(left) != 1 || !left[0].Current {
		t.Errorf("left = %+v", left)
	}
	h.member(robin, room.RoleMember)
	other := h.signedIn(robin)
	other.refused(http.StatusNotFound, "gone", "DELETE", "/api/v1/account/sessions/"+string(list()[0].ID), "")
	here.must("POST", "/api/v1/signout", "", nil)
	here.refused(http.StatusUnauthorized, "unauthorized", "GET", "/api/v1/account", "")
}

func TestOneAccountInTwoWorkspaces(t *testing.T) {
	h := newCompany(t, func(o *Options) { o.Signup = true })
	b := h.signedIn(nobody) // gets a workspace of their own
	var first, second AccountView
	b.must("GET", "/api/v1/account", "", &first)
	h.member(nobody, room.RoleMember)
	id := h.room("Rollout")
	b.refused(http.StatusNotFound, "gone", "POST", "/api/v1/rooms/"+string(id)+"/enter", "")
	b.must("PUT", "/api/v1/account/workspace", `{"workspace":"`+string(h.workspace)+`"}`, &second)
	if second.ID != first.ID || second.Workspace.ID != h.workspace || second.Role != room.RoleMember || len(second.Others) != 1 || second.Others[0] != first.Workspace {
		t.Errorf("first %+v, second %+v", first, second)
	}
	b.enter(id)
	var list AccountSessionList
	b.must("GET", "/api/v1/account/sessions", "", &list)
	if len(list.Sessions) != 1 || !list.Sessions[0].Current {
		t.Errorf("sessions = %+v", list.Sessions)
	}
	b.refused(http.StatusNotFound, "gone", "PUT", "/api/v1/account/workspace", `{"workspace":"`+string(workspaceB)+`"}`)
}
