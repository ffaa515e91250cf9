// A customer portal that shows a room of Parley: the least that one needs. It
// knows who is signed in to it, and vouches for them with a token that it signs.
// README.md says how to run it.
package main

import (
	"cmp"
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
	listener, err := net.Listen("tcp", cmp.Or(os.Getenv("PORTAL_ADDR"), "localhost:8090"))
	if err != nil {
		log.Fatal(err)
	}
	origin := fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	p, err := fromEnvironment(origin)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("The portal is at", origin)
	server := &http.Server{Handler: p.routes(), ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.Serve(listener))
}

func fromEnvironment(origin string) (portal, error) {
	p := portal{
		server: cmp.Or(os.Getenv("PARLEY_URL"), "http://127.0.0.1:8080"), room: os.Getenv("PARLEY_ROOM"), id: os.Getenv("PARLEY_PORTAL"), keyID: os.Getenv("PARLEY_KEY_ID"),
	}
	if key := os.Getenv("PARLEY_API_KEY"); key != "" {
		return p, workspace{p.server, key}.setUp(&p, origin)
	}
	text, err := os.ReadFile(os.Getenv("PARLEY_KEY_FILE"))
	if err == nil {
		p.key, err = readKey(text)
	}
	if err != nil {
		return p, fmt.Errorf("PARLEY_KEY_FILE: %w", err)
	}
	return p, nil
}

func readKey(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the key is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("the key is not Ed25519")
	}
	return key, nil
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
