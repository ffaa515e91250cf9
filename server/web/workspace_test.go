package web

import (
	"net/http"
	"testing"
)

// What new rooms begin with is the workspace's key's to say.
func TestWorkspaceDefaults(t *testing.T) {
	a := newApp(t)

	set := a.put("/api/v1/workspace", as(adminKey), `{"time_zone":"Europe/Oslo","country":"no","weekend":["sun","sat"]}`).ok(http.StatusOK)

	if days := set["holidays"].([]any); len(days) < 45 || len(a.fake.defaults.Holidays) != len(days) {
		t.Errorf("five years of Norway's holidays: %v", days)
	}
	if got := a.get("/api/v1/workspace", as(adminKey)).ok(http.StatusOK); got["time_zone"] != "Europe/Oslo" || got["weekend"].([]any)[0] != "sat" {
		t.Errorf("defaults = %v", got)
	}
	a.put("/api/v1/workspace", as(adminKey), `{"time_zone":"Mars/Olympus"}`).refused(http.StatusUnprocessableEntity, "invalid", "time_zone")
	a.put("/api/v1/workspace", as("priya"), `{}`).refused(http.StatusForbidden, "forbidden", "")
}
