package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// Only the seller's side is told that the buyer's has not been here. // rule 12
func TestTheScheduleTellsTheSellerAloneOfQuiet(t *testing.T) {
	a := newApp(t)
	a.fake.planned, a.fake.visit = true, time.Now().Add(-12*24*time.Hour-time.Minute)
	path := "/api/v1/rooms/" + string(roomA) + "/schedule"

	seller := a.get(path, as("priya")).ok(http.StatusOK)

	quiet, _ := seller["quiet"].(map[string]any)
	if quiet["text"] != "Nobody from Acme has been here for 12 days" || fmt.Sprint(quiet["days"]) != "12" {
		t.Errorf("quiet = %v", quiet)
	}
	if seller["go_live"] != "2199-03-01" || len(seller["milestones"].([]any)) != 2 || seller["health"].(map[string]any)["level"] != "at_risk" {
		t.Errorf("schedule = %v", seller)
	}
	for _, other := range []string{"marc", "watcher"} {
		if got := a.get(path, as(other)).ok(http.StatusOK); got["quiet"] != nil || got["go_live"] != "2199-03-01" {
			t.Errorf("%s reads %v", other, got)
		}
	}
	a.get(path, as("stranger")).refused(http.StatusNotFound, "gone", "")
	a.fake.visit = time.Now().Add(-9 * 24 * time.Hour)
	if got := a.get(path, as("priya")).ok(http.StatusOK); got["quiet"] != nil {
		t.Errorf("after nine days: %v", got["quiet"])
	}
}
