package room

import "time"

// LoadZone returns the rules of an IANA time zone, UTC for one that this build does
// not know. The tables are Go's, constant while a process lives: the one thing that
// the rules look up rather than take as a value, for a room names its own zone.
func LoadZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Today returns the day that it is at an instant in a room's time zone (rule 1).
func Today(at time.Time, zone string) string { return at.In(LoadZone(zone)).Format(DateFormat) }
