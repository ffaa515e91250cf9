package main

import (
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// S11: every token that is not exactly right is refused, with the same answer,
// and lets nobody in.
func TestHostileTokensLetNobodyIn(t *testing.T) {
	w := newWorld(t)
	p, other := newPortal(w, portalOrigin), newPortal(w, "https://other.example")
	var second struct{ ID string }
	w.must("POST", "/api/v1/rooms", adminKey, `{"name":"Another","buyer_company":"Globex","seller_company":"Northwind","time_zone":"UTC"}`, &second)
	now := time.Now()
	public := p.pair.Public().(ed25519.PublicKey)
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	good := p.token(nil)
	head, rest, _ := strings.Cut(p.token(nil), ".")
	payload, signature, _ := strings.Cut(rest, ".")
	pairToken := func(kid string, key any, header map[string]any) string {
		return signed(t, jwt.SigningMethodEdDSA, kid, key, p.claims(nil), header)
	}
	before := w.people()

	cases := map[string]string{
		"expired":                       p.token(map[string]any{"iat": now.Add(-6 * time.Minute).Unix(), "exp": now.Add(-time.Minute).Unix()}),
		"without an end":                p.token(map[string]any{"exp": nil}),
		"good for an hour":              p.token(map[string]any{"exp": now.Add(time.Hour).Unix()}),
		"good for long, made long ago":  p.token(map[string]any{"iat": now.Add(-time.Hour).Unix(), "exp": now.Add(time.Minute).Unix()}),
		"made in the future":            p.token(map[string]any{"iat": now.Add(10 * time.Minute).Unix(), "exp": now.Add(12 * time.Minute).Unix()}),
		"without the time it was made":  p.token(map[string]any{"iat": nil}),
		"not valid yet":                 p.token(map[string]any{"nbf": now.Add(3 * time.Minute).Unix()}),
		"for another server":            p.token(map[string]any{"aud": "https://rooms.other.example"}),
		"for nobody":                    p.token(map[string]any{"aud": nil}),
		"for two servers":               p.token(map[string]any{"aud": []string{w.url, "https://rooms.other.example"}}),
		"without an id":                 p.token(map[string]any{"jti": nil}),
		"without a person":              p.token(map[string]any{"sub": nil}),
		"without a name":                p.token(map[string]any{"name": nil}),
		"with a name of a page":         p.token(map[string]any{"name": strings.Repeat("x", 201)}),
		"with an address that is none":  p.token(map[string]any{"email": "Dana <dana@acme.example>"}),
		"as owner":                      p.token(map[string]any{"access": "owner"}),
		"of a side nobody knows":        p.token(map[string]any{"side": "vendor"}),
		"a watcher who edits":           p.token(map[string]any{"side": "none", "access": "editor"}),
		"for another room":              p.token(map[string]any{"room": second.ID}),
		"for a room that is not there":  p.token(map[string]any{"room": uuid.NewString()}),
		"for a room that is no id":      p.token(map[string]any{"room": "../" + w.room}),
		"of another portal by name":     p.token(map[string]any{"iss": other.id}),
		"of no portal":                  p.token(map[string]any{"iss": nil}),
		"of a portal that is no id":     p.token(map[string]any{"iss": "acme' or '1'='1"}),
		"with another's kid":            signed(t, jwt.SigningMethodHS256, other.kid, p.bytes(), p.claims(nil), nil),
		"with a kid nobody has":         signed(t, jwt.SigningMethodHS256, uuid.NewString(), p.bytes(), p.claims(nil), nil),
		"without a kid":                 signed(t, jwt.SigningMethodHS256, "", p.bytes(), p.claims(nil), nil),
		"with a kid that is a path":     signed(t, jwt.SigningMethodHS256, "../../dev/null", p.bytes(), p.claims(nil), nil),
		"signed by another secret":      signed(t, jwt.SigningMethodHS256, p.kid, other.bytes(), p.claims(nil), nil),
		"signed by no secret":           signed(t, jwt.SigningMethodHS256, p.kid, []byte{}, p.claims(nil), nil),
		"signed by a longer hash":       signed(t, jwt.SigningMethodHS512, p.kid, p.bytes(), p.claims(nil), nil),
		"signed by a stranger's pair":   pairToken(p.pairKid, stranger, nil),
		"the public key as a secret":    signed(t, jwt.SigningMethodHS256, p.pairKid, []byte(public), p.claims(nil), nil),
		"the pair for the secret's kid": pairToken(p.kid, p.pair, nil),
		"not signed":                    signed(t, jwt.SigningMethodNone, p.kid, jwt.UnsafeAllowNoneSignatureType, p.claims(nil), nil),
		"not signed, with a pair's kid": signed(t, jwt.SigningMethodNone, p.pairKid, jwt.UnsafeAllowNoneSignatureType, p.claims(nil), nil),
		"with a key of its own": pairToken(p.pairKid, stranger, map[string]any{"jwk": map[string]any{
			"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(stranger.Public().(ed25519.PublicKey)),
		}}),
		"with an address of its key":    pairToken(p.pairKid, stranger, map[string]any{"jku": "https://evil.example/keys.json"}),
		"with an extension it insists":  signed(t, jwt.SigningMethodHS256, p.kid, p.bytes(), p.claims(nil), map[string]any{"crit": []string{"b64"}, "b64": false}),
		"with the signature cut off":    head + "." + payload + ".",
		"with a letter changed":         head + "." + payload[:10] + flip(payload[10]) + payload[11:] + "." + signature,
		"with padding":                  head + "." + payload + "." + signature + "==",
		"with a fourth part":            good + ".x",
		"three dots":                    "..",
		"nothing that is a token":       "parley_nothing",
		"a link's word":                 strings.TrimPrefix(w.buyer, "parley_"),
		"a session of the room":         w.buyer,
		"the API key":                   adminKey,
		"the same one in a JWT's place": "Bearer " + good,
	}
	for name, token := range cases {
		t.Run(name, func(t *testing.T) { p.refused(name, p.body(token)) })
	}

	t.Run("on a page of another portal", func(t *testing.T) {
		for _, parent := range []string{"https://other.example", "https://portal.acme.example.evil.example", "http://portal.acme.example", "null", "https://portal.acme.example/"} {
			p.refused(parent, fmt.Sprintf(`{"token":%q,"room":%q,"parent":%q}`, p.token(nil), w.room, parent))
		}
	})
	if after := w.people(); after != before {
		t.Errorf("%d people in the room, before %d", after, before)
	}
	if got := p.enter(good, ""); got.Me == nil || got.Me.Name != "Dana Kim" {
		t.Errorf("the good one gives %+v", got.Me)
	}
	p.refused("the good one a second time", p.body(good))
}

func flip(b byte) string {
	if b == 'A' {
		return "B"
	}
	return "A"
}

// people counts who is in the room.
func (w *world) people() int {
	w.t.Helper()
	var state struct {
		Snapshot struct {
			Entities struct{ Participant []json.RawMessage }
		}
	}
	w.must("GET", "/api/v1/rooms/"+w.room+"/snapshot?stream=shared", adminKey, "", &state)
	return len(state.Snapshot.Entities.Participant)
}

// The portal's person is the same one every time, by either key; another one is not.
func TestAPortalsPersonStaysWhoTheyAre(t *testing.T) {
	w := newWorld(t)
	p := newPortal(w, "https://*.acme.example")

	first := p.enter(p.token(nil), "")
	again := p.enter(signed(t, jwt.SigningMethodEdDSA, p.pairKid, p.pair, p.claims(nil), nil), "")
	other := p.enter(p.token(map[string]any{"sub": "u-18"}), "")
	watcher := p.enter(p.token(map[string]any{"sub": "u-19", "side": "none", "access": nil, "name": nil}), "")

	if first.Me == nil || *first.Me != *again.Me || first.Me.Side != "buyer" || first.Me.Access != "editor" || first.SessionToken == again.SessionToken {
		t.Errorf("first %+v, then %+v", first.Me, again.Me)
	}
	if other.Me == nil || other.Me.ID == first.Me.ID {
		t.Error("two of the portal's people are one in the room")
	}
	if watcher.Me != nil {
		t.Errorf("a watcher is %+v", watcher.Me)
	}
	op := fmt.Sprintf(`{"client":%q,"stream":"shared","seq":1,"op":{"kind":"milestone.update","id":%q,"set":{"title":"From the portal"}}}`, uuid.NewString(), w.milestone)
	w.must("POST", "/api/v1/rooms/"+w.room+"/ops", first.SessionToken, op, nil)
	if status, _ := w.call("POST", "/api/v1/rooms/"+w.room+"/ops", watcher.SessionToken, op); status != http.StatusForbidden {
		t.Errorf("a watcher's op is answered %d", status)
	}
	// I11: a buyer's portal sees nothing of the seller's.
	if status, _ := w.call("GET", "/api/v1/rooms/"+w.room+"/snapshot?stream=seller", first.SessionToken, ""); status != http.StatusForbidden {
		t.Errorf("the seller's stream is answered %d", status)
	}
}

// A portal that changes its mind is followed; what the room's owner made of
// somebody stands as long as it does not.
func TestAccessFollowsThePortalOrTheOwner(t *testing.T) {
	w := newWorld(t)
	p := newPortal(w, portalOrigin)
	enter := func(access string) string { return p.enter(p.token(map[string]any{"access": access}), "").Me.Access }
	dana := p.enter(p.token(nil), "").Me.ID
	owner := func(access string) {
		t.Helper()
		op := fmt.Sprintf(`{"client":%q,"stream":"shared","seq":1,"op":{"kind":"participant.update","id":%q,"set":{"access":%q}}}`, uuid.NewString(), dana, access)
		w.must("POST", "/api/v1/rooms/"+w.room+"/ops", w.seller, op, nil)
	}

	if got := enter("commenter"); got != "commenter" {
		t.Errorf("the portal takes editing away: %s", got)
	}
	if got := enter("editor"); got != "editor" {
		t.Errorf("the portal gives it back: %s", got)
	}
	owner("viewer")
	if got := enter("editor"); got != "viewer" {
		t.Errorf("the owner took it away, the portal says the same as before: %s", got)
	}
	p2, data := w.call("POST", "/api/v1/embed/session", "", p.body(p.token(map[string]any{"side": "seller"})))
	if p2 != http.StatusConflict {
		t.Errorf("another side: %d %s", p2, data)
	}
	op := fmt.Sprintf(`{"client":%q,"stream":"shared","seq":1,"op":{"kind":"participant.revoke","id":%q}}`, uuid.NewString(), dana)
	w.must("POST", "/api/v1/rooms/"+w.room+"/ops", w.seller, op, nil)
	if status, data := w.call("POST", "/api/v1/embed/session", "", p.body(p.token(nil))); status != http.StatusForbidden {
		t.Errorf("somebody who lost access comes back: %d %s", status, data)
	}
}

// Fifteen minutes, and on for as long as the portal vouches for the same person.
func TestAnEmbedSessionGoesOnWhileItsPortalVouches(t *testing.T) {
	w := newWorld(t)
	p := newPortal(w, portalOrigin)
	first := p.enter(p.token(nil), "")
	if left := time.Until(first.ExpiresAt); left < 14*time.Minute || left > 15*time.Minute+time.Second {
		t.Errorf("it lasts %s", left)
	}
	socket, _ := connect(t, w.process, w.room, first.SessionToken, "", nil)

	on := p.enter(p.token(nil), first.SessionToken)
	if on.SessionToken != first.SessionToken || !on.ExpiresAt.After(first.ExpiresAt) {
		t.Errorf("first until %s, then %s, the same session: %t", first.ExpiresAt, on.ExpiresAt, on.SessionToken == first.SessionToken)
	}
	other := p.enter(p.token(map[string]any{"sub": "u-18"}), first.SessionToken)
	if other.SessionToken == first.SessionToken {
		t.Error("somebody else goes on with it")
	}
	socket.op(1, 0, title(w.milestone, "Still here"))
	if f := socket.next("ack", "reject", "error", "bye"); f.T != "ack" {
		t.Errorf("the socket is answered %s", f.raw)
	}
}

// R8: what a key let in ends with it, on live sockets within two seconds, and so
// with its portal; the other key goes on.
func TestRevokingAPortalsKeyEndsItsSockets(t *testing.T) {
	w := newWorld(t)
	p := newPortal(w, portalOrigin)
	bySecret := p.enter(p.token(nil), "")
	byPair := p.enter(signed(t, jwt.SigningMethodEdDSA, p.pairKid, p.pair, p.claims(map[string]any{"sub": "u-18"}), nil), "")
	one, _ := connect(t, w.process, w.room, bySecret.SessionToken, "", nil)
	two, _ := connect(t, w.process, w.room, byPair.SessionToken, "", nil)
	ends := func(s *member, what string) {
		t.Helper()
		frames, err := s.drain(2 * time.Second)
		if err != nil {
			t.Fatalf("2 s after %s: %v", what, err)
		}
		if n := len(frames); n == 0 || frames[n-1].T != "bye" || frames[n-1].Why != "revoked" || s.closed != 4003 {
			t.Errorf("after %s: %+v, close code %d", what, frames, s.closed)
		}
	}

	w.must("DELETE", "/api/v1/portals/"+p.id+"/keys/"+p.kid, adminKey, "", nil)
	ends(one, "its key was revoked")
	p.refused("a token of a revoked key", p.body(p.token(nil)))
	two.op(1, 0, title(w.milestone, "By the other key"))
	if f := two.next("ack", "reject", "error", "bye"); f.T != "ack" {
		t.Errorf("the other key's socket is answered %s", f.raw)
	}

	// While the portal rests nothing of it is there; afterwards it is as it was.
	rest := func(paused bool) {
		t.Helper()
		w.must("PUT", "/api/v1/portals/"+p.id, adminKey, fmt.Sprintf(`{"name":"Acme's portal","origins":[%q],"paused":%t}`, portalOrigin, paused), nil)
	}
	fresh := func() string {
		return signed(t, jwt.SigningMethodEdDSA, p.pairKid, p.pair, p.claims(map[string]any{"sub": "u-18"}), nil)
	}
	rest(true)
	ends(two, "its portal was paused")
	p.refused("a token of a paused portal", p.body(fresh()))
	if status, _ := w.call("GET", "/e/"+w.room, "", ""); status != http.StatusNotFound {
		t.Errorf("a paused portal's frame is answered %d", status)
	}
	if status, _ := w.call("POST", "/api/v1/rooms/"+w.room+"/embed-tokens", adminKey, fmt.Sprintf(`{"portal":%q,"sub":"u","name":"N"}`, p.id)); status != http.StatusConflict {
		t.Errorf("a token for a paused portal: %d", status)
	}
	rest(false)
	byPair = p.enter(fresh(), "")
	two, _ = connect(t, w.process, w.room, byPair.SessionToken, "", nil)

	w.must("DELETE", "/api/v1/portals/"+p.id, adminKey, "", nil)
	ends(two, "its portal was removed")
	p.refused("a token of a removed portal", p.body(signed(t, jwt.SigningMethodEdDSA, p.pairKid, p.pair, p.claims(nil), nil)))
	if status, _ := w.call("GET", "/api/v1/rooms/"+w.room, byPair.SessionToken, ""); status != http.StatusNotFound {
		t.Errorf("its session still reads: %d", status)
	}
}

// A back end that signs nothing asks with the workspace's key.
func TestEmbedTokensOpenOneSession(t *testing.T) {
	w := newWorld(t)
	p := newPortal(w, portalOrigin)
	path := "/api/v1/rooms/" + w.room + "/embed-tokens"
	body := fmt.Sprintf(`{"portal":%q,"sub":"u-17","name":"Dana Kim","access":"commenter"}`, p.id)
	var made struct{ Token string }
	w.must("POST", path, adminKey, body, &made)

	if got := p.enter(made.Token, ""); got.Me == nil || got.Me.Access != "commenter" {
		t.Errorf("it gives %+v", got.Me)
	}
	p.refused("a second time", p.body(made.Token))
	for what, token := range map[string]string{"an owner's session": w.seller, "a buyer's session": w.buyer} {
		if status, _ := w.call("POST", path, token, body); status != http.StatusForbidden {
			t.Errorf("%s asks for a token: %d", what, status)
		}
	}
	if status, _ := w.call("POST", path, adminKey, fmt.Sprintf(`{"portal":%q,"sub":"u","name":"N"}`, uuid.NewString())); status != http.StatusNotFound {
		t.Errorf("for a portal that is not there: %d", status)
	}
	if status, _ := w.call("POST", path, adminKey, fmt.Sprintf(`{"portal":%q,"sub":"u","name":"N","access":"owner"}`, p.id)); status != http.StatusUnprocessableEntity {
		t.Errorf("as owner: %d", status)
	}
}

// S11: who may frame a page stands in its policy; whoever is not on a list of a
// portal frames nothing, and nothing but frames' pages may be framed at all.
func TestFramesAreForThePortalsOrigins(t *testing.T) {
	w := newWorld(t)
	var watch, side link
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"none"}`, &watch)
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"buyer"}`, &side)
	get := func(path string) (int, http.Header, string) {
		t.Helper()
		res, err := http.Get(w.url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, res.Header, string(body)
	}
	_, _, nothing := get("/e/" + uuid.NewString())
	if status, _, body := get("/e/" + w.room); status != http.StatusNotFound || body != nothing {
		t.Errorf("a room without a portal: %d, as one that is not there: %t", status, body == nothing)
	}
	oembed := "/oembed?url=" + url.QueryEscape(w.url+"/s/"+watch.Token)
	if status, _, _ := get(oembed); status != http.StatusNotFound {
		t.Errorf("oEmbed of a link that nobody may frame: %d", status)
	}
	newPortal(w, portalOrigin, "https://*.hubspot.com")

	const ancestors = "frame-ancestors https://*.hubspot.com " + portalOrigin + ";"
	for _, path := range []string{"/e/" + w.room, "/e/s/" + watch.Token, "/e/s/" + watch.Token + "/plan"} {
		status, header, body := get(path)
		if status != http.StatusOK || !strings.Contains(header.Get("Content-Security-Policy"), ancestors) || header.Get("X-Frame-Options") != "" {
			t.Errorf("%s: %d, %q, X-Frame-Options %q", path, status, header.Get("Content-Security-Policy"), header.Get("X-Frame-Options"))
		}
		if header.Get("Set-Cookie") != "" || header.Get("Referrer-Policy") != "no-referrer" || header.Get("X-Robots-Tag") == "" {
			t.Errorf("%s: headers %v", path, header)
		}
		if path == "/e/"+w.room && (strings.Contains(body, "Acme") || strings.Contains(body, "Rollout")) {
			t.Errorf("%s says something of the room", path)
		}
	}
	for _, path := range []string{"/", "/new", "/s/" + watch.Token, "/join/" + side.Token, "/r/" + w.room, "/e/s/" + side.Token, "/e/s/parley_nothing", "/e/" + uuid.NewString(), "/api/openapi.json"} {
		if _, header, _ := get(path); !strings.Contains(header.Get("Content-Security-Policy"), "frame-ancestors 'none'") || header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s may be framed: %q", path, header.Get("Content-Security-Policy"))
		}
	}

	var rich struct {
		Version, Type, Title, HTML string
		Width, Height              int
	}
	// A frame tells the script whose it is, where it leads and how the plan stands; in a
	// window of its own the page says none of that. A view may be a setting.
	for path, has := range map[string]bool{"/e/s/": true, "/s/": false} {
		_, _, body := get(path + watch.Token + "/plan")
		for _, part := range []string{`data-origins="https://*.hubspot.com ` + portalOrigin + `"`, `data-done="`, `target="_blank"`} {
			if strings.Contains(body, part) != has {
				t.Errorf("%s has %s: %t", path, part, !has)
			}
		}
	}
	if _, _, body := get("/e/s/" + watch.Token + "?view=badge"); !strings.Contains(body, "<progress") || strings.Contains(body, "<nav") {
		t.Errorf("a badge is %s", body)
	}
	if status, _, _ := get("/s/" + watch.Token + "/badge"); status != http.StatusNotFound {
		t.Errorf("a badge in a window of its own: %d", status)
	}

	for query, want := range map[string]int{"&format=xml": http.StatusNotImplemented, "&format=json": http.StatusOK, "&maxwidth=0": http.StatusUnprocessableEntity, "&maxheight=wide": http.StatusUnprocessableEntity, "&maxwidth=5000": http.StatusOK} {
		if status, _, body := get(oembed + query); status != want {
			t.Errorf("oEmbed with %s: %d %s", query, status, body)
		}
	}
	status, _, body := get(oembed + "&maxwidth=400&maxheight=300")
	if err := json.Unmarshal([]byte(body), &rich); err != nil || status != http.StatusOK {
		t.Fatalf("oEmbed: %d %s", status, body)
	}
	if rich.Type != "rich" || rich.Version != "1.0" || rich.Width != 400 || rich.Height != 300 || !strings.Contains(rich.HTML, w.url+"/e/s/"+watch.Token+`"`) || strings.Contains(body, "Acme") {
		t.Errorf("oEmbed = %s", body)
	}
	if _, _, page := get("/s/" + watch.Token); !strings.Contains(page, `type="application/json+oembed"`) {
		t.Error("the shared page does not say where to ask")
	}
	var asks link
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"none","password":"open sesame, please"}`, &asks)
	for what, target := range map[string]string{
		"a link with a door": w.url + "/s/" + asks.Token,
		"a side's link":      w.url + "/join/" + side.Token, "a side's link as a watcher's": w.url + "/s/" + side.Token,
		"an unknown one": w.url + "/s/parley_nothing", "another server's": "https://evil.example/s/" + watch.Token,
	} {
		if status, _, _ := get("/oembed?url=" + url.QueryEscape(target)); status != http.StatusNotFound {
			t.Errorf("oEmbed of %s: %d", what, status)
		}
	}
	w.must("DELETE", "/api/v1/links/"+watch.ID, adminKey, "", nil)
	time.Sleep(time.Second) // what is known of a link is at most that old
	for _, path := range []string{oembed, "/e/s/" + watch.Token} {
		if status, _, _ := get(path); status != http.StatusNotFound {
			t.Errorf("%s of a revoked link: %d", path, status)
		}
	}
}

// The script is one file for hosts of any origin, and a version's own is for good.
func TestTheScriptForPortalsIsPublic(t *testing.T) {
	w := newWorld(t)
	var how struct{ Script, Pinned, Integrity, Page string }
	w.must("GET", "/api/v1/rooms/"+w.room+"/embedding", w.seller, "", &how)
	if status, _ := w.call("GET", "/api/v1/rooms/"+w.room+"/embedding", w.buyer, ""); status != http.StatusForbidden {
		t.Errorf("the buyer's side reads it: %d", status)
	}
	var bodies [2]string
	for i, address := range []string{how.Script, how.Pinned} {
		res, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %v", address, res.StatusCode, err)
		}
		if res.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || res.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s is for its own origin only: %v", address, res.Header)
		}
		if immutable := strings.Contains(res.Header.Get("Cache-Control"), "immutable"); immutable != (i == 1) {
			t.Errorf("%s: Cache-Control %q", address, res.Header.Get("Cache-Control"))
		}
		bodies[i] = string(body)
	}
	sum := sha512.Sum384([]byte(bodies[1]))
	if bodies[0] != bodies[1] || how.Integrity != "sha384-"+base64.StdEncoding.EncodeToString(sum[:]) {
		t.Errorf("integrity %s", how.Integrity)
	}
	// Salesforce runs neither.
	if strings.Contains(bodies[0], "import(") || strings.Contains(bodies[0], "eval(") {
		t.Error("the script imports or evaluates")
	}
}

// S14: what a portal signs and what it gets for it are in no log.
func TestPortalTokensAreInNoLog(t *testing.T) {
	w := newWorldOn(t, databaseURL(t), "PARLEY_LOG_LEVEL=debug")
	p := newPortal(w, portalOrigin)
	token := p.token(nil)
	session := p.enter(token, "").SessionToken
	p.refused("again", p.body(token))

	w.terminate()
	log := w.process.log.String()
	for what, secret := range map[string]string{
		"the token": token, "its signature": token[strings.LastIndexByte(token, '.')+1:], "the session": session, "the secret": p.secret, "the address": "dana@acme.example",
	} {
		if strings.Contains(log, secret) {
			t.Errorf("%s is in the log", what)
		}
	}
	if !strings.Contains(log, "/api/v1/embed/session") {
		t.Error("the log does not show the calls")
	}
}
