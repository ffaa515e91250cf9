// Package oidctest is a provider of OpenID Connect for tests: it keeps to the
// specification, and where a test asks for it, it lies.
package oidctest

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The one client that providers know.
const (
	ClientID     = "parley"
	ClientSecret = "a secret/with+signs that a form has to escape"
)

// Provider is a running provider. Its fields may be changed between two trips.
type Provider struct {
	URL      string // its issuer
	Redirect string // the one address that it sends browsers back to
	Person   Person // who is signed in there
	Lies     Lies

	server *httptest.Server
	mu     sync.Mutex // guards the fields below
	codes  map[string]*grant
	keys   []key // the first one signs
}

// Person is somebody whom the provider knows.
type Person struct {
	Subject  string
	Email    string
	Verified any // true, or what a test has it say
	Name     string
}

// Lies are the ways in which a provider, or somebody between, breaks the rules.
// A hook that is nil changes nothing.
type Lies struct {
	Metadata func(map[string]any)                      // what it says of itself
	Claims   func(jwt.MapClaims)                       // what the ID token says
	Sign     func(p *Provider, c jwt.MapClaims) string // in place of its own signature
	Answer   func(url.Values)                          // what it has the browser bring back
	UserInfo func(map[string]any)                      // what it says of the person
	Token    http.HandlerFunc                          // in place of its token endpoint
	Reuse    bool                                      // takes a code twice
	Short    bool                                      // tells the address by UserInfo alone
}

// grant is what a code stands for.
type grant struct {
	challenge, nonce, redirect string
	person                     Person
	used                       bool
}

// New starts a provider that ends with the test.
func New(t testing.TB, redirect string) *Provider {
	p := &Provider{
		Redirect: redirect, codes: map[string]*grant{}, keys: []key{rsaKey("first")},
		Person: Person{Subject: "248289761001", Email: "Ada@Northwind.example", Verified: true, Name: "Ada Lind"},
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /.well-known/openid-configuration", p.metadata)
	routes.HandleFunc("GET /keys", p.serveKeys)
	routes.HandleFunc("GET /authorize", p.authorize)
	routes.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if p.Lies.Token != nil {
			p.Lies.Token(w, r)
			return
		}
		p.token(w, r)
	})
	routes.HandleFunc("GET /userinfo", p.userInfo)
	p.server = httptest.NewServer(routes)
	t.Cleanup(p.server.Close)
	p.URL = p.server.URL
	return p
}

// Stop ends the provider before the test does.
func (p *Provider) Stop() { p.server.Close() }

// Rotate has the provider sign with a new key, of another kind, and forget the old one.
func (p *Provider) Rotate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = []key{ecKey("second")}
}

// Visit does what a browser does that is sent to the provider, and returns what
// it brings back.
func (p *Provider) Visit(t testing.TB, to string) url.Values {
	t.Helper()
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	back, err := res.Location()
	if err != nil {
		t.Fatalf("the provider answered %s to %s", res.Status, to)
	}
	if at, _, _ := strings.Cut(back.String(), "?"); at != p.Redirect {
		t.Fatalf("the provider sends the browser to %s", back)
	}
	return back.Query()
}

func (p *Provider) metadata(w http.ResponseWriter, _ *http.Request) {
	says := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
		"jwks_uri": p.URL + "/keys", "userinfo_endpoint": p.URL + "/userinfo",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported":          []string{"RS256", "ES256"},
		"authorization_response_iss_parameter_supported": true,
	}
	if p.Lies.Metadata != nil {
		p.Lies.Metadata(says)
	}
	answer(w, http.StatusOK, says)
}

// authorize is where the browser comes. Somebody is signed in there, and says
// yes; a request that is not right is not sent anywhere.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	scopes := strings.Fields(q.Get("scope"))
	switch {
	case q.Get("client_id") != ClientID, q.Get("redirect_uri") != p.Redirect:
		http.Error(w, "unknown client or address", http.StatusBadRequest)
		return
	case q.Get("response_type") != "code", len(scopes) == 0 || scopes[0] != "openid", q.Get("code_challenge_method") != "S256",
		len(q.Get("code_challenge")) != 43, q.Get("state") == "", q.Get("nonce") == "":
		http.Error(w, "this is not the code flow with PKCE, state and nonce", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = &grant{challenge: q.Get("code_challenge"), nonce: q.Get("nonce"), redirect: q.Get("redirect_uri"), person: p.Person}
	p.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}
	if p.Lies.Answer != nil {
		p.Lies.Answer(back)
	}
	http.Redirect(w, r, p.Redirect+"?"+back.Encode(), http.StatusFound)
}

// token exchanges a code, once, for who began with its verifier.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	name, _ := url.QueryUnescape(id)
	word, _ := url.QueryUnescape(secret)
	if name != ClientID || word != ClientSecret {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	g := p.take(r.PostFormValue("code"))
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if g == nil || r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != g.redirect ||
		subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(challenge[:])), []byte(g.challenge)) != 1 {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	now := time.Now()
	c := jwt.MapClaims{
		"iss": p.URL, "aud": ClientID, "sub": g.person.Subject, "nonce": g.nonce,
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "name": g.person.Name,
	}
	if !p.Lies.Short {
		c["email"], c["email_verified"] = g.person.Email, g.person.Verified
	}
	if p.Lies.Claims != nil {
		p.Lies.Claims(c)
	}
	sign := (*Provider).Sign
	if p.Lies.Sign != nil {
		sign = p.Lies.Sign
	}
	answer(w, http.StatusOK, map[string]any{"access_token": "access " + g.person.Subject, "token_type": "Bearer", "expires_in": 300, "id_token": sign(p, c)})
}

func (p *Provider) take(code string) *grant {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.codes[code]
	if g == nil || g.used && !p.Lies.Reuse {
		return nil
	}
	g.used = true
	return g
}

func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer access "+p.Person.Subject {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	says := map[string]any{"sub": p.Person.Subject, "email": p.Person.Email, "email_verified": p.Person.Verified}
	if p.Lies.UserInfo != nil {
		p.Lies.UserInfo(says)
	}
	answer(w, http.StatusOK, says)
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(maps.Clone(body)) // a lost connection has no reader
}
