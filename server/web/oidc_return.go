package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode"

	"parley/room"
	"parley/server/oidc"
)

// longestName is what a name may have, in bytes of a provider that nobody checks.
const longestName = 200

// EndTripBody is what the provider had the browser bring back.
type EndTripBody struct {
	State string `json:"state" maxLength:"200"`
	Code  string `json:"code,omitempty" maxLength:"4000"`
	Error string `json:"error,omitempty" maxLength:"200" doc:"instead of a code"`
	Iss   string `json:"iss,omitempty" maxLength:"2000" doc:"who answers, RFC 9207"`
}

type endTripIn struct {
	Agent  string `header:"User-Agent"`
	Secret string `cookie:"parley_oidc" doc:"of the browser that left"`
	Held   string `cookie:"__Host-parley_oidc" doc:"the same on https"`
	Body   JSON[EndTripBody]
}

// Arrival is somebody who has come in by the provider.
type Arrival struct {
	Account AccountView `json:"account"`
	Next    string      `json:"next,omitempty" doc:"where they wanted to go"`
}

type endTripOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      Arrival
}

// endTrip signs in whom the provider vouches for, by the rules of signing in by
// mail: members, invited ones, and where sign-up is open everybody.
func (s *server) endTrip(ctx context.Context, in *endTripIn) (*endTripOut, error) {
	if s.OIDC == nil {
		return nil, errNotHere
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if err := s.verifies.take(sourceIn(ctx), time.Now()); err != nil {
		return nil, err
	}
	secret := in.Secret
	if s.onHTTPS() {
		secret = in.Held
	}
	who, next, err := s.broughtBack(ctx, secret, oidc.Answer{Code: body.Code, State: body.State, Issuer: body.Iss, Error: body.Error})
	if err != nil {
		slog.WarnContext(ctx, "nobody is signed in by OpenID Connect", "request_id", requestID(ctx), "error", err)
		return nil, err
	}
	n := room.SignIn{Email: who.Email, Name: who.Name, Agent: agentName(in.Agent), Signup: s.Signup}
	token, seat, err := s.Store.SignInAs(ctx, who.Identity, sourceIn(ctx), n)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, seat.Workspace, room.AuditEvent{Action: room.ActSignIn, Actor: seatActor(seat), Target: string(seat.Session), Detail: n.Agent + ", by " + s.OIDC.Label})
	view, err := s.accountView(ctx, seat)
	if err != nil {
		return nil, err
	}
	over := s.tripCookie("")
	over.MaxAge = -1
	return &endTripOut{SetCookie: []http.Cookie{s.signedInCookie(token, seat.Expires), over}, Body: Arrival{Account: view, Next: next}}, nil
}

// broughtBack returns whom the provider vouches for, and where they want to go. An
// answer that is not this browser's leaves its trip as it is.
func (s *server) broughtBack(ctx context.Context, secret string, a oidc.Answer) (oidc.Person, string, error) {
	if err := s.OIDC.Check(ctx, secret, a); err != nil {
		return oidc.Person{}, "", err
	}
	next, err := s.Store.EndTrip(ctx, secret)
	if err != nil {
		return oidc.Person{}, "", err
	}
	who, err := s.OIDC.Redeem(ctx, secret, a.Code)
	if err != nil {
		return oidc.Person{}, "", err
	}
	if len(who.Name) > longestName || strings.ContainsFunc(who.Name, unicode.IsControl) {
		who.Name = "" // they are called by their address until they say otherwise
	}
	who.Email, err = checkAddress(who.Email)
	return who, next, err
}
