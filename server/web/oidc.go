package web

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley/room"
)

// signInBoot is what the sign-in page begins with.
type signInBoot struct {
	Provider string `json:"provider,omitempty"` // what people call it, "" for none
}

// signInPage answers the pages by which sellers sign in: the same bytes for
// everybody. What the provider had the browser bring back is in the address; the
// script posts it, and a GET signs nobody in.
func (s *server) signInPage(w http.ResponseWriter, _ *http.Request) {
	var b signInBoot
	if s.OIDC != nil {
		b.Provider = s.OIDC.Label
	}
	data, err := json.Marshal(b)
	if err != nil {
		panic(err) // it is text
	}
	s.html(w, http.StatusOK, shellData{Version: s.assets.version, Title: "Rooms", Page: deskPage, Boot: template.JS(data)})
}

// BeginTripBody asks for the way to the provider.
type BeginTripBody struct {
	Next string `json:"next,omitempty" maxLength:"2000" doc:"a path of this server to open afterwards, as in /settings"`
}

type beginTripIn struct{ Body JSON[BeginTripBody] }

// Departure is the way to the provider.
type Departure struct {
	URL string `json:"url" format:"uri" doc:"open it in the browser that asked, within ten minutes"`
}

type beginTripOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      Departure
}

// beginTrip sends a browser to the provider. What comes back counts in that
// browser alone: it keeps the secret that state, nonce and verifier hang on.
func (s *server) beginTrip(ctx context.Context, in *beginTripIn) (*beginTripOut, error) {
	if s.OIDC == nil {
		return nil, errNotHere
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if body.Next != "" && !ownPath(body.Next) {
		return nil, room.FieldErrorf(room.Invalid, "next", "next is a path of this server, as in /settings")
	}
	if err := s.signIns.take(sourceIn(ctx), time.Now()); err != nil {
		return nil, err
	}
	secret, err := s.Store.NewTrip(ctx, body.Next)
	if err != nil {
		return nil, err
	}
	to, err := s.OIDC.Begin(ctx, secret)
	if err != nil {
		return nil, err
	}
	return &beginTripOut{SetCookie: []http.Cookie{s.tripCookie(secret)}, Body: Departure{URL: to}}, nil
}

// ownPath reports whether an address to go to is a page of this server, and
// nothing that a browser could read as another's.
func ownPath(next string) bool {
	u, err := url.Parse(next)
	return err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//") &&
		!strings.ContainsFunc(next, func(r rune) bool { return r <= ' ' || r == '\\' || r >= 0x7f })
}

// tripCookie keeps the secret of a trip to the provider while it lasts. Strict:
// the page that the provider sends to posts it, no other site's does.
func (s *server) tripCookie(secret string) http.Cookie {
	name := "parley_oidc"
	if s.onHTTPS() {
		name = "__Host-" + name
	}
	return http.Cookie{
		Name: name, Value: secret, Path: "/", MaxAge: codeMinutes * 60,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.onHTTPS(),
	}
}
