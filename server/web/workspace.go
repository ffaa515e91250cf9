package web

import (
	"context"
	"time"

	"parley/room"
	"parley/server/holidays"
)

// WorkspaceDefaults are what the workspace's new rooms begin with.
type WorkspaceDefaults struct {
	TimeZone string   `json:"time_zone,omitempty" doc:"IANA name"`
	Weekend  []string `json:"weekend,omitempty" maxItems:"6" doc:"the days nobody works, mon to sun; absent: sat, sun"`
	Country  string   `json:"country,omitempty" maxLength:"200" doc:"a code of the list of countries: without holidays, its own are taken"`
	Holidays []string `json:"holidays,omitempty" maxItems:"400" doc:"days, YYYY-MM-DD"`
}

type workspaceOut struct{ Body WorkspaceDefaults }

func (s *server) getWorkspace(ctx context.Context, _ *struct{}) (*workspaceOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleMember)
	if err != nil {
		return nil, err
	}
	d, err := s.Store.Defaults(ctx, c.workspace)
	return &workspaceOut{Body: WorkspaceDefaults(d)}, err
}

type putWorkspaceIn struct{ Body JSON[WorkspaceDefaults] }

func (s *server) putWorkspace(ctx context.Context, in *putWorkspaceIn) (*workspaceOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleAdmin)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if body.Holidays == nil {
		body.Holidays = holidaysOf(body.Country, time.Now())
	}
	d, err := room.Defaults(body).Check()
	if err == nil {
		err = s.Store.SetDefaults(ctx, c.workspace, d)
	}
	if err == nil {
		s.audit(ctx, c.workspace, room.AuditEvent{Action: room.ActSettings, Actor: c.actor(), Detail: "what new rooms begin with"})
	}
	return &workspaceOut{Body: WorkspaceDefaults(d)}, err
}

// plannedYears is for how long a room gets a country's holidays: longer than any
// deal, and within what a room holds for a country with the most.
const plannedYears = 5

// holidaysOf returns the days off of a country from this year on, nil for a
// place that is not known.
func holidaysOf(country string, now time.Time) []string {
	year := now.UTC().Year()
	first := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	days, err := holidays.Days(country, first.Format(room.DateFormat), first.AddDate(plannedYears, 0, -1).Format(room.DateFormat))
	if err != nil {
		return nil // a name that somebody typed; it says where the holidays are from, no more
	}
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = d.Day
	}
	return out
}
