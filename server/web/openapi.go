package web

import (
	"context"
	"net/http"
	"reflect"
	"regexp"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/mux"
)

// notModified marks an operation that answers 304.
const notModified = http.StatusNotModified

// problemName is the schema's name in the document.
const problemName = "Problem"

func init() {
	// huma keeps both as variables of its package; this is the only user.
	huma.NewError = humaError
	huma.ValidateStrictCasing = true // {"Name": …} is not {"name": …}
}

func apiConfig() huma.Config {
	c := huma.DefaultConfig("Parley", "1")
	c.Info.Description = "Rooms with a mutual action plan. Errors are problem details with a code. " +
		"Authorization: Bearer takes a session token of a room (from join or enter) or an API key of the workspace; " +
		"who is signed in has a cookie."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", "" // served by ours; no $schema links
	c.CreateHooks = nil
	c.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	c.RejectUnknownQueryParameters = true
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "http", Scheme: "bearer", Description: "a session token of a room, from join or enter"},
		"cookie":  {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "the same token"},
		"account": {Type: "apiKey", In: "cookie", Name: "parley_account", Description: "somebody who is signed in; on https the cookie's name begins with __Host-"},
		"key":     {Type: "http", Scheme: "bearer", Description: "an API key; the call names the scope that it needs"},
	}
	return c
}

// op describes a JSON call. statuses: the status of success, and notModified.
func op(method, path, id, summary string, statuses ...int) huma.Operation {
	o := huma.Operation{
		Method: method, Path: path, OperationID: id, Summary: summary,
		MaxBodyBytes: maxBody + 1, // huma refuses when it has read this many
		// Bodies are read by decode, which is stricter.
		SkipValidateBody: true,
	}
	o.Security = securityOf(method, path)
	for _, status := range statuses {
		if status == notModified {
			o.Responses = map[string]*huma.Response{"304": {Description: "Not changed since If-None-Match"}}
			continue
		}
		o.DefaultStatus = status
	}
	return o
}

// handle registers a JSON call and turns its errors into problems.
func handle[I, O any](s *server, o huma.Operation, call func(context.Context, *I) (*O, error)) {
	registry := s.api.OpenAPI().Components.Schemas
	if o.Responses == nil {
		o.Responses = map[string]*huma.Response{}
	}
	o.Responses["default"] = refusalOf(registry)
	huma.Register(s.api, o, func(ctx context.Context, in *I) (*O, error) {
		out, err := call(withScope(ctx, scopeOf(o)), in)
		if err != nil {
			return nil, s.fail(ctx, err)
		}
		return out, nil
	})
}

// refusalOf describes what a call answers when it refuses.
func refusalOf(registry huma.Registry) *huma.Response {
	return &huma.Response{Description: "A refusal", Content: map[string]*huma.MediaType{"application/problem+json": {
		Schema: registry.Schema(reflect.TypeFor[Problem](), true, problemName),
	}}}
}

// raw describes a route that is not a JSON call.
func raw(method, path, id, summary, status, contentType string) huma.Operation {
	r := &huma.Response{Description: summary}
	if contentType != "" {
		r.Content = map[string]*huma.MediaType{contentType: {}}
	}
	return huma.Operation{
		Method: method, Path: path, OperationID: id, Summary: summary,
		Responses: map[string]*huma.Response{status: r},
	}
}

// pattern is what mux matches more closely than OpenAPI can say: {file:.+}.
var pattern = regexp.MustCompile(`\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}`) // its own may count in braces

// plain registers a route that is not a JSON call, and documents it.
func (s *server) plain(r *mux.Router, o huma.Operation, h http.HandlerFunc) {
	scope := scopeOf(o)
	r.Path(o.Path).Methods(o.Method).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h(w, r.WithContext(withScope(r.Context(), scope)))
	})
	for _, name := range pattern.FindAllStringSubmatch(o.Path, -1) {
		o.Parameters = append(o.Parameters, &huma.Param{
			Name: name[1], In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	o.Path = documentPath(o.Path)
	s.api.OpenAPI().AddOperation(&o)
}

// documentPath is a mux path in OpenAPI's words.
func documentPath(path string) string { return pattern.ReplaceAllString(path, "{$1}") }

// serveOpenAPI answers the document, which does not change while we run.
func (s *server) serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/openapi+json")
	_ = huma.DefaultJSONFormat.Marshal(w, s.api.OpenAPI())
}
