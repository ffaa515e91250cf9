package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"parley/room"
	"parley/server/oidc"
	"parley/server/oidc/oidctest"
)

// directed is a company whose people are in a directory: they sign in there too.
type directed struct {
	*company
	there *oidctest.Provider
}

func newDirected(t *testing.T, change ...func(*Options)) *directed {
	t.Helper()
	d := &directed{}
	d.company = newCompany(t, append(change, func(o *Options) {
		d.there = oidctest.New(t, o.PublicURL+"/signin/oidc")
		o.OIDC = oidc.New(oidc.Config{
			Issuer: d.there.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret,
			Label: "Northwind <ID>", RedirectURL: d.there.Redirect,
		})
	})...)
	d.there.Person = oidctest.Person{Subject: "1", Email: "Owner@Northwind.example", Verified: true, Name: "Olga Wn"}
	return d
}

// leave sends a browser to the provider, and returns the body that it posts when
// it is back.
func (d *directed) leave(b *browser, next string) string {
	d.Helper()
	var out Departure
	b.must("POST", "/api/v1/signin/oidc", `{"next":`+quoted(next)+`}`, &out)
	return d.posted(d.there.Visit(d, out.URL))
}

func (d *directed) posted(q url.Values) string {
	body := map[string]string{}
	for name := range q {
		body[name] = q.Get(name)
	}
	data, err := json.Marshal(body)
	if err != nil {
		d.Fatal(err)
	}
	return string(data)
}

func quoted(s string) string {
	data, _ := json.Marshal(s) // text is always JSON
	return string(data)
}

// comes signs somebody in by the provider.
func (d *directed) comes(who oidctest.Person) (*browser, Arrival) {
	d.Helper()
	d.there.Person = who
	b := d.guest()
	var in Arrival
	b.must("POST", "/api/v1/signin/oidc/verify", d.leave(b, ""), &in)
	return b, in
}

const verifyTrip = "/api/v1/signin/oidc/verify"

func TestSignInAtTheProvider(t *testing.T) {
	d := newDirected(t)
	m := d.member(owner, room.RoleOwner)
	b := d.guest()
	body := d.leave(b, "/settings/people")

	for _, method := range []string{"GET", "HEAD"} { // what comes back is posted; opening it signs nobody in
		if status, header, page := b.call(method, "/signin/oidc?code=1&state=2", ""); status != http.StatusOK || header.Get("Set-Cookie") != "" ||
			method == "GET" && !strings.Contains(string(page), `{"provider":"Northwind \u003cID\u003e"}`) {
			t.Errorf("%s: %d %v %s", method, status, header, page)
		}
	}
	status, header, data := b.call("POST", verifyTrip, body)
	var in Arrival
	if err := json.Unmarshal(data, &in); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, data)
	}
	if in.Account.ID != m.Account || in.Account.Name != "Olga Wn" || in.Account.Workspace.ID != d.workspace || in.Next != "/settings/people" {
		t.Errorf("arrival = %+v", in)
	}
	if c := header.Values("Set-Cookie"); len(c) != 2 || !strings.HasPrefix(c[0], "parley_account=parley_") || !strings.Contains(c[0], "HttpOnly; SameSite=Lax") || !strings.Contains(c[1], "Max-Age=0") {
		t.Errorf("cookies = %q", c)
	}
	b.must("GET", "/api/v1/rooms", "", nil)
	if e := d.audited(); len(e) != 2 || e[0].Action != room.ActSignIn || e[0].Detail != "Firefox on Linux, by Northwind <ID>" || e[0].Actor.ID != string(m.Account) ||
		e[1].Action != room.ActIdentityLinked || e[1].Detail != owner {
		t.Errorf("audit = %+v", e)
	}
	b.must("POST", "/api/v1/signout", "", nil)
	b.refused(http.StatusUnauthorized, "unauthorized", "GET", "/api/v1/account", "")
}

// The trip's cookie never goes to another site, and on https to no other host.
func TestTheTripsCookie(t *testing.T) {
	d := newDirected(t)
	_, header, _ := d.guest().call("POST", "/api/v1/signin/oidc", `{}`)
	if c := header.Get("Set-Cookie"); !strings.HasPrefix(c, "parley_oidc=parley_") || !strings.HasSuffix(c, "; Path=/; Max-Age=600; HttpOnly; SameSite=Strict") {
		t.Errorf("cookie = %q", c)
	}
	s := &server{Options: Options{PublicURL: "https://rooms.example.com"}}
	if c := s.tripCookie("x"); c.Name != "__Host-parley_oidc" || !c.Secure || c.Path != "/" || c.Domain != "" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
		t.Errorf("cookie = %+v", c)
	}
}

// Nobody is signed in as somebody else by an address that they are made to open,
// and nothing that a provider had somebody bring back is good twice.
func TestATripIsOfOneBrowserAndOnce(t *testing.T) {
	d := newDirected(t)
	d.member(owner, room.RoleOwner)
	attacker, victim := d.guest(), d.guest()
	body := d.leave(attacker, "")
	victim.refused(http.StatusNotFound, "gone", "POST", verifyTrip, body)
	own := d.leave(victim, "") // has a trip of their own, which the attempt leaves as it is
	victim.refused(http.StatusNotFound, "gone", "POST", verifyTrip, body)
	victim.must("POST", verifyTrip, own, nil)

	jar := attacker.client.Jar
	at, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	kept := jar.Cookies(at)
	d.there.Lies.Reuse = true
	attacker.must("POST", verifyTrip, body, nil)
	jar.SetCookies(at, kept) // a cookie that was kept brings the trip not back
	attacker.refused(http.StatusNotFound, "gone", "POST", verifyTrip, body)

	foreign := d.guest()
	stays := d.leave(foreign, "")
	req, err := http.NewRequest("POST", d.url+verifyTrip, strings.NewReader(stays))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	req.Header.Set("Origin", "https://evil.example")
	res, err := foreign.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if _ = res.Body.Close(); res.StatusCode != http.StatusForbidden || len(res.Cookies()) != 0 {
		t.Errorf("another site's call = %d %v", res.StatusCode, res.Cookies())
	}
}

func TestNextIsAPageOfOurs(t *testing.T) {
	d := newDirected(t)
	b := d.guest()
	for _, next := range []string{
		"https://evil.example", "//evil.example", `/\evil.example`, `\/evil.example`, "/\t/evil.example", "/ /evil.example", "javascript:alert(1)",
		"settings", "https:/evil.example", "///evil.example", "/\r\nLocation: https://evil.example", "/%zz", "/\u202e",
	} {
		b.refused(http.StatusUnprocessableEntity, "invalid", "POST", "/api/v1/signin/oidc", `{"next":`+quoted(next)+`}`)
	}
	for _, next := range []string{"/", "/settings/people", "/r/10000000-0000-4000-8000-00000000000a/timeline?m=1", "/new"} {
		b.must("POST", "/api/v1/signin/oidc", `{"next":`+quoted(next)+`}`, nil)
	}
}

// Who comes in by the provider is who would by mail: members, and where sign-up
// is open everybody, with an address that is verified.
func TestWhoMayComeByTheProvider(t *testing.T) {
	d := newDirected(t)
	refused := func(who oidctest.Person, words string) {
		t.Helper()
		d.there.Person = who
		b := d.guest()
		status, header, data := b.call("POST", verifyTrip, d.leave(b, ""))
		if status != http.StatusForbidden || header.Get("Set-Cookie") != "" || !strings.Contains(string(data), words) {
			t.Errorf("%+v: %d %v %s, want %q", who, status, header, data, words)
		}
	}
	stranger := oidctest.Person{Subject: "7", Email: nobody, Verified: true}
	refused(stranger, nobody+" is not a member")
	d.member(nobody, room.RoleMember)
	stranger.Verified = false
	refused(stranger, "verified")
	stranger.Verified, stranger.Email = true, "no address"
	d.there.Person = stranger
	b := d.guest()
	b.refused(http.StatusUnprocessableEntity, "invalid", "POST", verifyTrip, d.leave(b, ""))
	if e := d.audited(); len(e) != 0 {
		t.Errorf("audit = %+v", e)
	}
	stranger.Email, stranger.Name = nobody, "\x1b[2J"
	if _, in := d.comes(stranger); in.Account.Role != room.RoleMember || in.Account.Name != "nobody" {
		t.Errorf("invited: %+v", in)
	}

	d = newDirected(t, func(o *Options) { o.Signup = true })
	if _, in := d.comes(stranger); in.Account.Role != room.RoleOwner || in.Account.Workspace.ID == d.workspace {
		t.Errorf("signed up: %+v", in)
	}
}

// An identity is an issuer and a subject. An address that goes to somebody else
// takes no account along.
func TestAnAddressThatMovesTakesNoAccountAlong(t *testing.T) {
	d := newDirected(t)
	first := d.member(robin, room.RoleAdmin)
	d.member(owner, room.RoleOwner)
	robinThere := oidctest.Person{Subject: "robin", Email: robin, Verified: true}
	if _, in := d.comes(robinThere); in.Account.ID != first.Account {
		t.Fatalf("robin = %+v", in)
	}

	// Robin has another address now, and theirs went to somebody new.
	robinThere.Email = "robin.old@northwind.example"
	if _, in := d.comes(robinThere); in.Account.ID != first.Account || in.Account.Email != robin {
		t.Errorf("under another address: %+v", in)
	}
	heir := oidctest.Person{Subject: "heir", Email: robin, Verified: true}
	d.there.Person = heir
	b := d.guest()
	status, _, data := b.call("POST", verifyTrip, d.leave(b, ""))
	if status != http.StatusForbidden || !strings.Contains(string(data), "somebody else") {
		t.Errorf("the heir: %d %s", status, data)
	}
	if e := d.audited(); e[0].Action != room.ActIdentityRefused || e[0].Target != string(first.Account) || e[0].Detail != robin {
		t.Errorf("audit = %+v", e[0])
	}
	// Nor does an address that somebody takes who is known under their own.
	if _, in := d.comes(oidctest.Person{Subject: "owner", Email: owner, Verified: true}); in.Account.Email != owner {
		t.Errorf("owner = %+v", in)
	}
	if _, in := d.comes(oidctest.Person{Subject: "owner", Email: robin, Verified: true}); in.Account.Email != owner {
		t.Errorf("the owner as robin: %+v", in)
	}

	// Removed and invited anew, the address is its new holder's.
	admin := d.signedIn(owner)
	admin.must("DELETE", "/api/v1/members/"+string(first.Account), "", nil)
	d.member(robin, room.RoleMember)
	if _, in := d.comes(heir); in.Account.Email != robin || in.Account.Role != room.RoleMember {
		t.Errorf("the heir, invited: %+v", in)
	}
	d.there.Person = robinThere
	b = d.guest()
	b.refused(http.StatusForbidden, "forbidden", "POST", verifyTrip, d.leave(b, ""))
}

// Who is a member elsewhere stays who they are at the provider.
func TestRemovedFromOneWorkspaceOfTwo(t *testing.T) {
	d := newDirected(t)
	m := d.member(robin, room.RoleMember)
	d.member(owner, room.RoleOwner)
	_, other, err := d.store.SignIn(context.Background(), room.SignIn{Email: nobody, Signup: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.store.AddMember(context.Background(), other.Workspace, robin, "", room.RoleMember); err != nil {
		t.Fatal(err)
	}
	d.comes(oidctest.Person{Subject: "robin", Email: robin, Verified: true})
	d.signedIn(owner).must("DELETE", "/api/v1/members/"+string(m.Account), "", nil)
	d.there.Person = oidctest.Person{Subject: "heir", Email: robin, Verified: true}
	b := d.guest()
	b.refused(http.StatusForbidden, "forbidden", "POST", verifyTrip, d.leave(b, ""))
}

// The same person in many browsers at once is one identity.
func TestManyFirstArrivalsAtOnce(t *testing.T) {
	d := newDirected(t)
	m := d.member(owner, room.RoleOwner)
	who := room.Identity{Issuer: d.there.URL, Subject: "1"}
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() {
			_, seat, err := d.store.SignInAs(context.Background(), who, "", room.SignIn{Email: owner})
			if err == nil && seat.Account != m.Account {
				err = errors.New("somebody else")
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestAProviderThatIsAwayIsSaid(t *testing.T) {
	d := newDirected(t)
	d.member(owner, room.RoleOwner)
	b := d.guest()
	body := d.leave(b, "")
	d.there.Lies.Claims = func(c jwt.MapClaims) { c["aud"] = "another" }
	if status, _, data := b.call("POST", verifyTrip, body); status != http.StatusForbidden || !strings.Contains(string(data), "Northwind") || strings.Contains(string(data), "aud") {
		t.Errorf("a bad token: %d %s", status, data)
	}
	d.there.Lies = oidctest.Lies{}
	body = d.leave(b, "")
	d.there.Stop()
	b.refused(http.StatusServiceUnavailable, "busy", "POST", verifyTrip, body)
	b.must("POST", "/api/v1/signin", `{"email":"`+owner+`"}`, nil) // a mail still does
}

func TestWithoutAProviderThereIsNothing(t *testing.T) {
	h := newCompany(t)
	b := h.guest()
	b.refused(http.StatusNotFound, "gone", "POST", "/api/v1/signin/oidc", `{}`)
	b.refused(http.StatusNotFound, "gone", "POST", verifyTrip, `{"state":"x"}`)
	if _, _, page := b.call("GET", "/signin", ""); !strings.Contains(string(page), `<script type="application/json" id="boot">{}</script>`) {
		t.Errorf("page = %s", page)
	}
}

// Leaving and coming back are bounded by network address, as codes are.
func TestTripsAreBoundedBySource(t *testing.T) {
	d := newDirected(t, func(o *Options) { o.OpsPerSecond = 50 })
	b := d.guest()
	for range signInsBurst {
		b.must("POST", "/api/v1/signin/oidc", `{}`, nil)
	}
	b.refused(http.StatusTooManyRequests, "busy", "POST", "/api/v1/signin/oidc", `{}`)
	for range verifiesBurst {
		b.refused(http.StatusNotFound, "gone", "POST", verifyTrip, `{"state":"x"}`)
	}
	b.refused(http.StatusTooManyRequests, "busy", "POST", verifyTrip, `{"state":"x"}`)
}
