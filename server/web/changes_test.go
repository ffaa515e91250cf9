package web

import (
	"fmt"
	"net/http"
	"testing"
)

// Changes are told per stream and audience, from a rev or a moment. // I11
func TestChangesAreToldPerAudience(t *testing.T) {
	a := newApp(t)
	changes := "/api/v1/rooms/" + string(roomA) + "/changes"

	got := a.get(changes+"?from=2026-11-01T10:00:30Z", as("marc")).ok(http.StatusOK)
	if fmt.Sprintf("%v %v", got["from"], got["to"]) != "1 3" {
		t.Errorf("from %v to %v, want 1 to 3", got["from"], got["to"])
	}
	if groups := got["groups"].([]any); len(groups) != 0 {
		t.Errorf("groups = %v", groups)
	}
	a.get(changes+"?from=1&to=2&stream=buyer", as("marc")).ok(http.StatusOK)
	a.get(changes+"?from=1&stream=seller", as("marc")).refused(403, "forbidden", "stream")
	a.get(changes+"?from=1&stream=seller", as("watcher")).refused(403, "forbidden", "stream")
	a.get(changes+"?from=1", as("stranger")).refused(404, "gone", "")
	a.get(changes+"?from=yesterday", as("marc")).refused(422, "invalid", "from")
	a.get(changes+"?from=3&to=1", as("marc")).refused(422, "invalid", "from")
	a.get(changes+"?from=1&to=9", as("marc")).refused(404, "gone", "rev")
	a.get(changes, as("marc")).refused(422, "invalid", "from")
}

// The plan as of a moment is that of the newest rev by then.
func TestAtAMoment(t *testing.T) {
	a := newApp(t)
	at := "/api/v1/rooms/" + string(roomA) + "/at/"
	if got := a.get(at+"2026-11-01T10:01:30Z", as("marc")).ok(http.StatusOK); fmt.Sprint(got["rev"]) != "2" {
		t.Errorf("rev = %v, want 2", got["rev"])
	}
	a.get(at+"2026-11-32T10:01:30Z", as("marc")).refused(422, "invalid", "rev")
	a.get(at+"-1", as("marc")).refused(422, "invalid", "rev")
}
