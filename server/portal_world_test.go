package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

const portalOrigin = "https://portal.acme.example"

// portal is a site that shows rooms, with a key of each kind.
type portal struct {
	w           *world
	id          string
	kid, secret string // HS256
	pairKid     string // EdDSA
	pair        ed25519.PrivateKey
}

func newPortal(w *world, origins ...string) *portal {
	w.t.Helper()
	p := &portal{w: w}
	list, err := json.Marshal(origins)
	if err != nil {
		w.t.Fatal(err)
	}
	var made, secret, pair struct {
		ID, Secret string
		PrivateKey string `json:"private_key"`
	}
	w.must("POST", "/api/v1/portals", adminKey, fmt.Sprintf(`{"name":"Acme's portal","origins":%s}`, list), &made)
	p.id = made.ID
	w.must("POST", "/api/v1/portals/"+p.id+"/keys", adminKey, `{"kind":"HS256"}`, &secret)
	w.must("POST", "/api/v1/portals/"+p.id+"/keys", adminKey, `{"kind":"EdDSA"}`, &pair)
	p.kid, p.secret, p.pairKid = secret.ID, secret.Secret, pair.ID
	block, _ := pem.Decode([]byte(pair.PrivateKey))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		w.t.Fatal(err)
	}
	p.pair = key.(ed25519.PrivateKey)
	return p
}

// claims are those of a good token; change puts others in their place, nil
// takes one away.
func (p *portal) claims(change map[string]any) jwt.MapClaims {
	now := time.Now()
	c := jwt.MapClaims{
		"iss": p.id, "aud": p.w.url, "sub": "u-17", "name": "Dana Kim", "email": "dana@acme.example", "side": "buyer", "access": "editor",
		"room": p.w.room, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": uuid.NewString(),
	}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func (p *portal) bytes() []byte {
	secret, err := base64.RawURLEncoding.DecodeString(p.secret)
	if err != nil {
		p.w.t.Fatal(err)
	}
	return secret
}

// token signs with the secret.
func (p *portal) token(change map[string]any) string {
	p.w.t.Helper()
	return signed(p.w.t, jwt.SigningMethodHS256, p.kid, p.bytes(), p.claims(change), nil)
}

func signed(t testing.TB, method jwt.SigningMethod, kid string, key any, claims jwt.Claims, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = kid
	maps.Copy(token.Header, header)
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

type vouchedFor struct {
	SessionToken string    `json:"session_token"`
	ExpiresAt    time.Time `json:"expires_at"`
	Me           *struct{ ID, Name, Side, Access string }
}

func (p *portal) body(token string) string {
	return fmt.Sprintf(`{"token":%q,"room":%q,"parent":%q}`, token, p.w.room, portalOrigin)
}

func (p *portal) enter(token, bearer string) vouchedFor {
	p.w.t.Helper()
	var e vouchedFor
	p.w.must("POST", "/api/v1/embed/session", bearer, p.body(token), &e)
	return e
}

// refused expects the one answer to all tokens that are not taken.
func (p *portal) refused(what, body string) {
	p.w.t.Helper()
	status, data := p.w.call("POST", "/api/v1/embed/session", "", body)
	if status != http.StatusUnauthorized || !strings.Contains(string(data), `"code":"unauthorized"`) {
		p.w.t.Errorf("%s: %d %s", what, status, data)
	}
}
