package oidc

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"

	openid "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"parley/room"
)

// Answer is what the provider had a browser bring back.
type Answer struct {
	Code   string
	State  string
	Issuer string // "" when the provider does not say
	Error  string // instead of a code: as in access_denied
}

// Begin returns the address at the provider that a browser is sent to. Whoever
// has the secret can finish the trip: it is for that browser, and for one trip.
func (p *Provider) Begin(ctx context.Context, secret string) (string, error) {
	d, err := p.discovered(ctx)
	if err != nil {
		return "", err
	}
	return d.oauth.AuthCodeURL(derive(secret, "state"), openid.Nonce(derive(secret, "nonce")),
		oauth2.S256ChallengeOption(derive(secret, "verifier"))), nil
}

// Check refuses what a browser brings that did not begin the trip, what another
// provider answered, and what is no yes. It asks nobody for anything that could
// be asked once only.
func (p *Provider) Check(ctx context.Context, secret string, a Answer) error {
	if secret == "" || !hmac.Equal([]byte(a.State), []byte(derive(secret, "state"))) {
		return &failure{cause: errState, says: room.Errorf(room.Gone, "this sign-in was not begun in this browser, or too long ago; start again from the sign-in page")}
	}
	d, err := p.discovered(ctx)
	if err != nil {
		return err
	}
	switch {
	case a.Issuer != "" && a.Issuer != p.Issuer, a.Issuer == "" && d.saysWhoIs:
		return p.refused("the answer is of the issuer %q", a.Issuer)
	case a.Error == "access_denied":
		return &failure{cause: errDenied, says: room.Errorf(room.Forbidden, "you did not finish signing in at %s; try again, or sign in with a mailed code", p.Label)}
	case a.Error != "":
		return p.refused("the provider answered with the error %q", a.Error)
	case a.Code == "":
		return p.refused("the answer has no code")
	}
	return nil
}

var (
	errState  = errors.New("the state is not that of the browser's trip")
	errDenied = errors.New("the person or the provider said no")
)

// derive returns one of the values that hang on a trip's secret. None of them
// tells another, or the secret. It has the form that RFC 7636 wants of a verifier.
func derive(secret, what string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(what)) // a hash never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
