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

// Calendar writes a plan's dates as iCalendar (RFC 5545): whole days, which are
// the same day wherever they are read. UIDs and sequences are the same on every
// server. URL is where the plan is, "" when the reader has no address of it.
func Calendar(p *Plan, events *room.Events, now time.Time, url string) []byte {
	var c calendar
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Parley//Plan//EN")
	c.line("CALSCALE", "GREGORIAN")
	c.line("METHOD", "PUBLISH")
	c.text("X-WR-CALNAME", p.Title+" · "+p.Seller+" × "+p.Buyer)
	c.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	c.line("X-PUBLISHED-TTL", "PT1H")
	for _, e := range events.List(now.Add(-cancelledFor).UTC().Format(room.InstantFormat)) {
		c.event(p, e, url)
	}
	c.line("END", "VCALENDAR")
	return []byte(c.String())
}

// calendar is text in the form of iCalendar.
type calendar struct{ strings.Builder }

func (c *calendar) event(p *Plan, e room.Event, url string) {
	status := "CONFIRMED"
	if e.Off {
		status = "CANCELLED"
	}
	c.line("BEGIN", "VEVENT")
	c.line("UID", string(e.ID)+"@parley")
	c.line("SEQUENCE", fmt.Sprint(e.Sequence))
	c.line("DTSTAMP", stamp(e.Changed))
	c.line("LAST-MODIFIED", stamp(e.Changed))
	c.line("DTSTART;VALUE=DATE", parse(e.Due).Format("20060102"))
	c.line("DTEND;VALUE=DATE", parse(e.Due).AddDate(0, 0, 1).Format("20060102"))
	c.text("SUMMARY", e.Title)
	if m := p.Milestone(e.ID); m != nil && !e.Off {
		c.text("DESCRIPTION", m.inCalendar())
	}
	c.line("STATUS", status)
	c.line("TRANSP", "TRANSPARENT")
	if url != "" {
		c.line("URL", url)
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
