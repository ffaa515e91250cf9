package room

import (
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Dates outside these years are taken for typing errors.
const (
	minYear = 1970
	maxYear = 2199
)

// zoneList holds the names of the IANA time zone database, one a line: those of
// Go's time/tzdata, so what is accepted here can be loaded there.
//
//go:embed zones.txt
var zoneList string

var zones = func() map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq(zoneList) {
		m[name] = true
	}
	return m
}()

// ValidZone reports whether name is an IANA time zone.
func ValidZone(name string) bool { return zones[name] }

// CheckValue returns v, as [ParseJSON] gives it, in the form a record holds it
// in, or why f cannot hold it. Null passes: it clears the field.
func (f *Field) CheckValue(v any) (Value, *Error) {
	if v == nil {
		return nil, nil
	}
	switch f.Type {
	case Int:
		return f.checkInt(v)
	case Bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, Errorf(Invalid, "it is neither true nor false")
	case RefList:
		return f.checkRefs(v)
	case On:
		return f.checkTarget(v)
	case Weekdays:
		return checkWeekdays(v)
	case Days:
		return checkDays(v)
	case DateList:
		return checkDates(v)
	}
	s, ok := v.(string)
	if !ok {
		return nil, Errorf(Invalid, "it is not text")
	}
	return f.checkString(s)
}

func (f *Field) checkString(s string) (Value, *Error) {
	switch f.Type {
	case Text, Prose:
		return s, f.checkText(s)
	case Day:
		return s, checkDay(s)
	case Enum:
		if !slices.Contains(f.Of, s) {
			return nil, Errorf(Invalid, "%q is not known here; use %s", clip(s), anyOf(f.Of))
		}
		return s, nil
	case Ref:
		return s, checkID(s)
	case Zone:
		if !ValidZone(s) {
			return nil, Errorf(Invalid, "%q is not a time zone; use an IANA name like Europe/Berlin", clip(s))
		}
		return s, nil
	case Money:
		if m, ok := canonicalMoney(s); ok {
			return m, nil
		}
		return nil, Errorf(Invalid, "%q is not an amount; write it like 125000.00", clip(s))
	case Instant:
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return t.UTC().Truncate(time.Microsecond).Format(InstantFormat), nil
		}
		return nil, Errorf(Invalid, "%q is not a time; use RFC 3339", clip(s))
	default: // Key: the room computes it
		return nil, Errorf(Invalid, "it cannot be set")
	}
}

func (f *Field) checkText(s string) *Error {
	if f.Required && strings.TrimSpace(s) == "" {
		return Errorf(Invalid, "it cannot be empty")
	}
	for _, r := range s {
		if unicode.IsControl(r) && (f.Type != Prose || r != '\n' && r != '\t') {
			if r == '\n' || r == '\r' {
				return Errorf(Invalid, "it cannot hold this kind of line break")
			}
			return Errorf(Invalid, "it holds the control character U+%04X", r)
		}
	}
	if len(s) > f.Max { // bytes bound characters from above
		if n := utf8.RuneCountInString(s); n > f.Max {
			return Errorf(Invalid, "it has %d characters; the limit is %d", n, f.Max)
		}
	}
	return nil
}

// checkDay accepts a day of the calendar, "2006-01-02".
func checkDay(s string) *Error {
	if !looksLikeDay(s) {
		return Errorf(Invalid, "%q is not a date; use YYYY-MM-DD", clip(s))
	}
	year, _ := strconv.Atoi(s[:4])
	month, _ := strconv.Atoi(s[5:7])
	day, _ := strconv.Atoi(s[8:])
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day || int(t.Month()) != month {
		if month >= 1 && month <= 12 {
			return Errorf(Invalid, "%d %s %d is not a date; use YYYY-MM-DD", day, time.Month(month).String()[:3], year)
		}
		return Errorf(Invalid, "%q is not a date; use YYYY-MM-DD", s)
	}
	if year < minYear || year > maxYear {
		return Errorf(Invalid, "the year %d is outside %d–%d", year, minYear, maxYear)
	}
	return nil
}

func looksLikeDay(s string) bool {
	if len(s) != len(DateFormat) {
		return false
	}
	for i := range len(s) {
		if i == 4 || i == 7 {
			if s[i] != '-' {
				return false
			}
		} else if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// checkWeekdays accepts the days of a weekend, in any order.
func checkWeekdays(v any) (Value, *Error) {
	list, err := texts(v, "days of the week")
	if err != nil {
		return nil, err
	}
	for i, name := range list {
		if !slices.Contains(weekdays, name) {
			return nil, Errorf(Invalid, "%q is not a day of the week; use %s", clip(name), anyOf(weekdays))
		}
		if slices.Contains(list[:i], name) {
			return nil, Errorf(Invalid, "it names %s twice", name)
		}
	}
	if len(list) == len(weekdays) {
		return nil, Errorf(Invalid, "it leaves no day to work on")
	}
	slices.SortFunc(list, func(a, b string) int { return slices.Index(weekdays, a) - slices.Index(weekdays, b) })
	return list, nil
}

// checkDays accepts days of the calendar, in any order.
func checkDays(v any) (Value, *Error) {
	list, err := texts(v, "dates")
	if err != nil {
		return nil, err
	}
	if len(list) > MaxHolidays {
		return nil, Errorf(Invalid, "it names %d days; the limit is %d", len(list), MaxHolidays)
	}
	for _, s := range list {
		if err := checkDay(s); err != nil {
			return nil, err
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// texts returns a list of strings, to be kept.
func texts(v any, what string) ([]string, *Error) {
	list, ok := v.([]any)
	if !ok {
		return nil, Errorf(Invalid, "it is not a list of %s", what)
	}
	out := make([]string, len(list))
	for i, item := range list {
		if out[i], ok = item.(string); !ok {
			return nil, Errorf(Invalid, "it is not a list of %s", what)
		}
	}
	return out, nil
}

func checkID(s string) *Error {
	if !ValidUUID(s) {
		return Errorf(Invalid, "%q is not an id; use a UUID in lower case", clip(s))
	}
	return nil
}

func (f *Field) checkInt(v any) (Value, *Error) {
	n, ok := v.(json.Number)
	if !ok {
		return nil, Errorf(Invalid, "it is not a number")
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil {
		return nil, Errorf(Invalid, "%s is not a whole number", clip(string(n)))
	}
	if i < int64(f.Min) || i > int64(f.Max) {
		return nil, Errorf(Invalid, "%d is outside %d to %d", i, f.Min, f.Max)
	}
	return i, nil
}

func (f *Field) checkRefs(v any) (Value, *Error) {
	list, ok := v.([]any)
	if !ok {
		return nil, Errorf(Invalid, "it is not a list of ids")
	}
	if len(list) > MaxMentions {
		return nil, Errorf(Invalid, "it names %d; the limit is %d", len(list), MaxMentions)
	}
	out := make([]string, 0, len(list))
	for _, item := range list {
		s, ok := item.(string)
		if !ok {
			return nil, Errorf(Invalid, "it is not a list of ids")
		}
		if err := checkID(s); err != nil {
			return nil, err
		}
		if slices.Contains(out, s) {
			return nil, Errorf(Invalid, "it names %s twice", s)
		}
		out = append(out, s)
	}
	return out, nil
}

// checkDates accepts a day for each of several milestones.
func checkDates(v any) (Value, *Error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, Errorf(Invalid, "it is not an object of ids and dates")
	}
	out := make(Dates, len(m))
	for _, id := range slices.Sorted(maps.Keys(m)) {
		day, ok := m[id].(string)
		if !ok {
			return nil, Errorf(Invalid, "it is not an object of ids and dates")
		}
		if err := checkID(id); err != nil {
			return nil, err
		}
		if err := checkDay(day); err != nil {
			return nil, err
		}
		out[id] = day
	}
	return out, nil
}

// commentable lists what a comment may be on, besides the room.
var commentable = []Entity{Phase, Milestone, Criterion, Task}

func (f *Field) checkTarget(v any) (Value, *Error) {
	m, _ := v.(map[string]any)
	e, ok1 := m["entity"].(string)
	id, ok2 := m["id"].(string)
	if !ok1 || !ok2 || len(m) != 2 {
		return nil, Errorf(Invalid, `it is not {"entity", "id"}, or null for the room`)
	}
	if !slices.Contains(commentable, Entity(e)) {
		return nil, Errorf(Invalid, "a comment cannot be on %q", clip(e))
	}
	if err := checkID(id); err != nil {
		return nil, err
	}
	return Target{Entity(e), RecordID(id)}, nil
}

// anyOf writes words as a choice: "a, b or c".
func anyOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
