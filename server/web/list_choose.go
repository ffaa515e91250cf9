package web

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/room"
)

// soonDays is how near go-live is for the filter of rooms that go live soon.
const soonDays = 30

// filters say which rooms each of them gives.
var filters = map[string]func(l line, now time.Time) bool{
	"all":     func(line, time.Time) bool { return true },
	"closed":  func(line, time.Time) bool { return true }, // the store gave nothing else
	"mine":    func(l line, _ time.Time) bool { return l.outline.Owner != "" && l.outline.Owner == l.standing.Asker },
	"late":    func(l line, _ time.Time) bool { return l.outline.Health.Level == room.Late },
	"at_risk": func(l line, _ time.Time) bool { return l.outline.Health.Level == room.AtRisk },
	"quiet":   func(l line, now time.Time) bool { return l.quietFor(now) > 0 },
	"soon":    func(l line, now time.Time) bool { return l.goesLiveBy(now.In(l.zone).AddDate(0, 0, soonDays)) },
}

func countsOf(lines []line, now time.Time) RoomCounts {
	count := func(filter string) (n int) {
		for _, l := range lines {
			if filters[filter](l, now) {
				n++
			}
		}
		return n
	}
	return RoomCounts{All: len(lines), Mine: count("mine"), Late: count("late"), AtRisk: count("at_risk"), Quiet: count("quiet"), Soon: count("soon")}
}

// goesLiveBy reports whether go-live is ahead, and due by a day.
func (l line) goesLiveBy(last time.Time) bool {
	day := l.outline.GoLive
	return day != "" && day >= l.today && day <= last.Format(room.DateFormat)
}

// choose returns the lines that a filter gives and whose names hold the words,
// what needs attention first.
func choose(lines []line, filter, query string, now time.Time) []line {
	words := strings.Fields(strings.ToLower(query))
	var out []line
	for _, l := range lines {
		if filters[filter](l, now) && l.holdsWords(words) {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b line) int { return a.place().compare(b.place()) })
	return out
}

func (l line) holdsWords(words []string) bool {
	text := strings.ToLower(strings.Join([]string{l.summary.Name, l.summary.BuyerCompany, l.summary.SellerCompany, l.outline.OwnerName}, "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// place is where a line is in the list: by how it stands, then by go-live, what
// has none last. A cursor is a place, so that a page goes on after it even when
// the line that had it has moved on.
type place struct {
	rank   int
	goLive string
	id     room.ID
}

// ranks order the levels of health, what needs attention first.
var ranks = []string{room.Late, room.AtRisk, room.OnTrack}

// noDay is after every day.
const noDay = "9999-99-99"

func (l line) place() place {
	return place{rank: slices.Index(ranks, l.outline.Health.Level), goLive: cmp.Or(l.outline.GoLive, noDay), id: l.summary.ID}
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.rank, q.rank), cmp.Compare(p.goLive, q.goLive), cmp.Compare(p.id, q.id))
}

// in returns how many of the sorted lines are not after the place.
func (p place) in(sorted []line) int {
	if p.id == "" {
		return 0
	}
	n, _ := slices.BinarySearchFunc(sorted, p, func(l line, p place) int {
		if l.place().compare(p) <= 0 {
			return -1
		}
		return 1
	})
	return n
}

// String writes the place as a cursor.
func (p place) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join([]string{strconv.Itoa(p.rank), p.goLive, string(p.id)}, " ")))
}

// placeOf reads a cursor; "" is before everything.
func placeOf(cursor string) (place, error) {
	if cursor == "" {
		return place{}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.Split(string(text), " ")
	if err == nil && len(parts) == 3 {
		if rank, err := strconv.Atoi(parts[0]); err == nil && room.ValidUUID(parts[2]) {
			return place{rank, parts[1], room.ID(parts[2])}, nil
		}
	}
	return place{}, room.FieldErrorf(room.Invalid, "cursor", "this is not a cursor that a page of rooms gave")
}
