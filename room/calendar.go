package room

import (
	"slices"
	"sort"
)

// weekdays are the words of a weekend, in the order it is kept in.
var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// usualWeekend is what a side that named none has: Saturday and Sunday.
var usualWeekend = []string{"sat", "sun"}

// calendar says which days are worked. It knows how many working days there are
// up to any day, and which is the n-th, without a walk: whole weeks are counted,
// holidays found by bisection.
type calendar struct {
	week     [7]bool // worked, from Monday on
	upTo     [8]int  // working weekdays before the n-th of a week
	nth      [8]int  // the weekday that is the n-th working one, from 1 on
	holidays []day   // sorted, without those on weekends
	ranks    []int   // of each holiday: its place among the working weekdays, less the holidays before
}

// newCalendar returns the calendar of a weekend and holidays, in any order. A
// weekend of seven days would leave no day to count: then every day is worked.
func newCalendar(weekend []string, holidays []day) *calendar {
	c := &calendar{}
	for i, name := range weekdays {
		c.week[i] = !slices.Contains(weekend, name)
	}
	if c.week == [7]bool{} {
		c.week = [7]bool{true, true, true, true, true, true, true}
	}
	for i, worked := range c.week {
		c.upTo[i+1] = c.upTo[i]
		if worked {
			c.upTo[i+1]++
			c.nth[c.upTo[i+1]] = i
		}
	}
	for _, d := range holidays {
		if c.week[d.weekday()] {
			c.holidays = append(c.holidays, d)
		}
	}
	slices.Sort(c.holidays)
	c.holidays = slices.Compact(c.holidays)
	for i, d := range c.holidays {
		c.ranks = append(c.ranks, c.weekdaysUpTo(d)-i)
	}
	return c
}

// weekdaysUpTo counts the working weekdays up to d, d included, from a day far
// back; holidays are not known to it.
func (c *calendar) weekdaysUpTo(d day) int {
	return floorDiv(int(d)+3, 7)*c.upTo[7] + c.upTo[d.weekday()+1]
}

// rank counts the working days up to d, d included, from a day far back.
func (c *calendar) rank(d day) int {
	return c.weekdaysUpTo(d) - sort.Search(len(c.holidays), func(i int) bool { return c.holidays[i] > d })
}

// at is the working day of a rank.
func (c *calendar) at(rank int) day {
	rank += sort.SearchInts(c.ranks, rank+1) // the holidays up to it
	week := floorDiv(rank-1, c.upTo[7])
	return day(week*7 + c.nth[rank-week*c.upTo[7]] - 3)
}

// works reports whether d is worked.
func (c *calendar) works(d day) bool { return c.rank(d) > c.rank(d-1) }

// add returns the n-th working day after d, before it where n is negative; d
// itself for 0.
func (c *calendar) add(d day, n int) day {
	switch {
	case n > 0:
		return c.at(c.rank(d) + n)
	case n < 0:
		return c.at(c.rank(d-1) + 1 + n)
	default:
		return d
	}
}

// before returns the last day from which add by n comes no later than d.
func (c *calendar) before(d day, n int) day {
	if n > 0 {
		return c.at(c.rank(d)-n+1) - 1
	}
	return c.add(d, -n)
}

// onOrAfter and onOrBefore return the nearest working day.
func (c *calendar) onOrAfter(d day) day  { return c.at(c.rank(d-1) + 1) }
func (c *calendar) onOrBefore(d day) day { return c.at(c.rank(d)) }

// between counts the working days after one day up to another; negative where
// that is earlier.
func (c *calendar) between(from, to day) int { return c.rank(to) - c.rank(from) }

// start returns the first of the n working days that end on due; due itself for
// a moment, which takes no day.
func (c *calendar) start(due day, n int) day {
	if n <= 0 {
		return due
	}
	return c.at(c.rank(due) - n + 1)
}

// whose says in whose calendar something counts.
type whose uint8

const (
	sellers whose = iota
	buyers
	boths // only days that both work
)

// calendars are those of a room's two companies, by whose.
type calendars [3]*calendar

// calendarsOf reads the calendars from the room's own record.
func calendarsOf(room Fields) calendars {
	seller, sellerDays := weekendOf(room, "seller_weekend"), daysOf(room, "seller_holidays")
	buyer, buyerDays := weekendOf(room, "buyer_weekend"), daysOf(room, "buyer_holidays")
	return calendars{
		sellers: newCalendar(seller, sellerDays),
		buyers:  newCalendar(buyer, buyerDays),
		boths:   newCalendar(append(slices.Clone(seller), buyer...), append(slices.Clone(sellerDays), buyerDays...)),
	}
}

func weekendOf(room Fields, field string) []string {
	if days, ok := room[field].([]string); ok {
		return days
	}
	return usualWeekend
}

func daysOf(room Fields, field string) []day {
	list, _ := room[field].([]string)
	out := make([]day, 0, len(list))
	for _, s := range list {
		if d, ok := parseDay(s); ok {
			out = append(out, d)
		}
	}
	return out
}

// whoseIs says in whose calendar a milestone with fields f counts: in that of
// the one side that owns it, or that it is kept to, else in both.
func whoseIs(s Stream, f Fields) whose {
	seller, buyer := f["seller_owner"] != nil, f["buyer_owner"] != nil
	switch {
	case s == Seller || s == Shared && seller && !buyer:
		return sellers
	case s == Buyer || s == Shared && buyer && !seller:
		return buyers
	default:
		return boths
	}
}

// handOff is in whose calendar the time from one milestone to the next counts.
func handOff(from, to whose) whose {
	if from == to {
		return to
	}
	return boths
}

// duration returns how many working days a milestone with fields f takes: those
// from its start to its due date, else what it says, else none.
func (c *calendar) duration(f Fields) int {
	start, ok1 := parseDay(f["start"])
	due, ok2 := parseDay(f["due"])
	if ok1 && ok2 {
		return max(0, c.between(start-1, due))
	}
	n, _ := f["duration_days"].(int64)
	return int(n)
}
