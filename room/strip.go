package room

import "slices"

// stripWidth is the number of places on a strip: it is drawn as many pixels
// wide, and no two dots stand on one place.
const stripWidth = 64

// Strip is a plan's runway in small: time runs to the right, its last place is
// go-live, or the day that is heading for when that is later.
type Strip struct {
	Dots   []Dot `json:"dots" nullable:"false" doc:"from left to right, the worst of each place"`
	Today  *int  `json:"today,omitempty" doc:"where today is, absent before the first date and after the last"`
	GoLive *int  `json:"go_live,omitempty" doc:"where the day is that go-live is due"`
}

// Dot is one place of a strip, with a milestone.
type Dot struct {
	At   int    `json:"at" minimum:"0" maximum:"63" doc:"from 0 to 63"`
	Look string `json:"look" enum:"done,open,late,blocked"`
}

// looks orders what a place shows, the worst last.
var looks = []string{"done", "open", "late", "blocked"}

// strip places the dated milestones; it is empty while fewer than two days are known.
func (v *View) strip(today, forecast string) Strip {
	out := Strip{Dots: []Dot{}}
	first, last, known := v.span(forecast)
	if !known || first == last {
		return out
	}
	place := func(d day) int { return int((d - first) * (stripWidth - 1) / (last - first)) }
	now, _ := parseDay(today)
	var worst [stripWidth]int
	for i := range v.items {
		if m := &v.items[i]; m.dated && !m.cancelled() {
			at := place(m.due)
			worst[at] = max(worst[at], 1+slices.Index(looks, m.look(now)))
		}
	}
	for at, look := range worst {
		if look > 0 {
			out.Dots = append(out.Dots, Dot{At: at, Look: looks[look-1]})
		}
	}
	if now >= first && now <= last {
		out.Today = new(place(now))
	}
	if d, ok := parseDay(v.room["go_live"]); ok {
		out.GoLive = new(place(d))
	}
	return out
}

// span returns the first and the last day of the strip.
func (v *View) span(forecast string) (first, last day, known bool) {
	add := func(d day, ok bool) {
		switch {
		case !ok:
		case !known:
			first, last, known = d, d, true
		default:
			first, last = min(first, d), max(last, d)
		}
	}
	for i := range v.items {
		add(v.items[i].due, v.items[i].dated && !v.items[i].cancelled())
	}
	add(parseDay(v.room["go_live"]))
	add(parseDay(forecast))
	return first, last, known
}

func (m *item) look(now day) string {
	switch {
	case m.done():
		return "done"
	case m.status == "blocked":
		return "blocked"
	case m.late(now):
		return "late"
	default:
		return "open"
	}
}
