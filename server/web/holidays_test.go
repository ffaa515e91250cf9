package web

import (
	"net/http"
	"testing"
)

func TestHolidaysOfACountry(t *testing.T) {
	a := newApp(t)

	countries := a.get("/api/v1/holidays", as("priya")).ok(http.StatusOK)["countries"].([]any)
	days := a.get("/api/v1/holidays/no?from=2026-05-01&to=2026-05-20", as("marc")).ok(http.StatusOK)["holidays"].([]any)

	if len(countries) < 80 {
		t.Errorf("%d countries", len(countries))
	}
	if len(days) != 3 || days[1].(map[string]any)["day"] != "2026-05-14" || days[1].(map[string]any)["name"] != "Kristi Himmelfartsdag" {
		t.Errorf("holidays = %v", days)
	}
	a.get("/api/v1/holidays/xx?from=2026-05-01&to=2026-05-20", as("marc")).refused(http.StatusNotFound, "gone", "country")
	a.get("/api/v1/holidays/no?from=2026-05-21&to=2026-05-20", as("marc")).refused(http.StatusUnprocessableEntity, "invalid", "to")
	a.get("/api/v1/holidays", nil).refused(http.StatusUnauthorized, "unauthorized", "")
}
