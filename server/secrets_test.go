package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/realtime/redis/redistest"
	"parley/server/mail"
)

const doorPassword = "bare-feet-on-wet-slate-9"

// aToken is what the server makes to be shown once.
var aToken = regexp.MustCompile(`parley_(?:[a-z]+_)?[a-z2-7]{32}`)

// elsewhere is where a server that is watched closely writes.
type elsewhere struct {
	env    []string
	traces *spans
	redis  *monitor
}

func newElsewhere(t *testing.T) *elsewhere {
	t.Helper()
	e := &elsewhere{traces: newSpans(t)}
	cache := redistest.New(t)
	e.redis = newMonitor(t, cache)
	e.env = []string{"PARLEY_LOG=json", "PARLEY_LOG_LEVEL=debug", "OTEL_EXPORTER_OTLP_ENDPOINT=" + e.traces.URL, "REDIS_URL=" + cache.URL()}
	return e
}

// monitor reads along what a Redis is told.
type monitor struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func newMonitor(t *testing.T, cache *redistest.Server) *monitor {
	t.Helper()
	conn, err := net.Dial("unix", strings.TrimPrefix(cache.URL(), "unix://"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "MONITOR\r\n"); err != nil {
		t.Fatal(err)
	}
	m, ended := &monitor{}, make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(m, conn) // until it is closed
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-ended
	})
	return m
}

// Write takes what Redis tells.
func (m *monitor) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text.Write(p)
}

// String is what was told so far.
func (m *monitor) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text.String()
}

// noteTokens keeps all secrets that were shown to somebody until now.
func (n *neighbours) noteTokens(data string) {
	n.t.Helper()
	note := func(what, secret string) {
		if secret == "" {
			n.t.Fatalf("there is no %s", what)
		}
		n.tokens[what] = secret
	}
	note("the configured key", adminKey)
	for who, c := range n.callers {
		if c.cookie != nil {
			note("the cookie of "+who, c.cookie.Value)
		} else if who != "nobody" {
			note("the token of "+who, c.bearer)
		}
	}
	for whose, c := range map[string]*company{"our": n.mine, "their": n.foreign} {
		note(whose+" cookie", c.owner.cookie.Value)
		for what, token := range c.token {
			note(whose+" "+what, token)
		}
		note(whose+" portal's secret", c.named.secret)
		for i, token := range aToken.FindAllString(c.shown.String(), -1) {
			note(fmt.Sprintf("%s token %d", whose, i), token)
		}
	}
	mails, err := mail.NewKept(data + "/mail").List()
	if err != nil {
		n.t.Fatal(err)
	}
	for i, m := range mails {
		for _, token := range aToken.FindAllString(m.Message.Text, -1) {
			note(fmt.Sprintf("the token of mail %d", i), token)
		}
	}
	if len(n.tokens) < 30 {
		n.t.Fatalf("only %d secrets: %v", len(n.tokens), n.tokens)
	}
}

// expectNoToken fails when an answer has a secret that the call did not bring.
func (n *neighbours) expectNoToken(r *http.Request, answer string) {
	n.t.Helper()
	for what, secret := range n.tokens {
		if !strings.Contains(answer, secret) || strings.Contains(r.URL.Path+r.URL.RawQuery, secret) {
			continue
		}
		if r.GetBody != nil {
			body, err := r.GetBody()
			if err != nil {
				n.t.Fatal(err)
			}
			if sent, _ := io.ReadAll(body); bytes.Contains(sent, []byte(secret)) {
				continue
			}
		}
		n.t.Errorf("%s %s shows %s: %.600s", r.Method, r.URL.Path, what, answer)
	}
}

// misplace sends every secret where none belongs, as a mistaken program does.
func (n *neighbours) misplace() {
	n.t.Helper()
	for _, secret := range n.tokens {
		for _, r := range []struct{ method, path, header, value, body string }{
			{"GET", "/nowhere/" + secret, "Referer", n.url + "/join/" + secret, ""},
			{"GET", "/api/v1/rooms/" + secret + "/snapshot?stream=" + secret, "Cookie", "parley_session=" + secret + "x", ""},
			{"GET", "/api/v1/rooms?cursor=" + secret, "Authorization", "Basic " + secret, ""},
			{"GET", "/s/" + secret + "/" + secret, "User-Agent", secret, ""},
			{"GET", "/live/" + secret, "Origin", "https://" + secret, ""},
			{"POST", "/api/v1/join", "Content-Type", "application/json", `{"token":{"` + secret + `":"` + secret + `"}`},
			{"POST", "/api/v1/embed/session", "Content-Type", "application/json", `{"token":"e30.` + secret + `.x","room":"` + secret + `","` + secret + `":1}`},
			{secret, "/api/v1/rooms", "X-Request-Id", secret, ""},
			{"POST", "/api/v1/rooms/" + n.room + "/ops", "Authorization", "Bearer " + n.seller, `{"client":"` + secret + `","stream":"` + secret + `","seq":1,"op":{"kind":"` + secret + `"}}`},
		} {
			req, err := http.NewRequestWithContext(n.t.Context(), r.method, n.url+r.path, strings.NewReader(r.body))
			if err != nil {
				n.t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set(r.header, r.value)
			res, err := noRedirect.Do(req)
			if err != nil {
				n.t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode < 400 && !strings.HasPrefix(r.path, "/s/") {
				n.t.Errorf("%s %s with a misplaced secret = %d", r.method, r.path, res.StatusCode)
			}
		}
	}
	m, _ := connect(n.t, n.process, n.room, n.seller, "", nil)
	m.send(map[string]any{"t": n.tokens["our watch"], n.tokens["our key"]: 1})
	for range m.frames { // until it is closed
	}
}

// S14: tokens, keys and passwords are where they were shown, and in the mails that
// bring them: no log, trace, metric, message of Redis or row of the database has
// one, in no form. A portal's own secret is what its tokens are checked with.
func (n *neighbours) secretsAreNowhereElse(t *testing.T) {
	n.misplace()
	_, metrics := n.call("GET", "/metrics", adminKey, "")
	database := n.dump()
	n.process.terminate()
	for where, text := range map[string]string{
		"the log": n.process.log.String(), "the traces": n.elsewhere.traces.text(), "Redis": n.elsewhere.redis.String(), "the metrics": string(metrics), "the database": database,
	} {
		known := map[string]string{"the log": "/api/v1/rooms/{room}", "the traces": "POST /api/v1/join", "Redis": "publish", "the metrics": "parley_", "the database": "Northwind"}[where]
		if !strings.Contains(strings.ToLower(text), strings.ToLower(known)) {
			t.Errorf("%s has no %q: %.300s", where, known, text)
		}
		if i := aToken.FindStringIndex(text); i != nil {
			t.Errorf("%s has a token: …%s…", where, text[max(0, i[0]-200):min(len(text), i[1]+100)])
		}
		for what, secret := range n.tokens {
			expectNoMarker(t, where+", of "+what+",", secret, []byte(text))
		}
		expectNoMarker(t, where+", of the password,", doorPassword, []byte(text))
	}
}

// text is everything that a collector was sent.
func (s *spans) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent.String()
}

// dump is every row of every table, but for the keys of portals.
func (n *neighbours) dump() string {
	n.t.Helper()
	var tables []string
	if err := n.db.QueryRow(context.Background(), `select array_agg(relname::text) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`).Scan(&tables); err != nil {
		n.t.Fatal(err)
	}
	var out strings.Builder
	for _, table := range slices.Sorted(slices.Values(tables)) {
		row := "x::text"
		if table == "portal_keys" {
			row = "(to_jsonb(x) - 'material')::text"
		}
		var text string
		if err := n.db.QueryRow(context.Background(), fmt.Sprintf(`select coalesce(string_agg(%s, E'\n'), '') from %s x`, row, table)).Scan(&text); err != nil {
			n.t.Fatal(err)
		}
		fmt.Fprintln(&out, table, text)
	}
	return out.String()
}
