package room

import (
	"strconv"
	"strings"
	"time"
)

// The sentences of a schedule. client/src/replica/words.ts writes the same; the
// files of testdata/schedule hold both to it.

// dayText writes a day as "22 Oct", with the year when it is not today's.
func dayText(d, today day) string {
	year, month, dom := min(max(d, firstDay), lastDay).date()
	text := strconv.Itoa(dom) + " " + time.Month(month).String()[:3]
	if now, _, _ := today.date(); now != year {
		text += " " + strconv.Itoa(year)
	}
	return text
}

// countText writes "1 day", "2 days".
func countText(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}

// named puts the milestone's title before what is said of it.
func (m *item) named(said string) string { return "“" + clip(m.title) + "” " + said }

func unfilledText(company, label string) string {
	return strings.Join(strings.Fields("No one from "+company+" "+clip(label)+" yet"), " ")
}

// slipText says where go-live is heading.
func (s *scheduler) slipText(slip int) string {
	forecast, _ := s.goLiveForecast()
	ref, agreed := s.reference()
	verb, kind := "is heading for ", " after the planned "
	if agreed {
		kind = " after the agreed "
	}
	if forecast == s.goLiveDay {
		verb = "is set for " // it was moved there
	}
	text := "Go-live " + verb + dayText(forecast, s.now) + ", " + countText(slip, "day") + kind + dayText(ref, s.now)
	if s.cause >= 0 && s.cause != s.goLive {
		text += ", because of “" + clip(s.items[s.cause].title) + "”"
	}
	return text
}

func (s *scheduler) onTrackText() string {
	switch {
	case len(s.items) == 0:
		return "Nothing is planned yet"
	case s.goLive >= 0 && s.items[s.goLive].done():
		return "Go-live is done"
	case s.hasGoLive:
		return "Nothing is late, and go-live can be kept"
	default:
		return "Nothing is late"
	}
}

// shortText says of a milestone that is short of time how much it has.
func (s *scheduler) shortText(i int) string {
	if text := s.missedText(i); text != "" {
		return text
	}
	if s.plans[i].slack == 0 {
		return "has no working day to spare"
	}
	return "has " + countText(s.plans[i].slack, "working day") + " to spare"
}

// missedText says that a latest start or finish is in the past, or cannot be
// kept (rule 6); "" when neither is so.
func (s *scheduler) missedText(i int) string {
	m, p := &s.items[i], &s.plans[i]
	switch {
	case !p.bounded:
		return ""
	case m.days > 0 && !m.started() && p.start < s.now:
		return "had to start " + countText(m.own.between(p.start-1, s.now-1), "working day") + " ago"
	case p.latest < s.now && m.own.between(p.latest, s.now) > 0:
		return "had to be done " + countText(m.own.between(p.latest, s.now), "working day") + " ago"
	case p.slack < 0:
		return "is " + countText(-p.slack, "working day") + " too late for what follows"
	default:
		return ""
	}
}

// sentence says what matters most about a milestone; "" for one that is not open.
func (s *scheduler) sentence(i int) string {
	m, p := &s.items[i], &s.plans[i]
	if !m.open() {
		return ""
	}
	text := s.missedText(i)
	switch {
	case text != "":
	case m.late(s.now):
		text = "was due " + dayText(m.due, s.now)
	case m.dated && p.forecast > m.due:
		text = "is heading for " + dayText(p.forecast, s.now) + ", " + countText(int(p.forecast-m.due), "day") + " after its date"
	case p.bounded && m.days > 0 && !m.started() && p.start == s.now:
		text = "has to start today"
	case m.goLive:
		return ""
	case p.drives:
		text = "drives go-live"
	case p.bounded:
		text = s.shortText(i)
	default:
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
