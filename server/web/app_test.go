package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"

	"parley/room/postgres/pgtest"
	"parley/server/mail"
)

// TestMain keeps the access log out of the results.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(pgtest.Run(m))
}

// app is the whole handler over a fake. Every answer that a test asks for is
// held against the OpenAPI document on the way.
type app struct {
	t       testing.TB
	fake    *fake
	server  *server
	handler http.Handler
}

func newApp(t testing.TB) *app { return newAppWith(t, 0) }

// newAppWith has the bounds that callers have at opsPerSecond; 0: none.
func newAppWith(t testing.TB, opsPerSecond int) *app {
	t.Helper()
	f := newFake()
	o := Options{
		Store: f, Hub: f, Workspace: workspaceA, AdminKey: adminKey, PublicURL: "http://127.0.0.1:8080",
		Files: fstest.MapFS{
			"app.js":          {Data: []byte(strings.Repeat("console.log('plan');\n", 200))},
			"app.css":         {Data: []byte("body{}")},
			"chunks/panel.js": {Data: []byte("export {}")},
		},
		OpsPerSecond: opsPerSecond, Ready: func(context.Context) error { return nil }, Metrics: prometheus.NewRegistry(),
		KeptMails: mail.NewKept(filepath.Join(t.TempDir(), "mail")),
	}
	o.Mail = o.KeptMails
	s, err := newServer(o)
	if err != nil {
		t.Fatal(err)
	}
	o.Metrics = prometheus.NewRegistry()
	handler, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &app{t: t, fake: f, server: s, handler: handler}
}

// as returns a header that says who asks.
func as(token string) map[string]string { return map[string]string{"Authorization": "Bearer " + token} }

func withCookie(token string) map[string]string {
	return map[string]string{"Cookie": sessionCookie + "=" + token}
}

type answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// do sends a request and checks the answer against the document.
func (a *app) do(method, target string, header map[string]string, body string) answer {
	a.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, reader)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	a.conforms(r, w)
	return answer{w, a.t}
}

func (a *app) get(target string, header map[string]string) answer {
	a.t.Helper()
	return a.do("GET", target, header, "")
}

func (a *app) post(target string, header map[string]string, body string) answer {
	a.t.Helper()
	return a.do("POST", target, header, body)
}

func (a *app) put(target string, header map[string]string, body string) answer {
	a.t.Helper()
	return a.do("PUT", target, header, body)
}

// conforms fails the test when the document does not describe the answer.
func (a *app) conforms(r *http.Request, w *httptest.ResponseRecorder) {
	a.t.Helper()
	var match mux.RouteMatch
	if !a.server.router.Match(r, &match) || match.Route == nil {
		return // no such route: the problem is checked by its test
	}
	template, err := match.Route.GetPathTemplate()
	if err != nil {
		a.t.Fatal(err)
	}
	doc := a.server.api.OpenAPI()
	operation := operationAt(doc, r.Method, documentPath(template))
	if operation == nil {
		a.t.Fatalf("%s %s is not in the OpenAPI document", r.Method, template)
	}
	response, ok := operation.Responses[strconv.Itoa(w.Code)]
	if !ok {
		response, ok = operation.Responses["default"]
	}
	kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	if !ok || kind == "application/problem+json" && response.Content[kind] == nil {
		if kind != "application/problem+json" && operation.RequestBody != nil {
			a.t.Errorf("%s %s answered %d, which the document does not know", r.Method, template, w.Code)
		}
		return
	}
	media := response.Content[kind]
	if media == nil || media.Schema == nil {
		return
	}
	validate(a.t, doc, media.Schema, w.Body.Bytes(), r.Method+" "+template)
}

func validate(t testing.TB, doc *huma.OpenAPI, schema *huma.Schema, body []byte, what string) {
	t.Helper()
	var tree any
	if err := json.Unmarshal(body, &tree); err != nil {
		t.Errorf("%s: the answer is not JSON: %v\n%s", what, err, body)
		return
	}
	var found huma.ValidateResult
	huma.Validate(doc.Components.Schemas, schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, tree, &found)
	for _, err := range found.Errors {
		t.Errorf("%s: the answer is not as the document says: %v", what, err)
	}
}

func operationAt(doc *huma.OpenAPI, method, path string) *huma.Operation {
	item := doc.Paths[path]
	if item == nil {
		return nil
	}
	switch method {
	case "GET":
		return item.Get
	case "POST":
		return item.Post
	case "PUT":
		return item.Put
	case "DELETE":
		return item.Delete
	case "PATCH":
		return item.Patch
	}
	return nil
}

func (a answer) json() map[string]any {
	a.t.Helper()
	d := json.NewDecoder(bytes.NewReader(a.Body.Bytes()))
	d.UseNumber()
	var out map[string]any
	if err := d.Decode(&out); err != nil {
		a.t.Fatalf("not JSON: %v\n%s", err, a.Body)
	}
	return out
}

// refused fails the test unless the answer is that refusal.
func (a answer) refused(status int, code, field string) {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("status = %d, want %d\n%s", a.Code, status, a.Body)
	}
	got := a.json()
	if got["code"] != code {
		a.t.Errorf("code = %v, want %s\n%s", got["code"], code, a.Body)
	}
	if f, _ := got["field"].(string); f != field {
		a.t.Errorf("field = %q, want %q\n%s", f, field, a.Body)
	}
	if d, _ := got["detail"].(string); d == "" {
		a.t.Error("the refusal has no sentence")
	}
	if kind := a.Header().Get("Content-Type"); kind != "application/problem+json" {
		a.t.Errorf("content type = %q", kind)
	}
}

func (a answer) ok(status int) map[string]any {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("status = %d, want %d\n%s", a.Code, status, a.Body)
	}
	return a.json()
}
