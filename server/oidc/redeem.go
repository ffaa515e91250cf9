package oidc

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"strings"

	openid "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"parley/room"
)

// Person is who the provider vouches for.
type Person struct {
	room.Identity
	Email string // the provider has verified it
	Name  string // "" when it does not say
}

// longestSubject is what OpenID Connect allows.
const longestSubject = 255

// Redeem exchanges the code of an answer that was checked for the person that
// the provider vouches for. The provider takes a code once.
func (p *Provider) Redeem(ctx context.Context, secret, code string) (Person, error) {
	d, err := p.discovered(ctx)
	if err != nil {
		return Person{}, err
	}
	ctx = openid.ClientContext(ctx, p.client)
	tokens, err := d.oauth.Exchange(ctx, code, oauth2.VerifierOption(derive(secret, "verifier")))
	if err != nil {
		return Person{}, p.notExchanged(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := d.verifier.Verify(ctx, raw)
	if err != nil {
		return Person{}, p.refused("the ID token is not good: %w", err)
	}
	who, err := p.claimed(id, tokens, secret)
	if err != nil {
		return Person{}, err
	}
	if who.Email == "" && d.provider.UserInfoEndpoint() != "" {
		// Some providers keep ID tokens short and tell the address here alone.
		if who, err = p.lookedUp(ctx, d, tokens, who); err != nil {
			return Person{}, err
		}
	}
	if who.Email == "" || !bool(who.Verified) {
		return Person{}, &failure{cause: errUnverified, says: room.Errorf(room.Forbidden, "%s does not say that your e-mail address is verified, so it cannot sign you in here", p.Label)}
	}
	return Person{Identity: room.Identity{Issuer: p.Issuer, Subject: id.Subject}, Email: who.Email, Name: strings.TrimSpace(who.Name)}, nil
}

var errUnverified = errors.New("the provider names no verified address")

// notExchanged tells a refusal of the provider from one that cannot be reached.
// What it answered otherwise is not repeated: nobody knows what is in it.
func (p *Provider) notExchanged(err error) error {
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case !ok:
		return p.away(fmt.Errorf("exchanging the code: %w", err))
	case answer.Response != nil && answer.Response.StatusCode >= 500:
		return p.away(fmt.Errorf("exchanging the code: the provider answered %d", answer.Response.StatusCode))
	default:
		return p.refused("the provider refused the code: %q", answer.ErrorCode)
	}
}

// claims are what a token, or the provider's word on somebody, says of them.
type claims struct {
	Subject    string `json:"sub"`
	Email      string `json:"email"`
	Verified   truth  `json:"email_verified"`
	Name       string `json:"name"`
	Authorized string `json:"azp"`
}

// claimed reads what a good ID token says, if it was made for this trip and for
// this server.
func (p *Provider) claimed(id *openid.IDToken, tokens *oauth2.Token, secret string) (claims, error) {
	var c claims
	if err := id.Claims(&c); err != nil {
		return c, p.refused("the ID token's claims cannot be read: %w", err)
	}
	switch {
	case !hmac.Equal([]byte(id.Nonce), []byte(derive(secret, "nonce"))):
		return c, p.refused("the ID token is not of this trip: its nonce is another")
	case c.Authorized != "" && c.Authorized != p.ClientID, len(id.Audience) > 1 && c.Authorized == "":
		return c, p.refused("the ID token was made for the client %q", c.Authorized)
	case id.Subject == "" || len(id.Subject) > longestSubject || strings.ContainsRune(id.Subject, 0):
		return c, p.refused("the ID token names nobody")
	case id.AccessTokenHash != "" && id.VerifyAccessToken(tokens.AccessToken) != nil:
		return c, p.refused("the ID token and the access token are not of one answer")
	}
	return c, nil
}

// lookedUp asks the provider about the person, and believes it about them alone.
func (p *Provider) lookedUp(ctx context.Context, d *discovery, tokens *oauth2.Token, who claims) (claims, error) {
	info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return claims{}, p.away(fmt.Errorf("asking about the person: %w", err))
	}
	var c claims
	if err := info.Claims(&c); err != nil {
		return claims{}, p.refused("what the provider says of the person cannot be read: %w", err)
	}
	if c.Subject != who.Subject {
		return claims{}, p.refused("the provider answered about somebody else")
	}
	if c.Name == "" {
		c.Name = who.Name
	}
	return c, nil
}

// truth is a boolean, also where a provider writes it as text.
type truth bool

// UnmarshalJSON takes true and "true" for true, and nothing else.
func (t *truth) UnmarshalJSON(data []byte) error {
	*t = string(data) == "true" || string(data) == `"true"`
	return nil
}
