package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"parley/server/oidc"
)

// identify makes the provider that people sign in at, if there is one. One that is
// away is asked again when somebody comes: mailed codes go on meanwhile.
func (a *app) identify(ctx context.Context) error {
	if a.cfg.OIDC.Issuer == "" {
		return nil
	}
	a.cfg.OIDC.RedirectURL = a.cfg.PublicURL + "/signin/oidc"
	a.oidc = oidc.New(a.cfg.OIDC)
	err := a.oidc.Discover(ctx)
	if other, ok := errors.AsType[*oidc.Mismatch](err); ok {
		return configError(fmt.Sprintf("PARLEY_OIDC_ISSUER is %q, but must be %q, as the provider there writes it.", a.cfg.OIDC.Issuer, other.Says))
	}
	if err != nil {
		slog.Warn("the OpenID Connect provider gives no answer; sign-in by mail goes on", "issuer", a.cfg.OIDC.Issuer, "error", err)
	}
	return nil
}
