// A customer portal that shows a room of Parley: the least that one needs. It
// knows who is signed in to it, and vouches for them with a token that it signs.
//
//	PARLEY_URL=https://rooms.example.com PARLEY_ROOM=… PARLEY_PORTAL=… PARLEY_KEY_ID=… PARLEY_KEY_FILE=key.pem go run ./examples/portal
package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"html/template"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// portal is what the portal was told about the server it shows rooms of.
type portal struct {
	server string // its origin
	room   string
	id     string // the portal's own, the token's iss
	keyID  string // the token's kid
	key    ed25519.PrivateKey
}

func main() {
	p, err := fromEnvironment()
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", os.Getenv("PORTAL_ADDR"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("The portal is at", "http://"+listener.Addr().String())
	server := &http.Server{Handler: p.routes(), ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.Serve(listener))
}

func fromEnvironment() (portal, error) {
	p := portal{
		server: os.Getenv("PARLEY_URL"), room: os.Getenv("PARLEY_ROOM"), id: os.Getenv("PARLEY_PORTAL"), keyID: os.Getenv("PARLEY_KEY_ID"),
	}
	text, err := os.ReadFile(os.Getenv("PARLEY_KEY_FILE"))
	if err != nil {
		return p, fmt.Errorf("PARLEY_KEY_FILE: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return p, errors.New("PARLEY_KEY_FILE holds no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return p, fmt.Errorf("PARLEY_KEY_FILE: %w", err)
	}
	var ok bool
	if p.key, ok = key.(ed25519.PrivateKey); !ok {
		return p, errors.New("PARLEY_KEY_FILE holds no Ed25519 key")
	}
	return p, nil
}

func (p portal) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.showPage)
	mux.HandleFunc("GET /api/parley-token", p.makeToken)
	return mux
}

// showPage shows the room. The policy is all that a page needs: nothing inline,
// nothing evaluated, no connections to the rooms' server of its own.
func (p portal) showPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src "+p.server+"; frame-src "+p.server)
	if err := page.Execute(w, map[string]string{"Server": p.server, "Room": p.room}); err != nil {
		log.Print(err)
	}
}

// makeToken vouches for who is signed in. A real portal looks at its own session
// first and answers 401 to nobody; here Dana always is.
func (p portal) makeToken(w http.ResponseWriter, _ *http.Request) {
	now := time.Now()
	token, err := p.sign(map[string]any{
		"iss": p.id, "aud": p.server, "sub": "u-17", "name": "Dana Kim", "email": "dana@acme.example",
		"side": "buyer", "access": "editor", "room": p.room,
		"iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": rand.Text(),
	})
	if err != nil {
		http.Error(w, "no token", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain")
	fmt.Fprint(w, token)
}

// sign writes a JWT (RFC 7519) signed with Ed25519 (RFC 8037).
func (p portal) sign(claims map[string]any) (string, error) {
	encode := base64.RawURLEncoding.EncodeToString
	header, err := json.Marshal(map[string]string{"alg": "EdDSA", "typ": "JWT", "kid": p.keyID})
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := encode(header) + "." + encode(body)
	return text + "." + encode(ed25519.Sign(p.key, []byte(text))), nil
}
