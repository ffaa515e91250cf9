package oidc_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"

	"parley/room"
	"parley/server/oidc"
	"parley/server/oidc/oidctest"
)

const (
	redirect = "https://rooms.example.com/signin/oidc"
	secret   = "parley_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	another  = "parley_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// between is a provider, and this server as its client.
type between struct {
	*testing.T
	there *oidctest.Provider
	here  *oidc.Provider
}

func newBetween(t *testing.T) *between {
	there := oidctest.New(t, redirect)
	return &between{T: t, there: there, here: oidc.New(oidc.Config{
		Issuer: there.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Label: "Northwind", RedirectURL: redirect,
	})}
}

// leave begins a trip and returns what the browser brings back.
func (b *between) leave(secret string) oidc.Answer {
	b.Helper()
	to, err := b.here.Begin(b.Context(), secret)
	if err != nil {
		b.Fatal(err)
	}
	return answer(b.there.Visit(b, to))
}

func answer(q url.Values) oidc.Answer {
	return oidc.Answer{Code: q.Get("code"), State: q.Get("state"), Issuer: q.Get("iss"), Error: q.Get("error")}
}

// arrive finishes a trip.
func (b *between) arrive(secret string, a oidc.Answer) (oidc.Person, error) {
	if err := b.here.Check(b.Context(), secret, a); err != nil {
		return oidc.Person{}, err
	}
	return b.here.Redeem(b.Context(), secret, a.Code)
}

// refused fails unless nobody is signed in, in the words of the code.
func (b *between) refused(who oidc.Person, err error, code room.Code) {
	b.Helper()
	if room.CodeOf(err) != code || who != (oidc.Person{}) {
		b.Errorf("%+v, %v: want a refusal with code %s", who, err, code)
	}
	says, ok := errors.AsType[*room.Error](err)
	if ok && (strings.ContainsAny(says.Message, "\n{") || strings.Contains(err.Error(), oidctest.ClientSecret)) {
		b.Errorf("not one plain sentence: %q", err)
	}
}

func TestSomebodySignsInAtTheProvider(t *testing.T) {
	b := newBetween(t)
	want := oidc.Person{Identity: room.Identity{Issuer: b.there.URL, Subject: "248289761001"}, Email: "Ada@Northwind.example", Name: "Ada Lind"}
	for name, lie := range map[string]func(*oidctest.Lies){
		"as the specification has it": func(*oidctest.Lies) {},
		"the address by UserInfo":     func(l *oidctest.Lies) { l.Short = true },
		"verified as text":            func(*oidctest.Lies) { b.there.Person.Verified = "true" },
		"no word on who answers":      func(l *oidctest.Lies) { l.Answer = func(q url.Values) { q.Del("iss") }; l.Metadata = unnamed },
		"for several, and for us":     claim("aud", []string{"another", oidctest.ClientID}, "azp", oidctest.ClientID),
		"our clock is ahead":          claim("exp", time.Now().Add(-20*time.Second).Unix()),
		"our clock is behind":         claim("nbf", time.Now().Add(2*time.Minute).Unix(), "iat", time.Now().Add(2*time.Minute).Unix()),
	} {
		b.there.Lies = oidctest.Lies{}
		lie(&b.there.Lies)
		b.here = oidc.New(b.here.Config)
		if who, err := b.arrive(secret, b.leave(secret)); err != nil || who != want {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
}

func unnamed(says map[string]any) { delete(says, "authorization_response_iss_parameter_supported") }

// claim changes claims of the ID token: names and values, in turns.
func claim(pairs ...any) func(*oidctest.Lies) {
	return func(l *oidctest.Lies) {
		l.Claims = func(c jwt.MapClaims) {
			for i := 0; i < len(pairs); i += 2 {
				if c[pairs[i].(string)] = pairs[i+1]; pairs[i+1] == nil {
					delete(c, pairs[i].(string))
				}
			}
		}
	}
}

func sign(how func(*oidctest.Provider, jwt.MapClaims) string) func(*oidctest.Lies) {
	return func(l *oidctest.Lies) { l.Sign = how }
}

// Everything about an ID token has to be right.
func TestATokenThatIsNotGoodSignsNobodyIn(t *testing.T) {
	b := newBetween(t)
	for name, lie := range map[string]func(*oidctest.Lies){
		"for another client":                           claim("aud", "another"),
		"for nobody":                                   claim("aud", nil),
		"for several, and not us":                      claim("aud", []string{"another", oidctest.ClientID}, "azp", "another"),
		"for several, nobody in charge":                claim("aud", []string{"another", oidctest.ClientID}),
		"handed on by another client":                  claim("azp", "another"),
		"of another provider":                          claim("iss", "https://evil.example"),
		"of the provider's longer name":                claim("iss", b.there.URL+"/"),
		"expired":                                      claim("exp", time.Now().Add(-2*time.Minute).Unix()),
		"without an end":                               claim("exp", nil),
		"not good yet":                                 claim("nbf", time.Now().Add(time.Hour).Unix()),
		"of another trip":                              claim("nonce", "another"),
		"of no trip":                                   claim("nonce", nil),
		"of nobody":                                    claim("sub", ""),
		"of somebody with a long name":                 claim("sub", strings.Repeat("x", 256)),
		"beside another access token":                  claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"unsigned":                                     sign(oidctest.Unsigned),
		"signed with a foreign key":                    sign(oidctest.Foreign),
		"signed with the client's secret":              sign(oidctest.BySecret),
		"signed with the public key":                   sign(oidctest.ByPublicKey),
		"unsigned, as the provider says it may be":     func(l *oidctest.Lies) { l.Sign, l.Metadata = oidctest.Unsigned, algorithms("none", "HS256", "RS256") },
		"signed with the secret, as the provider says": func(l *oidctest.Lies) { l.Sign, l.Metadata = oidctest.BySecret, algorithms("HS256") },
		"none at all":                                  sign(func(*oidctest.Provider, jwt.MapClaims) string { return "" }),
		"nonsense":                                     sign(func(*oidctest.Provider, jwt.MapClaims) string { return "e30.e30.e30" }),
		"an unverified address":                        claim("email_verified", false),
		"an address unverified as text":                claim("email_verified", "false"),
		"an address that nobody speaks of":             claim("email_verified", nil),
		"no address":                                   claim("email", nil, "email_verified", nil),
		"UserInfo of somebody else":                    func(l *oidctest.Lies) { l.Short, l.UserInfo = true, of("sub", "somebody else") },
		"UserInfo without a verified one":              func(l *oidctest.Lies) { l.Short, l.UserInfo = true, of("email_verified", false) },
	} {
		t.Run(name, func(t *testing.T) {
			b := &between{T: t, there: b.there, here: oidc.New(b.here.Config)}
			b.there.Lies = oidctest.Lies{}
			lie(&b.there.Lies)
			if name == "no address" {
				b.there.Lies.UserInfo = of("email", "")
			}
			who, err := b.arrive(secret, b.leave(secret))
			b.refused(who, err, room.Forbidden)
		})
	}
}

func algorithms(names ...string) func(map[string]any) {
	return of("id_token_signing_alg_values_supported", names)
}

func of(name string, value any) func(map[string]any) {
	return func(says map[string]any) { says[name] = value }
}

// What a browser brings back counts in the browser that left, for the trip that
// it left on, and once.
func TestAnAnswerIsForOneTrip(t *testing.T) {
	b := newBetween(t)
	a := b.leave(secret)
	for name, c := range map[string]struct {
		secret string
		answer oidc.Answer
		code   room.Code
	}{
		"another browser's":     {another, a, room.Gone},
		"no browser's":          {"", a, room.Gone},
		"without a state":       {secret, oidc.Answer{Code: a.Code, Issuer: a.Issuer}, room.Gone},
		"with a foreign state":  {secret, oidc.Answer{Code: a.Code, State: b.leave(another).State, Issuer: a.Issuer}, room.Gone},
		"of another provider":   {secret, oidc.Answer{Code: a.Code, State: a.State, Issuer: "https://evil.example"}, room.Forbidden},
		"of a provider unnamed": {secret, oidc.Answer{Code: a.Code, State: a.State}, room.Forbidden},
		"a no":                  {secret, oidc.Answer{Error: "access_denied", State: a.State, Issuer: a.Issuer}, room.Forbidden},
		"an error":              {secret, oidc.Answer{Error: "invalid_scope", State: a.State, Issuer: a.Issuer}, room.Forbidden},
		"neither yes nor no":    {secret, oidc.Answer{State: a.State, Issuer: a.Issuer}, room.Forbidden},
		"a made-up code":        {secret, oidc.Answer{Code: "made-up", State: a.State, Issuer: a.Issuer}, room.Forbidden},
		"another trip's code":   {secret, oidc.Answer{Code: b.leave(another).Code, State: a.State, Issuer: a.Issuer}, room.Forbidden}, // the verifier is another
	} {
		who, err := b.arrive(c.secret, c.answer)
		if b.refused(who, err, c.code); t.Failed() {
			t.Fatal(name)
		}
	}
	if _, err := b.arrive(secret, a); err != nil {
		t.Fatalf("the trip itself: %v", err)
	}
	who, err := b.arrive(secret, a)
	b.refused(who, err, room.Forbidden)
	b.there.Lies.Reuse = true // a provider that takes a code twice still answers the first trip's nonce
	who, err = b.arrive(another, oidc.Answer{Code: a.Code, State: b.leave(another).State, Issuer: a.Issuer})
	b.refused(who, err, room.Forbidden)
}

func TestKeysOfTheProviderChange(t *testing.T) {
	b := newBetween(t)
	if _, err := b.arrive(secret, b.leave(secret)); err != nil {
		t.Fatal(err)
	}
	b.there.Rotate()
	if _, err := b.arrive(another, b.leave(another)); err != nil {
		t.Fatalf("after the keys changed: %v", err)
	}
}

// A provider that is away, or talks nonsense, is told as away: nobody is at fault.
func TestAProviderThatIsAway(t *testing.T) {
	b := newBetween(t)
	b.there.Lies.Token = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	who, err := b.arrive(secret, b.leave(secret))
	b.refused(who, err, room.Busy)
	b.there.Lies.Token = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2<<20)) }
	who, err = b.arrive(secret, b.leave(secret))
	b.refused(who, err, room.Busy)
	b.there.Lies.Token = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://evil.example/token", http.StatusTemporaryRedirect)
	}
	who, err = b.arrive(secret, b.leave(secret))
	b.refused(who, err, room.Forbidden)

	for name, lie := range map[string]func(map[string]any){
		"it is another":                of("issuer", "https://evil.example"),
		"people are sent to a script":  of("authorization_endpoint", "javascript:alert(1)"),
		"its secret goes in the clear": of("token_endpoint", "http://northwind.example/token"),
		"its keys come in the clear":   of("jwks_uri", "http://northwind.example/keys"),
		"it names no keys":             of("jwks_uri", ""),
	} {
		b.there.Lies.Metadata = lie
		_, err := oidc.New(b.here.Config).Begin(t.Context(), secret)
		if b.refused(oidc.Person{}, err, room.Busy); t.Failed() {
			t.Fatal(name)
		}
	}
	b.there.Stop()
	if err := oidc.New(b.here.Config).Discover(context.Background()); room.CodeOf(err) != room.Busy {
		t.Errorf("a provider that is not there: %v", err)
	}
	if _, err := b.here.Begin(t.Context(), secret); err != nil {
		t.Errorf("what it said before still holds: %v", err)
	}
}

func TestAnotherNameIsToldApart(t *testing.T) {
	b := newBetween(t)
	b.there.Lies.Metadata = of("issuer", b.there.URL+"/")
	m, ok := errors.AsType[*oidc.Mismatch](b.here.Discover(t.Context()))
	if !ok || m.Says != b.there.URL+"/" {
		t.Errorf("mismatch = %+v", m)
	}
}

func TestIssuersAreGuarded(t *testing.T) {
	for issuer, want := range map[string]bool{
		"https://login.example.com": true, "https://login.example.com/tenant/v2.0": true, "http://127.0.0.1:8080": true, "http://localhost": true,
		"http://login.example.com": false, "login.example.com": false, "": false, "https://": false, "https://me:pw@login.example.com": false,
		"https://login.example.com?x": false, "https://login.example.com#x": false, "javascript:alert(1)": false, "ftp://login.example.com": false,
	} {
		if got := oidc.ValidIssuer(issuer); got != want {
			t.Errorf("ValidIssuer(%q) = %t", issuer, got)
		}
	}
}
