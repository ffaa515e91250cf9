package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"parley/room"
)

// The document and the router know the same calls: neither can drift alone.
func TestEveryRouteIsInTheDocument(t *testing.T) {
	a := newApp(t)
	routed := map[string]bool{}
	err := a.server.router.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		template, err := route.GetPathTemplate()
		if err != nil {
			return nil // a subrouter
		}
		methods, err := route.GetMethods()
		if err != nil {
			t.Errorf("%s answers any method", template)
		}
		for _, m := range methods {
			routed[m+" "+documentPath(template)] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	documented := map[string]bool{}
	for path := range a.server.api.OpenAPI().Paths {
		for _, m := range []string{"GET", "POST", "DELETE", "PUT", "PATCH"} {
			if operationAt(a.server.api.OpenAPI(), m, path) != nil {
				documented[m+" "+path] = true
			}
		}
	}

	if got, want := slices.Sorted(maps.Keys(routed)), slices.Sorted(maps.Keys(documented)); !slices.Equal(got, want) {
		t.Errorf("routes    = %q\ndocument = %q", got, want)
	}
	if len(routed) < 20 {
		t.Errorf("only %d routes were seen", len(routed))
	}
}

// Every JSON body that a call answers has its form in the document.
func TestEveryAnswerHasAForm(t *testing.T) {
	doc := newApp(t).server.api.OpenAPI()
	seen := 0
	for path := range doc.Paths {
		for _, m := range []string{"GET", "POST", "DELETE", "PUT", "PATCH"} {
			o := operationAt(doc, m, path)
			if o == nil {
				continue
			}
			for status, response := range o.Responses {
				for kind, media := range response.Content {
					if kind != "application/json" && kind != "application/problem+json" {
						continue
					}
					if seen++; media.Schema == nil {
						t.Errorf("%s %s answers %s with %s of no form", m, path, status, kind)
					}
				}
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d answers were seen", seen)
	}
}

// Wherever the document names an entity, it knows all that there are.
func TestTheDocumentKnowsEveryEntity(t *testing.T) {
	seen := 0
	for name, schema := range newApp(t).server.api.OpenAPI().Components.Schemas.Map() {
		entity := schema.Properties["entity"]
		if entity == nil {
			continue
		}
		seen++
		for _, k := range room.Schema {
			if !slices.Contains(entity.Enum, any(string(k.Entity))) {
				t.Errorf("%s does not know the entity %s", name, k.Entity)
			}
		}
		if len(entity.Enum) != len(room.Schema) {
			t.Errorf("%s knows %v", name, entity.Enum)
		}
	}
	if seen < 2 {
		t.Errorf("only %d forms name an entity", seen)
	}
}

func TestTheDocumentIsServed(t *testing.T) {
	doc := newApp(t).get("/api/openapi.json", nil).ok(http.StatusOK)

	if v, _ := doc["openapi"].(string); !strings.HasPrefix(v, "3.1") {
		t.Errorf("openapi = %q, want 3.1", v)
	}
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	for _, name := range []string{"Commit", "Problem", "OpsBody", "NewRoomBody", "StreamState", "CreatedLink"} {
		if schemas[name] == nil {
			t.Errorf("the document has no schema %s", name)
		}
	}
}
