package realtime

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/room"
)

// PROTOCOL.md and the tests keep up with each other.
func TestEveryRuleIsTested(t *testing.T) {
	text, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(data)
	}
	rules := regexp.MustCompile(`(?m)^\*\*(P\d+)\*\*`).FindAllStringSubmatch(string(text), -1)
	for i, rule := range rules {
		if want := fmt.Sprint("P", i+1); rule[1] != want {
			t.Errorf("rule %s stands where %s belongs", rule[1], want)
		}
		if !regexp.MustCompile(`// .*\b` + rule[1] + `\b`).MatchString(tests.String()) {
			t.Errorf("no test cites %s", rule[1])
		}
	}
	if len(rules) < 30 {
		t.Errorf("%d rules", len(rules))
	}
}

func TestClientOfSomebodyElseIsForbidden(t *testing.T) { // P8
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		owner, _ := b.join("priya")
		owner.say(opText(room.Shared, 1, milestone, "mine"))
		owner.until("ack")
		thief, err := b.connect(nil)
		if err != nil {
			t.Fatal(err)
		}
		thief.say(strings.Replace(helloText("marc"), clientID("marc"), clientID("priya"), 1))
		w := thief.expect("welcome")

		thief.say(opText(room.Shared, 2, milestone, "mine now"))

		if f := thief.until("reject"); f.Code != "forbidden" {
			t.Errorf("got %s", f.raw)
		}
		if len(w.Here) != 2 || w.Here[0].Session == w.Here[1].Session {
			t.Errorf("presence takes them for one: %s", w.raw)
		}
		owner.say(opText(room.Shared, 2, milestone, "still mine"))
		if f := owner.until("ack"); f.Seq != 2 {
			t.Errorf("got %s", f.raw)
		}
		b.stop()
	})
}

func TestGroupIsOneCommitOrNone(t *testing.T) { // P9
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		group := func(seq int, second room.RecordID) string {
			return fmt.Sprintf(`{"t":"op","stream":"shared","seq":%d,"ops":[{"kind":"milestone.update","id":%q,"set":{"title":"One"}},{"kind":"milestone.update","id":%q,"set":{"due":"2026-06-01"}}]}`,
				seq, milestone, second)
		}

		c.say(group(1, room.RecordID(uid(404))))
		refused := c.expect("reject")
		c.say(group(2, milestone))
		commits := c.expect("commits")
		c.expect("ack")

		if !strings.HasPrefix(refused.Field, "ops[1]") {
			t.Errorf("reject = %s", refused.raw)
		}
		if commits.From != 2 || len(commits.Commits) != 1 || !strings.Contains(commits.raw, `"kind":"group"`) {
			t.Errorf("commits = %s", commits.raw)
		}
		b.stop()
	})
}

func TestNothingIsSaidBeforeItIsDurable(t *testing.T) { // P15, I5
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		other, _ := b.join("marc")
		settle(c, other)
		b.store.mu.Lock()
		b.store.slow["commit"] = 2 * time.Second
		b.store.mu.Unlock()

		c.say(opText(room.Shared, 1, milestone, "soon"))

		c.undisturbed(1900 * time.Millisecond)
		if len(other.frames) > 0 {
			t.Errorf("the other got %s", (<-other.frames).raw)
		}
		c.expect("commits")
		c.expect("ack")
		b.stop()
	})
}

func TestFoldingTheCommitsGivesTheSnapshot(t *testing.T) { // P18, I2
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		author, _ := b.join("priya")
		for i, op := range []string{
			`{"kind":"milestone.update","id":"` + string(milestone) + `","set":{"title":"Signed","due":"2026-06-01"}}`,
			`{"kind":"milestone.update","id":"` + string(milestone) + `","set":{"due":null}}`,
			`{"kind":"task.add","id":"` + uid(0x600) + `","set":{"milestone":"` + string(milestone) + `","title":"Call"}}`,
			`{"kind":"task.remove","id":"` + uid(0x600) + `"}`,
		} {
			author.say(fmt.Sprintf(`{"t":"op","stream":"shared","seq":%d,"op":%s}`, i+1, op))
			author.until("ack")
		}

		c, _ := b.join("marc", resumeAt(room.Shared, "e1", 0))
		plan := room.NewPlan(testRoom, "e1")
		for plan.Revs[room.Shared] < 5 {
			for _, body := range c.until("commits").Commits {
				commit, err := room.DecodeCommit(body)
				if err != nil {
					t.Fatal(err)
				}
				plan.Fold(room.Shared, commit)
			}
		}
		_, w := b.join("pat")

		if got, want := string(plan.Snapshot(room.Shared)), string(w.entry(room.Shared).Snapshot); got != want {
			t.Errorf("folded %s\nsnapshot %s", got, want)
		}
		b.stop()
	})
}

func TestMetricsCanBeGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		registry := prometheus.NewPedanticRegistry()
		if err := registry.Register(b.hub); err != nil {
			t.Fatal(err)
		}
		c, _ := b.join("priya")
		c.say(opText(room.Shared, 1, milestone, "counted"))
		c.until("ack")
		c.say(opText(room.Shared, 2, room.RecordID(uid(404)), "refused"))
		c.until("reject")

		families, err := registry.Gather()

		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				got[f.GetName()] += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
		for name, want := range map[string]float64{
			"parley_sockets": 1, "parley_rooms": 1, "parley_commits_total": 1, "parley_commit_batch": 2, "parley_commit_seconds": 2,
			"parley_fanout_frames_total": 1, "parley_rejects_total": 1, "parley_commit_queue": 0, "parley_commit_queue_bytes": 0,
		} {
			if got[name] != want {
				t.Errorf("%s = %v, want %v", name, got[name], want)
			}
		}
		b.stop()
	})
}
