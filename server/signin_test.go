package main

import (
	"errors"
	"strings"
	"testing"

	"parley/server/oidc"
	"parley/server/oidc/oidctest"
)

// A provider that goes by another name stops the start with one sentence; one that
// is away does not.
func TestTheProviderAtTheStart(t *testing.T) {
	there := oidctest.New(t, "http://127.0.0.1:8080/signin/oidc")
	begin := func(issuer string) (*app, error) {
		a := &app{cfg: config{PublicURL: "http://127.0.0.1:8080", OIDC: oidc.Config{Issuer: issuer, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Label: "Northwind"}}}
		return a, a.identify(t.Context())
	}

	_, err := begin(there.URL + "/")
	if sentence, ok := errors.AsType[configError](err); !ok || !strings.Contains(err.Error(), there.URL+`"`) || strings.Contains(err.Error(), "\n") || !strings.HasSuffix(string(sentence), ".") {
		t.Errorf("another name: %v", err)
	}
	a, err := begin(there.URL)
	if err != nil || a.oidc == nil {
		t.Fatalf("the right name: %v", err)
	}
	if to, err := a.oidc.Begin(t.Context(), "secret"); err != nil || there.Visit(t, to).Get("code") == "" {
		t.Errorf("the registered address is another: %s, %v", to, err)
	}
	there.Stop()
	if a, err := begin(there.URL); err != nil || a.oidc == nil {
		t.Errorf("a provider that is away: %v", err)
	}
	if a, err := begin(""); err != nil || a.oidc != nil {
		t.Errorf("no provider: %v, %v", a.oidc, err)
	}
}
