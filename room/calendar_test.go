package room

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The slow calendar: a step a day, on the library's own dates.

func stepDays(s string, n int) string {
	t, err := time.Parse(DateFormat, s)
	if err != nil {
		panic(err) // the tests write their own days
	}
	return t.AddDate(0, 0, n).Format(DateFormat)
}

func worksSlowly(weekend, holidays []string, s string) bool {
	t, _ := time.Parse(DateFormat, s)
	name := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}[t.Weekday()]
	return !slices.Contains(weekend, name) && !slices.Contains(holidays, s)
}

func addSlowly(weekend, holidays []string, s string, n int) string {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if s = stepDays(s, step); worksSlowly(weekend, holidays, s) {
			n--
		}
	}
	return s
}

// worked is the n-th day from s that people work on who have Saturdays and
// Sundays off.
func worked(s string, n int) string { return addSlowly(usualWeekend, nil, s, n) }

func mustDay(s string) day {
	d, ok := parseDay(s)
	if !ok {
		panic("not a day: " + s)
	}
	return d
}

// Every day that may be written is what the library makes of it, leap years
// included. // rule 1
func TestDaysAreTheCalendars(t *testing.T) {
	at := time.Date(minYear, 1, 1, 0, 0, 0, 0, time.UTC)
	for d := firstDay; d <= lastDay; d++ {
		s := at.Format(DateFormat)
		if got := d.String(); got != s {
			t.Fatalf("day %d is %s, want %s", d, got, s)
		}
		if got := mustDay(s); got != d {
			t.Fatalf("%s is day %d, want %d", s, got, d)
		}
		if want := (int(at.Weekday()) + 6) % 7; d.weekday() != want {
			t.Fatalf("%s is weekday %d, want %d", s, d.weekday(), want)
		}
		at = at.AddDate(0, 0, 1)
	}
	if got := (lastDay + 400).String(); got != "2199-12-31" {
		t.Errorf("past the last day is written %s", got)
	}
}

// Counting by weeks and bisection finds the days that a walk finds.
func TestWorkingDaysAreThoseOfAWalk(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		weekend := rapid.SliceOfNDistinct(rapid.SampledFrom(weekdays), 0, 6, rapid.ID).Draw(r, "weekend")
		from := mustDay("2026-12-01")
		aDay := rapid.Custom(func(r *rapid.T) string { return (from + day(rapid.IntRange(-60, 60).Draw(r, "day"))).String() })
		holidays := rapid.SliceOfN(aDay, 0, 40).Draw(r, "holidays")
		s, n := aDay.Draw(r, "from"), rapid.IntRange(-60, 60).Draw(r, "n")
		days := make([]day, len(holidays))
		for i, h := range holidays {
			days[i] = mustDay(h)
		}

		c := newCalendar(weekend, days)
		d := mustDay(s)

		if got, want := c.works(d), worksSlowly(weekend, holidays, s); got != want {
			r.Fatalf("works(%s) = %v, want %v", s, got, want)
		}
		if got, want := c.add(d, n).String(), addSlowly(weekend, holidays, s, n); got != want {
			r.Fatalf("add(%s, %d) = %s, want %s", s, n, got, want)
		}
		if last := c.before(d, n); c.add(last, n) > d || c.add(last+1, n) <= d {
			r.Fatalf("before(%s, %d) = %s, from which %d working days lead to %s, a day later to %s", s, n, last, n, c.add(last, n), c.add(last+1, n))
		}
		if after := c.onOrAfter(d); !c.works(after) || after < d || c.between(d-1, after) != 1 {
			r.Fatalf("onOrAfter(%s) = %s", s, after)
		}
		if before := c.onOrBefore(d); !c.works(before) || before > d || c.between(before, d) != 0 {
			r.Fatalf("onOrBefore(%s) = %s", s, before)
		}
		if n > 0 {
			if start := c.start(d, n); !c.works(start) || c.between(start-1, d) != n {
				r.Fatalf("the %d working days up to %s begin on %s", n, s, start)
			}
		}
	})
}

func TestAWeekWithoutAWorkingDayIsWorkedThrough(t *testing.T) {
	c := newCalendar(weekdays, nil)

	if got := c.add(mustDay("2026-11-25"), 7).String(); got != "2026-12-02" {
		t.Errorf("seven days on is %s", got)
	}
}

// A milestone counts in the calendar of the side that has the work; what both
// do, or one hands to the other, on days that both work.
func TestWhoseDaysCount(t *testing.T) {
	for name, c := range map[string]struct {
		stream        Stream
		seller, buyer Value
		want          whose
	}{
		"the seller owns it":             {Shared, "a", nil, sellers},
		"the buyer owns it":              {Shared, nil, "b", buyers},
		"both own it":                    {Shared, "a", "b", boths},
		"nobody owns it":                 {Shared, nil, nil, boths},
		"it is kept to the seller":       {Seller, nil, "b", sellers},
		"it is kept to the buyer's side": {Buyer, "a", nil, buyers},
	} {
		if got := whoseIs(c.stream, Fields{"seller_owner": c.seller, "buyer_owner": c.buyer}); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if got := handOff(sellers, buyers); got != boths {
		t.Errorf("a hand-off counts in the days of %d", got)
	}
	if got := handOff(buyers, buyers); got != buyers {
		t.Errorf("one side's own step counts in the days of %d", got)
	}
}

// Today is the room's, whatever the server's clock is set to, also in the hour
// that a change of clocks takes or gives, and on a leap day. // rule 1
func TestTodayIsTheRooms(t *testing.T) {
	for _, c := range []struct{ at, zone, want string }{
		{"2026-11-25T23:30:00Z", "UTC", "2026-11-25"},
		{"2026-11-25T23:30:00Z", "Europe/Berlin", "2026-11-26"},
		{"2026-11-26T04:30:00Z", "America/New_York", "2026-11-25"},
		{"2026-11-25T10:00:00Z", "Pacific/Kiritimati", "2026-11-26"}, // UTC+14
		{"2026-11-25T11:30:00Z", "Pacific/Pago_Pago", "2026-11-25"},  // UTC-11
		{"2026-11-25T10:30:00Z", "Pacific/Pago_Pago", "2026-11-24"},
		{"2026-03-29T00:59:59Z", "Europe/Berlin", "2026-03-29"}, // clocks go forward at 01:00Z
		{"2026-03-28T23:00:00Z", "Europe/Berlin", "2026-03-29"},
		{"2026-03-29T21:59:59Z", "Europe/Berlin", "2026-03-29"},
		{"2026-03-29T22:00:00Z", "Europe/Berlin", "2026-03-30"}, // summer time: midnight came earlier
		{"2026-10-25T22:59:59Z", "Europe/Berlin", "2026-10-25"},
		{"2026-10-25T23:00:00Z", "Europe/Berlin", "2026-10-26"},
		{"2026-09-06T04:00:00Z", "America/Santiago", "2026-09-06"}, // midnight itself is skipped there
		{"2026-09-06T03:59:59Z", "America/Santiago", "2026-09-05"},
		{"2028-02-29T12:00:00Z", "Asia/Kolkata", "2028-02-29"},
		{"2028-02-29T18:30:00Z", "Asia/Kolkata", "2028-03-01"},
		{"2026-11-25T23:30:00Z", "Nowhere/Land", "2026-11-25"}, // an unknown zone counts as UTC
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := Today(at, c.zone); got != c.want {
			t.Errorf("at %s it is %s in %s, want %s", c.at, got, c.zone, c.want)
		}
	}
}
