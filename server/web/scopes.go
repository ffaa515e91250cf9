package web

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/room"
)

// scopes are what an API key needs for calls below a path; the longest that fits
// counts. An empty scope keeps keys out: such calls are for people.
var scopes = []struct {
	path, method string // a method of "" is any
	scope        room.Scope
}{
	{"/api/v1/rooms", "", room.ScopeRoomsWrite},
	{"/api/v1/rooms", "GET", room.ScopeRoomsRead},
	{"/api/v1/rooms/{room}/preview", "", room.ScopeRoomsRead},
	{"/api/v1/rooms/{room}/import/preview", "", room.ScopeRoomsRead},
	{"/api/v1/rooms/{room}/links", "", room.ScopeLinksWrite},
	{"/api/v1/rooms/{room}/requests", "", room.ScopeLinksWrite},
	{"/api/v1/rooms/{room}/calendars", "", room.ScopeLinksWrite},
	{"/api/v1/rooms/{room}/enter", "", ""},
	{"/api/v1/rooms/{room}/handover", "", ""},
	{"/api/v1/rooms/{room}/embed-tokens", "", room.ScopeEmbedWrite},
	{"/api/v1/portals", "", room.ScopeSettingsWrite},
	{"/api/v1/links", "", room.ScopeLinksWrite},
	{"/api/v1/templates", "", room.ScopeRoomsWrite},
	{"/api/v1/templates", "GET", room.ScopeRoomsRead},
	{"/api/v1/workspace", "", room.ScopeSettingsWrite},
	{"/api/v1/workspace", "GET", room.ScopeRoomsRead},
	{"/api/v1/holidays", "GET", room.ScopeRoomsRead},
	{"/api/v1/brand", "", room.ScopeSettingsWrite},
	{"/api/v1/brand", "GET", room.ScopeRoomsRead},
	{"/api/v1/requests", "", room.ScopeLinksWrite},
	{"/api/v1/members", "", room.ScopeMembersWrite},
	{"/api/v1/keys", "", room.ScopeSettingsWrite},
	{"/api/v1/audit", "", room.ScopeAuditRead},
}

// scopeOf returns the scope that a key needs for an operation.
func scopeOf(o huma.Operation) room.Scope { return scopeFor(o.Method, documentPath(o.Path)) }

func scopeFor(method, path string) room.Scope {
	var best room.Scope
	length := -1
	for _, s := range scopes {
		below := path == s.path || strings.HasPrefix(path, s.path+"/")
		if n := 2*len(s.path) + len(s.method); below && (s.method == "" || s.method == method) && n > length {
			best, length = s.scope, n
		}
	}
	return best
}

// securityOf says in the OpenAPI document who may call an operation.
func securityOf(method, path string) []map[string][]string {
	switch path = documentPath(path); {
	case path == "/api/v1/join" || path == "/api/v1/embed/session" || path == "/oembed",
		strings.HasPrefix(path, "/api/v1/door/"), strings.HasPrefix(path, "/api/v1/signin"):
		return []map[string][]string{} // the token is in the body, or in the URL that is asked about
	case path == "/api/v1/rooms/{room}/embed-tokens":
		return []map[string][]string{{"key": {string(room.ScopeEmbedWrite)}}}
	case path == "/api/v1/rooms/{room}/handover":
		return []map[string][]string{{"session": {}}}
	case strings.HasPrefix(path, "/api/v1/account") || path == "/api/v1/signout" || path == "/api/v1/rooms/{room}/enter":
		return []map[string][]string{{"account": {}}}
	}
	key := map[string][]string{"key": {string(scopeFor(method, path))}}
	switch {
	case strings.HasPrefix(path, "/api/v1/rooms/{room}") || strings.HasPrefix(path, "/api/v1/links/"):
		return []map[string][]string{{"session": {}}, {"cookie": {}}, key}
	case strings.HasPrefix(path, "/api/v1/templates") || path == "/api/v1/rooms" && method == "POST":
		return []map[string][]string{{"session": {}}, {"cookie": {}}, {"account": {}}, key}
	default:
		return []map[string][]string{{"account": {}}, key}
	}
}
