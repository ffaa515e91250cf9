package oidctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"net/http"
	"sync"

	"github.com/golang-jwt/jwt/v5"
)

// key is a pair of keys, and how its public half is told.
type key struct {
	id     string
	method jwt.SigningMethod
	pair   crypto.Signer
}

// The pairs are made once in a process: making one of RSA takes longer than a test.
var (
	rsaPair = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	ecPair  = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
)

func must[K any](k K, err error) K {
	if err != nil {
		panic(err) // the system has no random numbers
	}
	return k
}

func rsaKey(id string) key { return key{id, jwt.SigningMethodRS256, rsaPair()} }

func ecKey(id string) key { return key{id, jwt.SigningMethodES256, ecPair()} }

// Sign signs claims with the provider's own key.
func (p *Provider) Sign(c jwt.MapClaims) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keys[0].sign(c)
}

func (k key) sign(c jwt.MapClaims) string {
	t := jwt.NewWithClaims(k.method, c)
	t.Header["kid"] = k.id
	return must(t.SignedString(k.pair))
}

// Foreign signs with a key that is none of the provider's, and says that it is.
func Foreign(_ *Provider, c jwt.MapClaims) string { return ecKey("first").sign(c) }

// Unsigned does not sign, and says so.
func Unsigned(_ *Provider, c jwt.MapClaims) string {
	return must(jwt.NewWithClaims(jwt.SigningMethodNone, c).SignedString(jwt.UnsafeAllowNoneSignatureType))
}

// BySecret signs with what the client and the provider share.
func BySecret(_ *Provider, c jwt.MapClaims) string {
	return must(jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte(ClientSecret)))
}

// ByPublicKey signs with the provider's public key as if it were a secret.
func ByPublicKey(_ *Provider, c jwt.MapClaims) string {
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, c)
	t.Header["kid"] = "first"
	return must(t.SignedString(must(x509.MarshalPKIXPublicKey(rsaPair().Public()))))
}

func (p *Provider) serveKeys(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []map[string]any
	for _, k := range p.keys {
		list = append(list, k.public())
	}
	answer(w, http.StatusOK, map[string]any{"keys": list})
}

// public is the key as a JSON Web Key.
func (k key) public() map[string]any {
	said := map[string]any{"kid": k.id, "alg": k.method.Alg(), "use": "sig"}
	number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	switch public := k.pair.Public().(type) {
	case *rsa.PublicKey:
		said["kty"], said["n"], said["e"] = "RSA", number(public.N), number(big.NewInt(int64(public.E)))
	case *ecdsa.PublicKey:
		point := must(public.Bytes()) // 4, x, y
		half := len(point) / 2
		said["kty"], said["crv"] = "EC", "P-256"
		said["x"] = base64.RawURLEncoding.EncodeToString(point[1 : 1+half])
		said["y"] = base64.RawURLEncoding.EncodeToString(point[1+half:])
	}
	return said
}
