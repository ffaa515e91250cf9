package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	openid "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"parley/room"
)

const (
	// patience is how long the provider has for one answer: somebody waits.
	patience = 5 * time.Second
	// discoveryLife is when what the provider says of itself is asked for again.
	discoveryLife = time.Hour
	// clockSkew is how far the provider's clock may be behind ours.
	clockSkew = time.Minute
)

// Provider is where people sign in. It is safe for concurrent use.
type Provider struct {
	Config
	client *http.Client

	mu    sync.Mutex // guards the field below
	found *discovery // nil until the provider has answered
}

// discovery is what the provider says of itself.
type discovery struct {
	at        time.Time
	provider  *openid.Provider
	verifier  *openid.IDTokenVerifier
	oauth     oauth2.Config
	saysWhoIs bool // its answers name it, RFC 9207
}

// New returns the provider of a configuration. It asks it nothing yet.
func New(c Config) *Provider {
	return &Provider{Config: c, client: newClient()}
}

// Discover asks the provider what it says of itself. The error is a [*Mismatch]
// when it says that it is another one, which only another configuration mends;
// any other may pass.
func (p *Provider) Discover(ctx context.Context) error {
	_, err := p.discovered(ctx)
	return err
}

// Mismatch says that a provider goes by another name than the configured one.
type Mismatch struct{ Says string }

// Error returns a phrase for the log.
func (m *Mismatch) Error() string { return fmt.Sprintf("the provider says that it is %q", m.Says) }

// discovered returns what is known of the provider. What was heard long ago
// serves while nothing newer can be had.
func (p *Provider) discovered(ctx context.Context) (*discovery, error) {
	p.mu.Lock()
	known := p.found
	p.mu.Unlock()
	if known != nil && time.Since(known.at) < discoveryLife {
		return known, nil
	}
	fresh, err := p.ask(ctx)
	if err != nil && known != nil {
		return known, nil
	}
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.found = fresh
	return fresh, nil
}

func (p *Provider) ask(ctx context.Context) (*discovery, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	provider, err := openid.NewProvider(openid.ClientContext(ctx, p.client), p.Issuer)
	if other, ok := errors.AsType[*openid.IssuerMismatchError](err); ok {
		return nil, p.away(&Mismatch{Says: other.Discovered})
	}
	if err != nil {
		return nil, p.away(fmt.Errorf("asking the provider about itself: %w", err))
	}
	var says struct {
		Keys        string   `json:"jwks_uri"`
		AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
		SaysWhoIs   bool     `json:"authorization_response_iss_parameter_supported"`
	}
	if err := provider.Claims(&says); err != nil {
		return nil, p.away(fmt.Errorf("reading what the provider says of itself: %w", err))
	}
	endpoint := provider.Endpoint()
	for _, address := range []string{endpoint.AuthURL, endpoint.TokenURL, says.Keys} {
		if !guarded(address) {
			return nil, p.away(fmt.Errorf("the provider names %q, which is not https", address))
		}
	}
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // the default of the specification
	if len(says.AuthMethods) > 0 && !slices.Contains(says.AuthMethods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &discovery{
		at: time.Now(), provider: provider, saysWhoIs: says.SaysWhoIs,
		// Algorithms are those that the provider names and go-oidc knows: all of them
		// are of key pairs. A token without a signature, or one that is signed with the
		// client's secret, is none.
		verifier: provider.Verifier(&openid.Config{ClientID: p.ClientID, Now: func() time.Time { return time.Now().Add(-clockSkew) }}),
		oauth: oauth2.Config{
			ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: endpoint, RedirectURL: p.RedirectURL,
			Scopes: []string{openid.ScopeOpenID, "email", "profile"},
		},
	}, nil
}

// away is what to say while the provider gives no answer that can be used.
func (p *Provider) away(cause error) error {
	return &failure{cause: cause, says: &room.Error{
		Code: room.Busy, RetryMS: 5000,
		Message: fmt.Sprintf("%s cannot be reached right now; try again in a moment, or sign in with a mailed code", p.Label),
	}}
}

// refused is what to say to an answer that signs nobody in.
func (p *Provider) refused(format string, args ...any) error {
	return &failure{
		cause: fmt.Errorf(format, args...),
		says:  room.Errorf(room.Forbidden, "%s did not confirm who you are; start again from the sign-in page", p.Label),
	}
}

// failure has a sentence for the person, and the cause for the log.
type failure struct {
	cause error
	says  *room.Error
}

// Error returns the cause.
func (f *failure) Error() string { return f.cause.Error() }

// Unwrap returns the cause and the sentence.
func (f *failure) Unwrap() []error { return []error{f.cause, f.says} }
