// Package holidays knows the public holidays of countries and of some of their
// regions, so that nobody types them. The days go into a room as data; the rules
// of the plan never ask this package.
//
// It starts no goroutine and does no I/O. The rules are github.com/rickar/cal's.
package holidays

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"

	"parley/room"
)

// MaxYears is the longest span that [Days] answers: no plan is longer, and ten
// years of a country with many holidays fit a room.
const MaxYears = 10

// Country is a place whose holidays are known.
type Country struct {
	Code string `json:"code" doc:"ISO 3166, in lower case: no, de-by"`
	Name string `json:"name"`
}

// Holiday is a day off, by the name it has in its own country.
type Holiday struct {
	Day  string `json:"day" format:"date"`
	Name string `json:"name"`
}

// Countries returns the places whose holidays are known, by name.
func Countries() []Country {
	out := make([]Country, 0, len(calendars))
	for code, c := range calendars {
		out = append(out, Country{code, c.name})
	}
	slices.SortFunc(out, func(a, b Country) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Days returns the public holidays of a country from one day to another, both
// included, as they are observed, by day. The error is a [*room.Error]: the
// country is not known, or the span is none or too long.
func Days(country, from, to string) ([]Holiday, error) {
	c, ok := calendars[country]
	if !ok {
		return nil, room.FieldErrorf(room.Gone, "country", "the holidays of this country are not known here")
	}
	first, err1 := time.Parse(room.DateFormat, from)
	last, err2 := time.Parse(room.DateFormat, to)
	switch {
	case err1 != nil:
		return nil, room.FieldErrorf(room.Invalid, "from", "this is not a date; use YYYY-MM-DD")
	case err2 != nil:
		return nil, room.FieldErrorf(room.Invalid, "to", "this is not a date; use YYYY-MM-DD")
	case last.Before(first):
		return nil, room.FieldErrorf(room.Invalid, "to", "%s is before %s", to, from)
	case last.After(first.AddDate(MaxYears, 0, 0)):
		return nil, room.FieldErrorf(room.Invalid, "to", "ask for at most %d years", MaxYears)
	}
	out := []Holiday{}
	// A holiday of one year may be observed in the next, or in the one before.
	for year := first.Year() - 1; year <= last.Year()+1; year++ {
		for _, h := range c.rules {
			if day, ok := observed(h, year); ok && day >= from && day <= to {
				out = append(out, Holiday{day, h.Name})
			}
		}
	}
	slices.SortFunc(out, func(a, b Holiday) int { return cmp.Or(strings.Compare(a.Day, b.Day), strings.Compare(a.Name, b.Name)) })
	return slices.Compact(out), nil
}

// observed returns the day that people have off for a holiday in a year.
func observed(h *cal.Holiday, year int) (string, bool) {
	_, day := h.Calc(year)
	if day.IsZero() || h.Type == cal.ObservanceReligious || h.Type == cal.ObservanceOther { // some countries name no type
		return "", false
	}
	return day.Format(room.DateFormat), true
}
