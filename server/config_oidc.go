package main

import (
	"fmt"
	"strings"
	"unicode"

	"parley/server/oidc"
)

// longestLabel keeps the button of one line.
const longestLabel = 40

// checkOIDC takes a provider whole or not at all. Its secret is in no sentence.
func checkOIDC(f flags, c *config) error {
	o := oidc.Config{
		Issuer: strings.TrimSpace(f.OIDCIssuer), ClientID: strings.TrimSpace(f.OIDCClientID), ClientSecret: strings.TrimSpace(f.OIDCClientSecret),
		Label: strings.TrimSpace(f.OIDCLabel),
	}
	switch {
	case o.Issuer == "" && (o.ClientID != "" || o.ClientSecret != ""):
		return configError("PARLEY_OIDC_ISSUER is empty, but must be the provider's address, as in https://login.example.com, where PARLEY_OIDC_CLIENT_ID or PARLEY_OIDC_CLIENT_SECRET is set.")
	case o.Issuer == "":
		return nil
	case !oidc.ValidIssuer(o.Issuer):
		return configError(fmt.Sprintf("PARLEY_OIDC_ISSUER is %q, but must be the https address of a provider without a query, as in https://login.example.com, or empty for none.", masked(o.Issuer)))
	case o.ClientID == "":
		return configError("PARLEY_OIDC_CLIENT_ID is empty, but must be what the provider of PARLEY_OIDC_ISSUER calls this server.")
	case o.ClientSecret == "":
		return configError("PARLEY_OIDC_CLIENT_SECRET is empty, but must be the secret that the provider of PARLEY_OIDC_ISSUER gave this server.")
	case len([]rune(o.Label)) > longestLabel || strings.ContainsFunc(o.Label, unicode.IsControl):
		return configError(fmt.Sprintf("PARLEY_OIDC_LABEL is %q, but must be a name of %d characters or fewer, as in Okta.", o.Label, longestLabel))
	}
	c.OIDC = o
	return nil
}
