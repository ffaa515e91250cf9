package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// I11, R21, R23: of two rooms with the same shared edits, one of them with the
// seller's private edits in between, the other side gets the same traffic, byte for
// byte but for ids and clocks: frames, revs, counts, headers and lengths.
func TestPrivateEditsLeaveNoTraceInTheOthersTraffic(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	database := databaseURL(t)
	plain := newWorldOn(t, database)
	busy := &world{env: plain.env, process: plain.process}
	busy.furnish()

	without := trafficOf(plain, seed, false)
	with := trafficOf(busy, seed, true)

	for who, want := range without {
		if got := with[who]; got != want {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			t.Errorf("%s: %d bytes without private edits, %d with them; they part at\n%s\n%s", who, len(want), len(got), around(want, at), around(got, at))
		}
		if len(want) < 10_000 {
			t.Errorf("%s got %d bytes only", who, len(want))
		}
	}
}

func around(s string, at int) string { return s[max(0, at-200):min(len(s), at+200)] }

// trafficOf makes the edits and returns what each of those sees who may not see
// the seller's private ones.
func trafficOf(w *world, seed uint64, private bool) map[string]string {
	w.t.Helper()
	rng := rand.New(rand.NewPCG(seed, 23))
	w.milestone = w.milestoneCalled("Security review")
	people := newVisitors(w, "")
	open, hidden := newAuthor(w, w.seller, "seller", rng), newAuthor(w, w.seller, "seller", rng)
	phase, dana := w.phaseAndDana()
	hidden.other = dana
	omar, _ := connect(w.t, w.process, w.room, w.seller, "", nil)
	omar.send(map[string]any{"t": "presence", "focus": nil, "editing": false, "draft": "", "view": "plan"})
	time.Sleep(time.Second) // until presence has told who is there
	people.frames()         // who came in which order is chance
	for n := range 40 {
		open.openly(n)
		if !private {
			continue
		}
		if hidden.own == "" {
			hidden.beginPrivately(phase, "for us alone")
		}
		hidden.privately(fmt.Sprintf("for-us-alone-%d", n))
		omar.send(map[string]any{"t": "presence", "editing": true, "draft": "for us alone", "view": "plan",
			"focus": map[string]any{"entity": "milestone", "id": hidden.own, "field": "title", "stream": "seller"}})
	}
	time.Sleep(300 * time.Millisecond) // for presence frames that should not come
	people.look()
	out := map[string]string{}
	for who, data := range people.seen() {
		if sideOf[who] != "seller" && who != "nobody" {
			out[who] = unnamed(data)
		}
	}
	return out
}

var (
	ids    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	clocks = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|\d{8}T\d{6}Z|\b\d\d:\d\d\b`)
	tags   = regexp.MustCompile(`(?m)^(Etag|X-Request-Id|Traceparent): .*$`)
	shown  = regexp.MustCompile(`"session":"[^"]+"`)
	codes  = regexp.MustCompile(`<svg class="qr".*?</svg>`) // of an address with the room's id
	vacant = regexp.MustCompile(`No one from [\w ]+ yet`)
	tokens = regexp.MustCompile(`parley_[a-z0-9_]+`)
)

// unnamed puts one word each for ids, clocks, tags and tokens, and sorts what is
// listed: records come in the order of ids that differ between the rooms.
func unnamed(data []byte) string {
	data = ids.ReplaceAll(data, []byte("ID"))
	data = clocks.ReplaceAll(data, []byte("CLOCK"))
	data = tags.ReplaceAll(data, []byte("$1: TAG"))
	data = tokens.ReplaceAll(data, []byte("TOKEN"))
	data = shown.ReplaceAll(data, []byte(`"session":"SHOWN"`))
	data = codes.ReplaceAll(data, []byte("QR"))
	data = vacant.ReplaceAll(data, []byte("No one yet"))  // in the order of ids
	events := strings.Split(string(data), "BEGIN:VEVENT") // the last one has the rest of the traffic
	slices.Sort(events[:len(events)-1])
	lines := strings.Split(strings.Join(events, "BEGIN:VEVENT"), "\n")
	for i, line := range lines {
		from, to := strings.IndexByte(line, '{'), strings.LastIndexByte(line, '}')
		if from < 0 || to < from {
			continue
		}
		var v any
		if err := json.Unmarshal([]byte(line[from:to+1]), &v); err == nil { // else it is no JSON
			lines[i] = line[:from] + inOrder(v) + line[to+1:]
		}
	}
	return strings.Join(lines, "\n")
}

// inOrder is v as JSON with the elements of every list in order of their text.
func inOrder(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var out []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, fmt.Sprintf("%q:%s", key, inOrder(v[key])))
		}
		return "{" + strings.Join(out, ",") + "}"
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, inOrder(e))
		}
		slices.Sort(out)
		return "[" + strings.Join(out, ",") + "]"
	default:
		return fmt.Sprintf("%#v", v)
	}
}

func (w *world) milestoneCalled(title string) string {
	w.t.Helper()
	var state struct {
		Snapshot struct {
			Entities struct{ Milestone []struct{ ID, Title string } }
		}
	}
	w.must("GET", "/api/v1/rooms/"+w.room+"/snapshot?stream=shared", adminKey, "", &state)
	for _, m := range state.Snapshot.Entities.Milestone {
		if m.Title == title {
			return m.ID
		}
	}
	w.t.Fatalf("no milestone is called %s", title)
	return ""
}
