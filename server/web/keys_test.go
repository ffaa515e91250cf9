package web

import (
	"net/http"
	"strings"
	"testing"

	"parley/room"
)

func TestKeysDoWhatTheirScopesSay(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	b := h.signedIn(owner)
	id := h.room("Rollout")
	make := func(scopes string) *browser {
		t.Helper()
		var made CreatedKey
		b.must("POST", "/api/v1/keys", `{"name":"CRM","scopes":[`+scopes+`]}`, &made)
		if !strings.HasPrefix(made.Token, keyPrefix) || !strings.HasPrefix(made.Token, made.Hint) || len(made.Hint) > len(keyPrefix)+4 {
			t.Fatalf("made %+v", made)
		}
		return h.guest().key(made.Token)
	}
	read, write, links := make(`"rooms:read"`), make(`"rooms:write"`), make(`"links:write"`)
	rest := map[string]*browser{"members": make(`"members:write"`), "settings": make(`"settings:write"`), "audit": make(`"audit:read"`)}
	path := "/api/v1/rooms/" + string(id)
	op := `{"client":"` + string(clientID) + `","stream":"shared","seq":1,"op":{"kind":"phase.add","id":"` + string(noRoom) + `","set":{"name":"Try"}}}`

	read.must("GET", path, "", nil)
	read.must("GET", "/api/v1/rooms", "", nil)
	read.must("POST", path+"/preview", op, nil)
	read.refused(http.StatusForbidden, "forbidden", "POST", path+"/ops", op)
	write.must("POST", path+"/ops", op, nil)
	write.refused(http.StatusForbidden, "forbidden", "GET", path, "")
	links.must("POST", path+"/links", `{"side":"buyer"}`, nil)
	links.refused(http.StatusForbidden, "forbidden", "POST", path+"/ops", op)
	for name, call := range map[string][2]string{"members": {"GET", "/api/v1/members"}, "settings": {"GET", "/api/v1/keys"}, "audit": {"GET", "/api/v1/audit"}} {
		rest[name].must(call[0], call[1], "", nil)
		read.refused(http.StatusForbidden, "forbidden", call[0], call[1], "")
	}
	for _, people := range [][2]string{{"GET", "/api/v1/account"}, {"POST", "/api/v1/signout"}} {
		read.refused(http.StatusUnauthorized, "unauthorized", people[0], people[1], "")
	}
	rest["settings"].refused(http.StatusForbidden, "forbidden", "POST", "/api/v1/keys", `{"name":"More","scopes":["rooms:write"]}`)
	rest["settings"].must("POST", "/api/v1/keys", `{"name":"Less","scopes":["settings:write"]}`, nil)
}

func TestKeysAreListedWithoutTheirTokenAndRevoked(t *testing.T) {
	h := newCompany(t)
	h.member(owner, room.RoleOwner)
	b := h.signedIn(owner)
	var made CreatedKey
	b.must("POST", "/api/v1/keys", `{"name":"CRM","scopes":["rooms:read","rooms:read"]}`, &made)
	key := h.guest().key(made.Token)
	key.must("GET", "/api/v1/rooms", "", nil)
	_, _, listed := b.call("GET", "/api/v1/keys", "")
	if strings.Contains(string(listed), made.Token) || !strings.Contains(string(listed), `"last_used_at":"2`) || len(made.Scopes) != 1 {
		t.Errorf("listed %s", listed)
	}
	b.must("DELETE", "/api/v1/keys/"+string(made.ID), "", nil)
	key.refused(http.StatusUnauthorized, "unauthorized", "GET", "/api/v1/rooms", "")
	id := h.room("Rollout")
	key.refused(http.StatusNotFound, "gone", "GET", "/api/v1/rooms/"+string(id), "")
	b.refused(http.StatusUnprocessableEntity, "invalid", "POST", "/api/v1/keys", `{"name":"x","scopes":["rooms:everything"]}`)
	b.refused(http.StatusUnprocessableEntity, "invalid", "POST", "/api/v1/keys", `{"name":"x","scopes":[]}`)
	b.refused(http.StatusUnprocessableEntity, "invalid", "POST", "/api/v1/keys", `{"name":"x","scopes":["rooms:read"],"expires_at":"2020-01-01T00:00:00Z"}`)
}

// A call that a key can make names its scope in the document; all others keep
// keys out.
func TestEveryCallNamesItsScope(t *testing.T) {
	doc := newApp(t).server.api.OpenAPI()
	seen := map[string]bool{}
	for path := range doc.Paths {
		for _, m := range []string{"GET", "POST", "DELETE", "PUT", "PATCH"} {
			o := operationAt(doc, m, path)
			if o == nil {
				continue
			}
			for _, way := range o.Security {
				for _, scope := range way["key"] {
					seen[scope] = true
					if got := string(scopeFor(m, path)); got != scope || scope == "" {
						t.Errorf("%s %s says %q, and asks for %q", m, path, scope, got)
					}
				}
			}
		}
	}
	for _, scope := range room.Scopes {
		if !seen[string(scope)] && scope != room.ScopeEmbedWrite {
			t.Errorf("no call needs %s", scope)
		}
	}
}
