package faults

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
)

// History is what a run wrote down, arranged for the checks.
type History struct {
	Events  []Event
	Clients map[int]*Member
	Streams map[StreamKey]*Log
	Faults  []Span
	Revoked map[string]int64  // wall time of the end of their link, by participant
	Ends    map[LinkKey]int64 // when links end by themselves, nanoseconds since the run began
}

// LinkKey names a link of a room by what the cast calls it.
type LinkKey struct{ Room, By string }

// Member is a client and what it wrote down, in order.
type Member struct {
	Event  // its KindClient
	Events []Event
}

// StreamKey names a stream of a room.
type StreamKey struct{ Room, Stream string }

// Log is what PostgreSQL holds of a stream at the end.
type Log struct {
	Head    Event
	Commits []Event // in rev order
	Rows    []Event
	Orders  []Event
}

// Span is when a fault was.
type Span struct {
	Name, Note string
	From, To   int64
}

// During reports whether the fault was on at some time between the two.
func (s Span) During(from, to int64) bool { return s.From <= to && from <= s.To }

// Load reads the history in dir.
func Load(dir string) (*History, error) {
	file, err := os.Open(filepath.Join(dir, historyFile))
	if err != nil {
		return nil, fmt.Errorf("opening the history: %w", err)
	}
	defer func() { _ = file.Close() }()
	var events []Event
	for d := json.NewDecoder(bufio.NewReaderSize(file, 1<<20)); ; {
		var e Event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return Arrange(events), nil
		} else if err != nil {
			return nil, fmt.Errorf("reading event %d of the history: %w", len(events)+1, err)
		}
		events = append(events, e)
	}
}

// Arrange makes a history of events in the order in which they were written.
func Arrange(events []Event) *History {
	h := &History{Events: events, Clients: map[int]*Member{}, Streams: map[StreamKey]*Log{}, Revoked: map[string]int64{}, Ends: map[LinkKey]int64{}}
	open := map[string]int{} // fault name and note → index in Faults
	for _, e := range events {
		switch e.Kind {
		case KindClient:
			h.Clients[e.C] = &Member{Event: e}
		case KindHead:
			h.log(e).Head = e
		case KindLogged:
			l := h.log(e)
			l.Commits = append(l.Commits, e)
		case KindRow:
			l := h.log(e)
			l.Rows = append(l.Rows, e)
		case KindOrder:
			l := h.log(e)
			l.Orders = append(l.Orders, e)
		case KindRevoked:
			h.Revoked[e.ID] = e.Wall
		case KindEnds:
			h.ends(e)
		case KindFault:
			open[e.Name+e.Note] = len(h.Faults)
			h.Faults = append(h.Faults, Span{Name: e.Name, Note: e.Note, From: e.At, To: 1<<63 - 1})
		case KindHealed:
			if i, ok := open[e.Name+e.Note]; ok {
				h.Faults[i].To = e.At
			}
		default:
			if m := h.Clients[e.C]; m != nil {
				m.Events = append(m.Events, e)
			}
		}
	}
	for _, l := range h.Streams {
		sort.SliceStable(l.Commits, func(i, j int) bool { return l.Commits[i].Rev < l.Commits[j].Rev })
	}
	return h
}

// ends takes the end of a link in. One that has ended lets nobody in again, even
// if it is given another end.
func (h *History) ends(e Event) {
	key := LinkKey{e.Room, e.Name}
	if _, known := h.Ends[key]; known {
		return
	}
	h.Ends[key] = e.At + e.Rev
	for _, m := range h.Clients {
		if m.Room == e.Room && m.Code == e.Name {
			h.Revoked[m.Note] = e.Wall
		}
	}
}

func (h *History) log(e Event) *Log {
	key := StreamKey{e.Room, e.S}
	if h.Streams[key] == nil {
		h.Streams[key] = &Log{}
	}
	return h.Streams[key]
}

// streamOf returns the log that an event of a member is about; an empty one
// where PostgreSQL holds nothing.
func (h *History) streamOf(m *Member, stream string) *Log {
	if l := h.Streams[StreamKey{m.Room, stream}]; l != nil {
		return l
	}
	return &Log{}
}
