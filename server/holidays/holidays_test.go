package holidays

import (
	"slices"
	"testing"
	"time"

	"parley/room"
)

// Days that people in these places know to be off.
func TestDaysAreThoseOfTheCountry(t *testing.T) {
	for name, c := range map[string]struct {
		country, day, name string
	}{
		"Norway's constitution day":             {"no", "2026-05-17", "Grunnlovsdag"},
		"Norway's Ascension":                    {"no", "2026-05-14", "Kristi Himmelfartsdag"},
		"German unity":                          {"de", "2026-10-03", "Tag der Deutschen Einheit"},
		"Epiphany, in Bavaria alone":            {"de-by", "2026-01-06", "Heilige Drei Könige"},
		"Thanksgiving":                          {"us", "2026-11-26", "Thanksgiving Day"},
		"Independence day, observed on Friday":  {"us", "2026-07-03", "Independence Day"},
		"a new year observed the year before":   {"us", "2027-12-31", "New Year's Day"},
		"the United Kingdom's August":           {"gb", "2026-08-31", "Summer Bank Holiday"},
		"Christmas in Britain, observed Monday": {"gb", "2027-12-27", "Christmas Day"},
	} {
		days, err := Days(c.country, c.day, c.day)
		if err != nil || !slices.Contains(days, Holiday{c.day, c.name}) {
			t.Errorf("%s: %v, %v; want %s", name, days, err, c.name)
		}
	}
	if days, err := Days("de", "2026-01-06", "2026-01-06"); err != nil || len(days) != 0 {
		t.Errorf("Epiphany in all of Germany: %v, %v", days, err)
	}
}

// Every place gives days of the span, in order, none twice, few enough for a room
// of five years; the clock of the server changes none.
func TestEveryCountryHasDays(t *testing.T) {
	countries := Countries()
	if len(countries) < 80 {
		t.Errorf("only %d places", len(countries))
	}
	for _, c := range countries {
		days, err := Days(c.Code, "2026-01-01", "2030-12-31")
		if err != nil || len(days) < 5*5 || len(days) > room.MaxHolidays {
			t.Errorf("%s: %d days, %v", c.Name, len(days), err)
		}
		for i, d := range days {
			if _, err := time.Parse(room.DateFormat, d.Day); err != nil || d.Name == "" || d.Day < "2026-01-01" || d.Day > "2030-12-31" || i > 0 && d.Day < days[i-1].Day {
				t.Errorf("%s: %v behind %v", c.Name, d, days[max(0, i-1)])
			}
		}
	}
}

func TestDaysRefusesWhatItCannotAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		country, from, to string
		code              room.Code
	}{
		"a country that is not known": {"xx", "2026-01-01", "2026-12-31", room.Gone},
		"no date":                     {"no", "2026-02-30", "2026-12-31", room.Invalid},
		"no end":                      {"no", "2026-01-01", "", room.Invalid},
		"backwards":                   {"no", "2026-12-31", "2026-01-01", room.Invalid},
		"for too long":                {"no", "2026-01-01", "2036-01-02", room.Invalid},
	} {
		if _, err := Days(c.country, c.from, c.to); room.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}
