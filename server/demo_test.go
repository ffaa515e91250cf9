package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var demoLink = regexp.MustCompile(`(?m)^  (seller|buyer|watch) .*(/(?:join|s)/(parley_[a-z2-7]{32}))$`)

// linksIn reads the three links off the banner.
func linksIn(t *testing.T, p *process) (paths, tokens map[string]string) {
	t.Helper()
	paths, tokens = map[string]string{}, map[string]string{}
	for _, m := range demoLink.FindAllStringSubmatch(p.banner, -1) {
		paths[m[1]], tokens[m[1]] = m[2], m[3]
	}
	if len(paths) != 3 {
		t.Fatalf("the banner has %d links, want 3:\n%s", len(paths), p.banner)
	}
	return paths, tokens
}

// dataDirectory is one that PostgreSQL's user may enter when the test is root.
func dataDirectory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "parley-e2e-data-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

// The banner signs the demo's seller in to her rooms, once, as the person that
// she is in the demo room.
func TestTheBannerSignsIn(t *testing.T) {
	p := start(t, "PARLEY_DATA="+dataDirectory(t))
	found := regexp.MustCompile(`(?m)^  rooms .*/signin/(parley_[a-z2-7]{32}) \(works once\)$`).FindStringSubmatch(p.banner)
	if found == nil {
		t.Fatalf("no link to sign in:\n%s", p.banner)
	}
	body := `{"token":"` + found[1] + `"}`
	priya := verify(t, p, body)
	var list struct{ Rooms []struct{ ID string } }
	_, data, _ := priya.call("GET", "/api/v1/rooms", "")
	if err := json.Unmarshal(data, &list); err != nil || len(list.Rooms) != 1 {
		t.Fatalf("rooms: %s, %v", data, err)
	}
	_, data, _ = priya.call("POST", "/api/v1/rooms/"+list.Rooms[0].ID+"/enter", "")
	var j joined
	if err := json.Unmarshal(data, &j); err != nil || j.Me == nil || j.Me.Name != "Priya Nair" || j.Me.Access != "owner" {
		t.Errorf("entered: %s, %v", data, err)
	}
	if status, _ := p.call("POST", "/api/v1/signin/verify", "", body); status != http.StatusNotFound {
		t.Errorf("the link a second time is %d", status)
	}
}

// With nothing configured the server brings its own database and a demo room,
// and finds both again after a kill.
func TestTheDefaultStart(t *testing.T) {
	data := dataDirectory(t)
	program(t) // built before the clock starts
	began := time.Now()
	p := start(t, "PARLEY_DATA="+data)
	t.Logf("the first start took %s", time.Since(began).Round(time.Millisecond))
	paths, tokens := linksIn(t, p)

	private := map[string][2]bool{"seller": {true, false}, "buyer": {false, true}, "watch": {false, false}} // what the page holds
	for who, path := range paths {
		status, body := p.call("GET", path, "", "")
		if status != http.StatusOK {
			t.Errorf("%s: the page is %d", who, status)
		}
		page := string(body)
		if !strings.Contains(page, "Security review") || who != "watch" && !strings.Contains(page, "Finance says the supplier number") {
			t.Errorf("%s: the page lacks the plan", who)
		}
		if got := [2]bool{strings.Contains(page, "Do not offer more than"), strings.Contains(page, "Budget committee")}; got != private[who] {
			t.Errorf("%s: the page holds the seller's and the buyer's private words: %v, want %v", who, got, private[who]) // I11
		}
		if strings.Contains(page, "184000") != (who == "seller") || strings.Contains(page, "@acme.example") != (who == "seller") {
			t.Errorf("%s: the amount or the addresses are seen by the wrong side", who)
		}
		var j joined
		p.must("POST", "/api/v1/join", "", `{"token":"`+tokens[who]+`"}`, &j)
		if (j.Me == nil) != (who == "watch") {
			t.Errorf("%s: joins as %+v", who, j.Me)
		}
	}
	if info, err := os.Stat(filepath.Join(data, demoFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file with the links: %v, %v", info, err)
	}

	code, said := exit(t, nil, "PARLEY_DATA="+data)
	if code != exitFailed || !strings.Contains(said, "in use by another server") {
		t.Errorf("a second server on the same directory: exit code %d: %s", code, said)
	}

	p.kill()
	if strings.Contains(p.log.String(), "parley_") {
		t.Errorf("the log holds a token:\n%s", p.log)
	}
	p = start(t, "PARLEY_DATA="+data)
	again, _ := linksIn(t, p)
	for who := range paths {
		if again[who] != paths[who] {
			t.Errorf("%s: another link after a restart", who)
		}
	}
	if code := p.terminate(); code != exitOK {
		t.Errorf("exit code %d\n%s", code, p.log)
	}
}

// A demo beside a database of one's own is made when asked for, once, also when
// its file is lost or cannot be written.
func TestTheDemoInAnotherDatabase(t *testing.T) {
	database := databaseURL(t)
	quiet := start(t, database, "PARLEY_DATA="+t.TempDir())
	if strings.Contains(quiet.banner, "join") {
		t.Errorf("a demo nobody asked for:\n%s", quiet.banner)
	}
	quiet.kill()

	for _, data := range []string{t.TempDir(), t.TempDir(), "/proc/nothing"} {
		p := start(t, database, "PARLEY_DEMO=true", "PARLEY_DATA="+data)
		linksIn(t, p)
		var list struct{ Rooms []json.RawMessage }
		p.must("GET", "/api/v1/rooms", adminKey, "", &list)
		if len(list.Rooms) != 1 {
			t.Errorf("%d rooms, want 1", len(list.Rooms))
		}
		p.kill()
	}
}

// A start that is killed while it makes the demo is completed by the next.
func TestAKilledFirstStartIsCompleted(t *testing.T) {
	env := []string{databaseURL(t), "PARLEY_DEMO=true", "PARLEY_DATA=" + t.TempDir()}
	for _, after := range []time.Duration{50, 100, 150, 200, 300} {
		killEarly(t, after*time.Millisecond, env...)
	}

	p := start(t, env...)

	var list struct {
		Rooms []struct {
			Progress struct{ Done, Total int }
		}
	}
	p.must("GET", "/api/v1/rooms", adminKey, "", &list)
	if len(list.Rooms) != 1 || list.Rooms[0].Progress.Done != 4 || list.Rooms[0].Progress.Total != 12 {
		t.Errorf("rooms = %+v, want one with 4 of 12 done", list.Rooms)
	}
	_, tokens := linksIn(t, p)
	var j joined
	p.must("POST", "/api/v1/join", "", `{"token":"`+tokens["buyer"]+`"}`, &j)
	if j.Me == nil || j.Me.Name != "Marc Olsen" || j.Me.Access != "owner" {
		t.Errorf("the buyer's link is of %+v", j.Me)
	}
}
