package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// small is a world that takes a moment.
var small = sizes{servers: 5, rooms: 400, people: 5, editsPerSecond: 0.05, serverCores: 1, shards: 2, dbCores: 1, loss: 0.01}

func told(t *testing.T, seed uint64, s sizes) string {
	t.Helper()
	var out bytes.Buffer
	for _, broken := range simulate(&out, seed, s) {
		t.Errorf("seed %d: %s", seed, broken)
	}
	return out.String()
}

func TestTheSameSeedTellsTheSameStory(t *testing.T) {
	first, second, other := told(t, 1, small), told(t, 1, small), told(t, 2, small)

	if first != second {
		t.Errorf("seed 1 told\n%s\nand then\n%s", first, second)
	}
	if first == other {
		t.Error("seeds 1 and 2 tell the same")
	}
}

// I3, I6, I13 and the limits of joins, whatever the numbers bring.
func TestInvariantsHoldInManyWorlds(t *testing.T) {
	for seed := range uint64(20) {
		s := small
		s.loss = float64(seed%5) / 50
		s.servers = 2 + int(seed%7)
		if story := told(t, seed+10, s); !strings.Contains(story, "every edit is in its room once") {
			t.Errorf("seed %d ended without its last line:\n%s", seed+10, story)
		}
	}
}

// A checker that cannot fail checks nothing.
func TestChecksNoticeWhatIsBroken(t *testing.T) {
	for name, harm := range map[string]func(w *world){
		"an edit is lost":                  func(w *world) { w.rooms[0].head--; w.rooms[0].at = w.rooms[0].at[1:] },
		"a member is behind":               func(w *world) { w.tabs[0].rev-- },
		"an edit has no answer":            func(w *world) { w.tabs[0].waiting = true },
		"somebody did not come back":       func(w *world) { w.tabs[0].in = false },
		"an edit took long without Redis":  func(w *world) { w.worstWithout = 2 * time.Second },
		"an edit is in its room and twice": func(w *world) { w.rooms[0].head++ },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(1, small)
			w.tellStory(&bytes.Buffer{})
			for r := w.rooms[0]; r.head == 0; r.head++ { // every harm needs an edit there
				r.at = append(r.at, w.now)
				r.committed[w.tabs[0]]++
				w.tabs[0].edits++
				for _, t := range w.tabs[:w.people] {
					t.rev++
				}
			}
			if w.check(); len(w.broken) > 0 {
				t.Fatalf("broken before: %v", w.broken)
			}

			harm(w)

			if w.check(); len(w.broken) == 0 {
				t.Error("nothing was noticed")
			}
		})
	}
}

// The table of docs/scaling.md is this program's, word for word.
func TestScalingTableIsCurrent(t *testing.T) {
	var table bytes.Buffer
	writeSizing(&table)

	doc, err := os.ReadFile("../../docs/scaling.md")

	if err != nil || !strings.Contains(string(doc), table.String()) {
		t.Errorf("docs/scaling.md (err %v) lacks\n%s", err, table.String())
	}
	if !strings.Contains(string(doc), measuredIn) {
		t.Errorf("docs/scaling.md does not name %s", measuredIn)
	}
	if _, err := os.Stat("../../" + measuredIn); err != nil {
		t.Error(err)
	}
}
