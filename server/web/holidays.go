package web

import (
	"context"

	"parley/server/holidays"
)

// CountryList is the places whose holidays are known.
type CountryList struct {
	Countries []holidays.Country `json:"countries" nullable:"false"`
}

type listCountriesOut struct{ Body CountryList }

func (s *server) listCountries(ctx context.Context, _ *struct{}) (*listCountriesOut, error) {
	if _, err := s.enterAnywhere(ctx); err != nil {
		return nil, err
	}
	return &listCountriesOut{Body: CountryList{Countries: holidays.Countries()}}, nil
}

type listHolidaysIn struct {
	Country string `path:"country" doc:"a code from the list of countries"`
	From    string `query:"from" required:"true" format:"date"`
	To      string `query:"to" required:"true" format:"date" doc:"at most ten years after from"`
}

// HolidayList is a country's holidays within a span of days.
type HolidayList struct {
	Holidays []holidays.Holiday `json:"holidays" nullable:"false"`
}

type listHolidaysOut struct{ Body HolidayList }

func (s *server) listHolidays(ctx context.Context, in *listHolidaysIn) (*listHolidaysOut, error) {
	if _, err := s.enterAnywhere(ctx); err != nil {
		return nil, err
	}
	days, err := holidays.Days(in.Country, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return &listHolidaysOut{Body: HolidayList{Holidays: days}}, nil
}
