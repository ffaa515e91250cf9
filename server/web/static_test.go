package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAssetsAreCachedByVersion(t *testing.T) {
	a := newApp(t)
	at := "/assets/" + a.server.assets.version

	fixed := a.get(at+"/app.js", nil)
	if got := fixed.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("Cache-Control = %q", got)
	}
	again := a.get(at+"/app.js", map[string]string{"If-None-Match": fixed.Header().Get("ETag")})
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("unchanged = %d, %d bytes", again.Code, again.Body.Len())
	}
	if got := fixed.Header().Get("Content-Type"); got != "text/javascript; charset=utf-8" {
		t.Errorf("Content-Type = %q", got)
	}
	if got := a.get(at+"/chunks/panel.js", nil); got.Code != http.StatusOK {
		t.Errorf("a chunk = %d", got.Code)
	}
	// Another version's page must not be given this version's files.
	for _, bad := range []string{at + "/none.js", at + "/chunks", "/assets/app.js", "/assets/000000000000/app.js"} {
		if got := a.get(bad, nil); got.Code != http.StatusNotFound {
			t.Errorf("%s = %d", bad, got.Code)
		}
	}
}

func TestAnswersAreCompressed(t *testing.T) {
	a := newApp(t)
	for range 30 {
		a.fake.logs["shared"] = append(a.fake.logs["shared"], a.fake.logs["shared"][0])
	}
	for _, path := range []string{"/assets/" + a.server.assets.version + "/app.js", "/api/v1/rooms/" + string(roomA) + "/activity?stream=shared"} {
		header := as("marc")
		header["Accept-Encoding"] = "br, gzip"
		r := httptest.NewRequest("GET", path, nil)
		for k, v := range header {
			r.Header.Set(k, v)
		}
		packed := httptest.NewRecorder()
		a.handler.ServeHTTP(packed, r)
		plain := a.get(path, as("marc"))
		if packed.Header().Get("Content-Encoding") != "gzip" || plain.Header().Get("Content-Encoding") != "" {
			t.Fatalf("%s: encodings %q and %q", path, packed.Header().Get("Content-Encoding"), plain.Header().Get("Content-Encoding"))
		}
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(got, plain.Body.Bytes()) {
			t.Errorf("%s: unpacked differs (%v)", path, err)
		}
	}
	refused := a.get("/assets/"+a.server.assets.version+"/app.js", map[string]string{"Accept-Encoding": "gzip;q=0"})
	if refused.Header().Get("Content-Encoding") != "" {
		t.Error("gzip was sent to one who refuses it")
	}
}

func TestHealth(t *testing.T) {
	a := newApp(t)

	if got := a.get("/healthz", nil); got.Code != http.StatusOK {
		t.Errorf("healthz = %d", got.Code)
	}
	if got := a.get("/readyz", nil); got.Code != http.StatusOK {
		t.Errorf("readyz = %d", got.Code)
	}
	if got := a.do("HEAD", "/healthz", nil, ""); got.Code != http.StatusOK {
		t.Errorf("HEAD healthz = %d", got.Code)
	}

	o := a.server.Options
	o.Ready = func(context.Context) error { return errors.New("draining") }
	s := *a.server
	s.Options = o
	w := httptest.NewRecorder()
	s.readyz(w, httptest.NewRequest("GET", "/readyz", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("readyz while draining = %d", w.Code)
	}
}

// R42: neither logs nor metrics hold what a caller put into the address.
func TestLogsHoldTemplatesOnly(t *testing.T) {
	a := linkedApp(t)
	var logs bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })

	a.get("/join/parley_marc?utm=secret-query", nil)
	a.get("/secret-path", nil)
	a.get("/api/v1/rooms/"+string(roomA), as("secret-bearer"))
	a.post("/api/v1/join", withCookie("secret-cookie"), `{"token":"parley_marc"}`)
	a.do("BREW", "/api/v1/rooms", nil, "").refused(http.StatusMethodNotAllowed, "method", "")
	a.get("/metrics", nil).refused(http.StatusNotFound, "gone", "")
	metrics := a.get("/metrics", as(adminKey)).Body.String()

	for _, secret := range []string{"parley_marc", "secret", string(roomA), "BREW"} { // a method is the caller's, too
		if strings.Contains(metrics, secret) {
			t.Errorf("the metrics hold %s", secret)
		}
		if strings.Contains(logs.String(), secret) {
			t.Errorf("the log holds %s:\n%s", secret, logs.String())
		}
	}
	for _, want := range []string{`"route":"/join/{token}"`, `"route":"none"`, `"request_id":"`} {
		if !strings.Contains(logs.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, logs.String())
		}
	}
	if !strings.Contains(metrics, `parley_http_request_seconds_count{method="GET",route="/join/{token}",status="200"} 1`) {
		t.Errorf("metrics:\n%s", metrics)
	}
}

// A panic is that request's alone.
func TestAPanicIsA500(t *testing.T) {
	a := newApp(t)
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(before) })
	broken := a.server.observe(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") }))

	w := httptest.NewRecorder()
	broken.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))

	answer{w, t}.refused(http.StatusInternalServerError, "internal", "")
	if strings.Contains(w.Body.String(), "a bug") {
		t.Errorf("the panic is told: %s", w.Body)
	}
	if got := a.get("/healthz", nil); got.Code != http.StatusOK {
		t.Error("the next request suffers")
	}
}

// The hub takes over the connection, so it needs a writer it can hijack.
func TestTheSocketReachesTheHub(t *testing.T) {
	a := newApp(t)
	srv := httptest.NewServer(a.handler)
	defer srv.Close()
	r, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/api/v1/rooms/"+string(roomA)+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", sessionCookie+"=a-cookie")

	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()

	body, _ := io.ReadAll(res.Body)
	if string(body) != string(roomA)+" a-cookie" {
		t.Errorf("the hub got %q", body)
	}
}

func TestUnknownAddresses(t *testing.T) {
	a := newApp(t)

	a.get("/nowhere", nil).refused(http.StatusNotFound, "gone", "")
	a.post("/healthz", nil, "").refused(http.StatusMethodNotAllowed, "method", "")
}
