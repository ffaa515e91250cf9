package watch

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"parley/room"
)

// cancelledFor is how long a calendar is told that something is off. One that
// did not ask for a month has forgotten more than that.
const cancelledFor = 30 * 24 * time.Hour

// Part is what a calendar has of one room.
type Part struct {
	Plan   *Plan
	Events []room.Event  // see Recent
	Of     room.RecordID // whose milestones, "" for everybody's
	URL    string        // where the plan is, "" when the reader has no address of it
	Beside bool          // others may be in the calendar: each event says with whom it is
}

// Recent are the events of a room that a calendar shows.
func Recent(events *room.Events, now time.Time) []room.Event {
	return events.List(now.Add(-cancelledFor).UTC().Format(room.InstantFormat))
}

// Named is what the calendar of a plan is called.
func (p *Plan) Named() string { return p.Title + " · " + p.Seller + " × " + p.Buyer }

// Owns reports whether a milestone, also one that was removed, is a person's,
// theirs through a role too.
func (p *Plan) Owns(id, person room.RecordID) bool {
	rec := p.state[room.Milestone][id]
	return rec != nil && (p.filled(text(rec, "buyer_owner")) == string(person) || p.filled(text(rec, "seller_owner")) == string(person))
}

// Calendar writes the dates of plans as iCalendar (RFC 5545): whole days, which
// are the same day wherever they are read. UIDs and sequences are the same on every
// server and in every calendar.
func Calendar(name string, parts ...Part) []byte {
	var c calendar
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Parley//Plan//EN")
	c.line("CALSCALE", "GREGORIAN")
	c.line("METHOD", "PUBLISH")
	c.text("X-WR-CALNAME", name)
	c.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	c.line("X-PUBLISHED-TTL", "PT1H")
	for _, part := range parts {
		for _, e := range part.Events {
			if part.Of == "" || part.Plan.Owns(e.ID, part.Of) {
				c.event(part, e)
			}
		}
	}
	c.line("END", "VCALENDAR")
	return []byte(c.String())
}

// calendar is text in the form of iCalendar.
type calendar struct{ strings.Builder }

func (c *calendar) event(in Part, e room.Event) {
	status, title := "CONFIRMED", e.Title
	if e.Off {
		status = "CANCELLED"
	}
	if in.Beside {
		title += " · " + in.Plan.Buyer
	}
	c.line("BEGIN", "VEVENT")
	c.line("UID", string(e.ID)+"@parley")
	c.line("SEQUENCE", fmt.Sprint(e.Sequence))
	c.line("DTSTAMP", stamp(e.Changed))
	c.line("LAST-MODIFIED", stamp(e.Changed))
	c.line("DTSTART;VALUE=DATE", parse(e.Due).Format("20060102"))
	c.line("DTEND;VALUE=DATE", parse(e.Due).AddDate(0, 0, 1).Format("20060102"))
	c.text("SUMMARY", title)
	if m := in.Plan.Milestone(e.ID); m != nil && !e.Off {
		c.text("DESCRIPTION", m.inCalendar())
	}
	c.line("STATUS", status)
	c.line("TRANSP", "TRANSPARENT")
	if in.URL != "" {
		c.line("URL", in.URL+"/plan?m="+string(e.ID))
	}
	c.line("END", "VEVENT")
}

// inCalendar says what matters of a milestone where only its day is shown.
func (m *Milestone) inCalendar() string {
	lines := []string{m.Word()}
	if m.Late {
		lines[0] += ", " + english.Late
	}
	if m.Before != "" {
		lines = append(lines, m.Before)
	}
	for _, o := range m.Owners() {
		lines = append(lines, o.Company+": "+o.Name)
	}
	if len(lines) == 1 || len(m.Owners()) == 0 {
		lines = append(lines, english.NoOwnerYet)
	}
	return strings.Join(lines, "\n")
}

// stamp writes an instant of the log as iCalendar does.
func stamp(at string) string {
	t, err := time.Parse(room.InstantFormat, at)
	if err != nil {
		return "19700101T000000Z"
	}
	return t.Format("20060102T150405Z")
}

// text writes a property whose value is text that people typed.
func (c *calendar) text(name, value string) {
	c.line(name, strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(value))
}

// line writes a property, folded so that no line has more than 75 bytes and no
// character is cut.
func (c *calendar) line(name, value string) {
	const most = 75
	rest := name + ":" + strings.Map(printable, value)
	for first := true; ; first = false {
		space := most
		if !first {
			c.WriteByte(' ')
			space--
		}
		cut := min(space, len(rest))
		for cut < len(rest) && !utf8.RuneStart(rest[cut]) {
			cut--
		}
		c.WriteString(rest[:cut] + "\r\n")
		if rest = rest[cut:]; rest == "" {
			return
		}
	}
}

// printable drops what iCalendar text may not hold.
func printable(r rune) rune {
	if r < ' ' && r != '\t' || r == 0x7f {
		return -1
	}
	return r
}
