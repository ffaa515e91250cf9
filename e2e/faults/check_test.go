package faults

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const (
	handRoom  = "room"
	handPhase = "00000000-0000-4000-8000-000000000001"
	handFirst = "00000000-0000-4000-8000-000000000002"
	handOther = "00000000-0000-4000-8000-000000000003"
)

// handMade is a short good history: two people, three commits, one kill, one
// refusal, one op asked about twice.
type handMade struct {
	events []Event
	at     int64
}

func (h *handMade) add(e Event) {
	h.at += 1e6
	e.At = h.at
	h.events = append(h.events, e)
}

// body makes a commit as the log would hold it.
func body(rev int64, client string, seq int64, by string, changes string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"rev":%d,"client":%q,"seq":%d,"by":%q,"at":"2026-05-04T09:30:00Z","kind":"x","changes":[%s]}`, rev, client, seq, by, changes))
}

func handMadeHistory() []Event {
	add := func(id, pos, was string) string {
		return fmt.Sprintf(`{"entity":"milestone","id":%q,"set":{"phase":%q,"title":"T","status":"not_started","visibility":"shared","pos":%q},"was":%s}`, id, handPhase, pos, was)
	}
	bodies := []json.RawMessage{
		body(1, "a", 1, "Ana", add(handFirst, "a0", "null")),
		body(2, "b", 1, "Ben", add(handOther, "a1", "null")),
		body(3, "a", 2, "Ana", fmt.Sprintf(`{"entity":"milestone","id":%q,"set":{"title":"U"},"was":{"title":"T"}}`, handFirst)),
	}
	state := State{}
	for _, b := range bodies {
		c, err := decodeCommit(b)
		if err != nil {
			panic(err)
		}
		state.fold(c)
	}
	h := &handMade{}
	h.add(Event{Kind: KindClient, C: 1, Room: handRoom, ID: "a", Name: "seller", Note: "Ana", Code: "seller"})
	h.add(Event{Kind: KindClient, C: 2, Room: handRoom, ID: "b", Name: "buyer", Note: "Ben", Code: "buyer"})
	for c := 1; c <= 2; c++ {
		h.add(Event{Kind: KindOpen, C: c})
		h.add(Event{Kind: KindWelcome, C: c})
		h.add(Event{Kind: KindPlace, C: c, S: "shared", Epoch: "1.1", Name: "snapshot"})
	}
	h.add(Event{Kind: KindInvoke, C: 1, S: "shared", Seq: 1})
	h.add(Event{Kind: KindAck, C: 1, S: "shared", Seq: 1, Rev: 1})
	h.add(Event{Kind: KindAudit, C: 1, S: "shared", Seq: 1, Rev: 1, N: 1})
	h.add(Event{Kind: KindInvoke, C: 2, S: "shared", Seq: 1})
	h.add(Event{Kind: KindAck, C: 2, S: "shared", Seq: 1, Rev: 2})
	h.add(Event{Kind: KindFault, Name: "kill", Note: "1"})
	h.add(Event{Kind: KindClosed, C: 1})
	h.add(Event{Kind: KindOpen, C: 1})
	h.add(Event{Kind: KindWelcome, C: 1})
	h.add(Event{Kind: KindPlace, C: 1, S: "shared", Epoch: "1.1", Name: "resumed"})
	h.add(Event{Kind: KindHealed, Name: "kill", Note: "1"})
	h.add(Event{Kind: KindInvoke, C: 1, S: "shared", Seq: 2})
	h.add(Event{Kind: KindAck, C: 1, S: "shared", Seq: 2, Rev: 3})
	h.add(Event{Kind: KindResend, C: 1, S: "shared", Seq: 2})
	h.add(Event{Kind: KindAck, C: 1, S: "shared", Seq: 2, Rev: 3})
	h.add(Event{Kind: KindInvoke, C: 1, S: "shared", Seq: 3, May: []string{"invalid"}})
	h.add(Event{Kind: KindReject, C: 1, S: "shared", Seq: 3, Code: "invalid"})
	for c := 1; c <= 2; c++ {
		h.add(Event{Kind: KindCommits, C: c, S: "shared", Epoch: "1.1", From: 1, Each: []string{hashOf(bodies[0]), hashOf(bodies[1])}})
		h.add(Event{Kind: KindCommits, C: c, S: "shared", Epoch: "1.1", From: 3, Each: []string{hashOf(bodies[2])}})
		h.add(Event{Kind: KindFinal, C: c, S: "shared", Rev: 3, Hash: state.hash()})
	}
	h.add(Event{Kind: KindMetrics, Sv: 1, Note: "empty", Metrics: map[string]float64{
		"parley_commit_queue": 0, "parley_window_bytes": 0, "go_memstats_heap_inuse_bytes": 1e6, "go_goroutines": 20, "parley_sockets": 0, "parley_rooms": 1}})
	h.add(Event{Kind: KindHead, Room: handRoom, S: "shared", Rev: 3, Epoch: "1.1"})
	for i, b := range bodies {
		c, _ := decodeCommit(b)
		h.add(Event{Kind: KindLogged, Room: handRoom, S: "shared", Rev: int64(i + 1), ID: c.Client, Seq: c.Seq, Wall: int64(1000 + i), Body: b})
	}
	for id, rev := range map[string]int{handFirst: 3, handOther: 2} {
		fields, err := json.Marshal(state["milestone"][id])
		if err != nil {
			panic(err)
		}
		h.add(Event{Kind: KindRow, Room: handRoom, S: "shared", Name: "milestone", ID: id, Body: fields,
			Marks: json.RawMessage(fmt.Sprintf(`{"title":{"rev":%d}}`, rev))})
	}
	h.add(Event{Kind: KindOrder, Room: handRoom, S: "shared", Name: "milestone", ID: handPhase, Each: []string{handFirst, handOther}})
	return h.events
}

func TestChecksPassAGoodHistory(t *testing.T) {
	for _, v := range Check(Arrange(handMadeHistory())) {
		t.Error(v)
	}
}

// alter changes the n-th event (from 0) for which f is true.
func alter(kind string, n int, f func(*Event)) func([]Event) []Event {
	return func(events []Event) []Event {
		for i := range events {
			if events[i].Kind != kind {
				continue
			}
			if n == 0 {
				f(&events[i])
				return events
			}
			n--
		}
		panic("there is no such event: " + kind)
	}
}

// drop takes the n-th event of a kind away.
func drop(kind string, n int) func([]Event) []Event {
	return func(events []Event) []Event {
		alter(kind, n, func(e *Event) { e.Kind = "nothing" })(events)
		return events
	}
}

// after adds events at the end.
func after(add ...Event) func([]Event) []Event {
	return func(events []Event) []Event {
		for i := range add {
			add[i].At = events[len(events)-1].At + 1
		}
		return append(events, add...)
	}
}

// Every check finds what it is for: a check that cannot fail is none.
func TestChecksFindWhatIsBroken(t *testing.T) {
	for _, tt := range []struct {
		name, finds string
		breaks      func([]Event) []Event
	}{
		{"a rev is missing", "I1", drop(KindLogged, 1)},
		{"the head is ahead of the log", "I1", alter(KindHead, 0, func(e *Event) { e.Rev = 4 })},
		{"a row differs", "I2", alter(KindRow, 0, func(e *Event) {
			e.Body = json.RawMessage(strings.Replace(string(e.Body), `"not_started"`, `"done"`, 1))
		})},
		{"a row is missing", "I2", drop(KindRow, 0)},
		{"a client ends behind", "I3", alter(KindFinal, 1, func(e *Event) { e.Rev = 2 })},
		{"a client ends with another state", "I3", alter(KindFinal, 1, func(e *Event) { e.Hash = "x" })},
		{"an op has no verdict", "I3", alter(KindFinal, 0, func(e *Event) { e.N = 1 })},
		{"somebody was never up to date", "I3", after(Event{Kind: KindIdle})},
		{"a client applies over a hole", "I4", alter(KindCommits, 1, func(e *Event) { e.From = 4 })},
		{"a snapshot goes back", "I4", after(Event{Kind: KindPlace, C: 1, S: "shared", Epoch: "1.1", Rev: 1, Name: "snapshot"})},
		{"another epoch is resumed", "I4", after(Event{Kind: KindPlace, C: 1, S: "shared", Epoch: "2.1", Rev: 3, Name: "resumed"})},
		{"an acknowledged op is lost", "I5", alter(KindLogged, 2, func(e *Event) { e.ID, e.Seq = "b", 2 })},
		{"an ack came too early", "I5", alter(KindAudit, 0, func(e *Event) { e.N = 0 })},
		{"an op took effect twice", "I6", alter(KindLogged, 2, func(e *Event) { e.Seq = 1 })},
		{"ops changed places", "I6", alter(KindLogged, 0, func(e *Event) { e.Seq = 5 })},
		{"a refused op took effect", "I6", alter(KindReject, 0, func(e *Event) { e.Seq = 2 })},
		{"the second verdict differs", "I7", alter(KindAck, 3, func(e *Event) { e.Rev = 2 })},
		{"a commit misremembers", "I8", alter(KindLogged, 2, func(e *Event) {
			e.Body = json.RawMessage(strings.Replace(string(e.Body), `"was":{"title":"T"}`, `"was":{"title":"S"}`, 1))
		})},
		{"an undo goes over somebody else", "I8", func(events []Event) []Event {
			events = alter(KindLogged, 2, func(e *Event) { e.Body = json.RawMessage(strings.Replace(string(e.Body), handFirst, handOther, 1)) })(events)
			return alter(KindInvoke, 2, func(e *Event) { e.Undo = 1 })(events)
		}},
		{"a mark is old", "I9", alter(KindRow, 0, func(e *Event) { e.Marks = json.RawMessage(`{"title":{"rev":1}}`) })},
		{"a later op comes first", "I9", func(events []Event) []Event {
			events = alter(KindAck, 1, func(e *Event) { e.Rev = 1 })(events)
			return alter(KindAck, 0, func(e *Event) { e.Rev = 2 })(events)
		}},
		{"two keys are the same", "I10", alter(KindLogged, 1, func(e *Event) { e.Body = json.RawMessage(strings.Replace(string(e.Body), `"a1"`, `"a0"`, 1)) })},
		{"a key is long", "I10", alter(KindLogged, 1, func(e *Event) {
			e.Body = json.RawMessage(strings.Replace(string(e.Body), `"a1"`, `"a`+strings.Repeat("1", 60)+`"`, 1))
		})},
		{"PostgreSQL sorts otherwise", "I10", alter(KindOrder, 0, func(e *Event) { e.Each = []string{handOther, handFirst} })},
		{"the other side's word was seen", "I11", after(Event{Kind: KindLeak, C: 2, Note: "a frame"})},
		{"the other side's stream was named", "I11", after(Event{Kind: KindPresence, C: 2, S: "seller"})},
		{"goroutines are left", "I12", alter(KindMetrics, 0, func(e *Event) { e.Metrics["go_goroutines"] = 5000 })},
		{"sockets are left", "I12", alter(KindMetrics, 0, func(e *Event) { e.Metrics["parley_sockets"] = 1 })},
		{"Redis down, a commit is late", "I13", func(events []Event) []Event {
			events = alter(KindFault, 0, func(e *Event) { e.Name, e.At = "redis-killed", e.At-10e9 })(events)
			events = alter(KindHealed, 0, func(e *Event) { e.Name = "redis-killed" })(events)
			events = alter(KindHealed, 0, func(e *Event) { e.At += 60e9 })(events)
			return alter(KindCommits, 3, func(e *Event) { e.At += 2e9 })(events)
		}},
		{"a drain takes long", "I14", after(Event{Kind: KindExit, Sv: 1, Rev: drainWithin + 1})},
		{"a drain ends badly", "I14", after(Event{Kind: KindExit, Sv: 1, N: 2})},
		{"a snapshot after a restart", "I14", after(Event{Kind: KindBye, C: 1, Code: "restart"}, Event{Kind: KindPlace, C: 1, S: "shared", Epoch: "1.1", Rev: 3, Name: "snapshot"})},
		{"other bytes came live", "I15", alter(KindCommits, 1, func(e *Event) { e.Each = []string{"x"} })},
		{"a commit came that is not in the log", "I15", after(Event{Kind: KindCommits, C: 1, S: "shared", Epoch: "1.1", From: 4, Each: []string{"x"}})},
		{"somebody wrote after their link's end", "P36", after(Event{Kind: KindRevoked, ID: "Ana", Wall: 1001})},
		{"somebody was sent away before their link's end", "P38", after(
			Event{Kind: KindEnds, Room: handRoom, Name: "buyer", Wall: 5000, Rev: 60e9}, Event{Kind: KindGone, C: 2})},
		{"somebody stays after their link's end", "P38", after(
			Event{Kind: KindEnds, Room: handRoom, Name: "buyer", Wall: 5000, Rev: -60e9}, Event{Kind: KindIdle})},
		{"somebody flickers while clocks differ", "P25", func(events []Event) []Event {
			events = alter(KindFault, 0, func(e *Event) { e.Name = "server-clock" })(events)
			return after(Event{Kind: KindPresence, C: 2, N: 3}, Event{Kind: KindPresence, C: 2, N: 2}, Event{Kind: KindPresence, C: 2, N: 3}, Event{Kind: KindPresence, C: 2, N: 2})(events)
		}},
		{"a good op was refused", "sane", alter(KindInvoke, 3, func(e *Event) { e.May = nil })},
		{"a wrong op was accepted", "sane", alter(KindInvoke, 2, func(e *Event) { e.May = []string{"invalid", "!"} })},
		{"little got through", "sane", func(events []Event) []Event {
			return drop(KindAck, 0)(drop(KindAck, 1)(drop(KindAck, 2)(drop(KindReject, 0)(events))))
		}},
		{"no fault fired", "sane", func(events []Event) []Event { return drop(KindFault, 0)(events) }},
		{"somebody did not come back", "sane", after(Event{Kind: KindClosed, C: 1})},
		{"somebody was sent away", "sane", after(Event{Kind: KindGone, C: 1})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := Check(Arrange(tt.breaks(handMadeHistory())))
			for _, v := range found {
				if v.Invariant == tt.finds {
					return
				}
			}
			t.Errorf("no violation of %s was found, only %v", tt.finds, found)
		})
	}
}

// A history that was written is the history that is read.
func TestHistoryIsReadAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	rec, err := NewRecorder(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := handMadeHistory()
	for _, e := range want {
		rec.Write(e)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	h, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%v", h.Events), fmt.Sprintf("%v", want); got != want {
		t.Errorf("read\n%s\nwritten\n%s", got, want)
	}
	for _, v := range Check(h) {
		t.Error(v)
	}
}
