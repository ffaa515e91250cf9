package web

import (
	"testing"
	"time"

	"parley/room"
)

// A line of the list says what the room's schedule says, on the room's day.
func TestASummaryIsOfTheSchedule(t *testing.T) {
	r := room.Summary{TimeZone: "Europe/Berlin", GoLive: "2199-03-01", Plan: plannedRoom()}

	got := summaryOf(r, time.Date(2026, 10, 2, 23, 30, 0, 0, time.UTC)) // the 3rd in Berlin

	if got.Progress != (room.Progress{Done: 1, Total: 2}) || got.Next.Value == nil || *got.Next.Value != (NextMilestone{ID: priya, Title: "Security review", Due: "2026-10-02"}) {
		t.Errorf("summary = %+v, next %+v", got, got.Next.Value)
	}
	if got.Health.Level != room.AtRisk || got.Health.Reasons[0].Text != "“Security review” was due 2 Oct" || got.ForecastGoLive != "2199-03-01" {
		t.Errorf("health = %+v, heading for %s", got.Health, got.ForecastGoLive)
	}
	if before := summaryOf(r, time.Date(2026, 10, 2, 21, 30, 0, 0, time.UTC)); before.Health.Level != room.OnTrack {
		t.Errorf("two hours before, health = %+v", before.Health)
	}
}
