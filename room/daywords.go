package room

import (
	"fmt"
	"time"
)

// dayWords writes a day as a person reads it: "12 Oct 2026".
func dayWords(day string) string {
	t, err := time.Parse(DateFormat, day)
	if err != nil {
		return day
	}
	return t.Format("2 Jan 2006")
}

// dueWords is dayWords for a field that may have no day.
func dueWords(v Value) string {
	if day, ok := v.(string); ok {
		return dayWords(day)
	}
	return "without a date"
}

// daysFrom is the number of calendar days from one day to another.
func daysFrom(from, to string) int {
	a, err1 := time.Parse(DateFormat, from)
	b, err2 := time.Parse(DateFormat, to)
	if err1 != nil || err2 != nil {
		return 0
	}
	return int(b.Sub(a) / (24 * time.Hour))
}

// laterWords says how far a date moved: "10 days later".
func laterWords(days int) string {
	word := "later"
	if days < 0 {
		days, word = -days, "earlier"
	}
	if days == 1 {
		return "1 day " + word
	}
	return fmt.Sprintf("%d days %s", days, word)
}
