package web

import (
	"testing"
	"time"

	"parley/room"
)

func TestHealthTellsItsReason(t *testing.T) {
	now := time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC) // the 24th in Berlin
	open := func(title, status, due string, owned bool) room.SummaryMilestone {
		return room.SummaryMilestone{Title: title, Status: status, Due: due, Owned: owned}
	}
	cases := map[string]struct {
		goLive     string
		milestones []room.SummaryMilestone
		want       Health
	}{
		"nothing planned":           {"", nil, Health{"on_track", "nothing is late or blocked"}},
		"all in time":               {"2027-01-01", []room.SummaryMilestone{open("A", "in_progress", "2026-11-24", true)}, Health{"on_track", "nothing is late or blocked"}},
		"due yesterday, over there": {"2027-01-01", []room.SummaryMilestone{open("A", "in_progress", "2026-11-23", true)}, Health{"at_risk", "“A” was due 2026-11-23"}},
		"done late is done":         {"2027-01-01", []room.SummaryMilestone{open("A", "done", "2026-11-01", true)}, Health{"on_track", "nothing is late or blocked"}},
		"blocked":                   {"2027-01-01", []room.SummaryMilestone{open("A", "blocked", "2026-12-24", true)}, Health{"at_risk", "“A” is blocked"}},
		"soon and nobody's":         {"2027-01-01", []room.SummaryMilestone{open("A", "not_started", "2026-12-08", false)}, Health{"at_risk", "“A” is due 2026-12-08 and has no owner"}},
		"nobody's but far":          {"2027-01-01", []room.SummaryMilestone{open("A", "not_started", "2026-12-09", false)}, Health{"on_track", "nothing is late or blocked"}},
		"past go-live":              {"2026-11-20", []room.SummaryMilestone{open("A", "in_progress", "2026-12-09", true)}, Health{"late", "go-live was 2026-11-20 and 1 milestone is open"}},
		"past go-live, all done":    {"2026-11-20", []room.SummaryMilestone{open("A", "done", "2026-11-20", true)}, Health{"on_track", "nothing is late or blocked"}},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := healthOf(room.Summary{TimeZone: "Europe/Berlin", GoLive: c.goLive, Milestones: c.milestones}, now)
			if got != c.want {
				t.Errorf("health = %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestASummaryCountsAndNamesTheNext(t *testing.T) {
	got := summaryOf(room.Summary{TimeZone: "UTC", Milestones: []room.SummaryMilestone{
		{ID: priya, Title: "A", Status: "done"}, {ID: marc, Title: "B", Status: "not_started", Due: "2027-01-01"}, {Title: "C", Status: "not_started"},
	}}, time.Now())

	if got.Progress != (Progress{Done: 1, Total: 3}) || got.Next.Value == nil || got.Next.Value.Title != "B" {
		t.Errorf("summary = %+v, next %+v", got, got.Next.Value)
	}
}
