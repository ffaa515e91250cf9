package watch

import (
	"time"

	"parley/room"
)

// Calendar days are text, "2026-10-22", compared with <; they never become an
// instant in somebody's time zone.

// parse reads a day; the zero time for one that is absent.
func parse(day string) time.Time {
	t, err := time.Parse(room.DateFormat, day)
	if err != nil {
		return time.Time{}
	}
	return t
}

// weekDay writes "Thu 22 Oct", with the year when it is not today's.
func weekDay(day, today string) string {
	if day == "" {
		return ""
	}
	if len(today) < 4 || day[:4] != today[:4] {
		return parse(day).Format("Mon 2 Jan 2006")
	}
	return parse(day).Format("Mon 2 Jan")
}

// longDay writes "Thu 22 Oct 2026".
func longDay(day string) string {
	if day == "" {
		return ""
	}
	return parse(day).Format("Mon 2 Jan 2006")
}

// shortDay writes "22 Oct", with the year when it is not today's.
func shortDay(day, today string) string {
	if day == "" {
		return ""
	}
	if len(today) < 4 || day[:4] != today[:4] {
		return parse(day).Format("2 Jan 2006")
	}
	return parse(day).Format("2 Jan")
}

// between is the number of calendar days from one day to another.
func between(from, to string) int {
	return int(parse(to).Sub(parse(from)) / (24 * time.Hour))
}

// plus moves a day by calendar days.
func plus(day string, days int) string {
	return parse(day).AddDate(0, 0, days).Format(room.DateFormat)
}
