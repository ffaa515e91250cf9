package oidc

import (
	"net"
	"net/url"
	"strings"
)

// Config says which provider there is, and what this server is to it.
type Config struct {
	Issuer       string // exactly as the provider writes it
	ClientID     string
	ClientSecret string
	Label        string // what people call the provider
	RedirectURL  string // where the provider sends browsers back to, exactly as it is registered there
}

// ValidIssuer reports whether an address can be a provider's: https and no query.
// Plain http is for this machine only, as anybody on the way could be the
// provider otherwise.
func ValidIssuer(issuer string) bool {
	u, err := url.Parse(issuer)
	return err == nil && guarded(issuer) && u.User == nil && !strings.ContainsAny(issuer, "?#")
}

// guarded reports whether nobody on the way can change what an address answers.
func guarded(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
}
