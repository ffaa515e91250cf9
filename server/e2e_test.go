package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// world is a server with one room and a link per side.
type world struct {
	*process
	env           []string
	room          string
	seller, buyer string // session tokens of Omar and Dana
	buyerLink     string // id of the buyer's link
	milestone     string
}

type link struct{ ID, Token, URL string }

type joined struct {
	SessionToken string `json:"session_token"`
	Room         string
	Me           *struct{ ID, Name, Side, Access string }
}

// activity is a page of the log.
type activity struct {
	Stream, Epoch string
	Commits       []json.RawMessage
}

// commit is the part of a commit that tests look at.
type commit struct {
	Rev    int64
	Client string
	Seq    int64
	Kind   string
	By     *string
}

// newWorld makes everything the way a script would: with the workspace's key.
func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, databaseURL(t))
}

// newWorldOn is newWorld on a database of the test's choice, or with what else
// is set in the server's environment.
func newWorldOn(t *testing.T, env ...string) *world {
	t.Helper()
	w := &world{env: append(env, "PARLEY_DATA="+dataDirectory(t), "PARLEY_OPS_PER_SECOND=0")}
	w.process = start(t, w.env...)
	w.furnish()
	return w
}

// furnish makes the room and lets two people in.
func (w *world) furnish() {
	w.t.Helper()
	var made struct{ ID string }
	w.must("POST", "/api/v1/rooms", adminKey, `{"name":"Rollout plan","buyer_company":"Acme","seller_company":"Northwind",
		"time_zone":"Europe/Berlin","go_live":"2027-03-01","template":"software-purchase"}`, &made)
	w.room = made.ID
	var seller, buyer link
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"seller","access":"owner"}`, &seller)
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"buyer","access":"editor"}`, &buyer)
	w.buyerLink = buyer.ID
	w.seller, w.buyer = w.join(seller.Token, "Omar Said").SessionToken, w.join(buyer.Token, "Dana Kim").SessionToken
	w.milestone = w.firstMilestone()
}

// watcher lets somebody in by a link that only watches.
func (w *world) watcher() string {
	w.t.Helper()
	var watch link
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"none"}`, &watch)
	return w.join(watch.Token, "").SessionToken
}

func (w *world) join(token, name string) joined {
	w.t.Helper()
	body := fmt.Sprintf(`{"token":%q}`, token)
	if name != "" {
		body = fmt.Sprintf(`{"token":%q,"name":%q}`, token, name)
	}
	var j joined
	w.must("POST", "/api/v1/join", "", body, &j)
	return j
}

func (w *world) firstMilestone() string {
	w.t.Helper()
	var state struct {
		Snapshot struct {
			Entities struct{ Milestone []struct{ ID string } }
		}
	}
	w.must("GET", "/api/v1/rooms/"+w.room+"/snapshot?stream=shared", adminKey, "", &state)
	if len(state.Snapshot.Entities.Milestone) != 12 {
		w.t.Fatalf("the template gave %d milestones, want 12", len(state.Snapshot.Entities.Milestone))
	}
	return state.Snapshot.Entities.Milestone[0].ID
}

// log reads the whole shared log.
func (w *world) log() ([]commit, []string) {
	w.t.Helper()
	var commits []commit
	var bodies []string
	for {
		var page activity
		w.must("GET", fmt.Sprintf("/api/v1/rooms/%s/activity?stream=shared&after=%d&limit=500", w.room, len(commits)), adminKey, "", &page)
		if len(page.Commits) == 0 {
			return commits, bodies
		}
		for _, body := range page.Commits {
			var c commit
			if err := json.Unmarshal(body, &c); err != nil {
				w.t.Fatal(err)
			}
			commits, bodies = append(commits, c), append(bodies, string(body))
		}
	}
}

func title(milestone, text string) map[string]any {
	return map[string]any{"kind": "milestone.update", "id": milestone, "set": map[string]any{"title": text}}
}

// A script does everything with the workspace's key and a session: the way in
// for portals.
func TestFromTheKeyToThePlan(t *testing.T) {
	w := newWorld(t)

	op := fmt.Sprintf(`{"client":%q,"stream":"shared","seq":1,"op":{"kind":"milestone.update","id":%q,"set":{"title":"Kick it off"}}}`, uuid.NewString(), w.milestone)
	var first, again struct{ Rev int64 }
	w.must("POST", "/api/v1/rooms/"+w.room+"/ops", w.buyer, op, &first)
	w.must("POST", "/api/v1/rooms/"+w.room+"/ops", w.buyer, op, &again)
	if first.Rev == 0 || again != first {
		t.Errorf("revs = %d, then %d for the same op", first.Rev, again.Rev)
	}

	commits, _ := w.log()
	if last := commits[len(commits)-1]; last.Rev != first.Rev || last.Kind != "milestone.update" || last.By == nil {
		t.Errorf("the last commit is %+v", last)
	}
	for rev, want := range map[int64]bool{first.Rev: true, first.Rev - 1: false} {
		_, body := w.call("GET", fmt.Sprintf("/api/v1/rooms/%s/at/%d?stream=shared", w.room, rev), w.buyer, "")
		if got := strings.Contains(string(body), "Kick it off"); got != want {
			t.Errorf("at %d: the new title is there = %v, want %v", rev, got, want)
		}
	}
	var now, then struct{ Snapshot json.RawMessage }
	w.must("GET", "/api/v1/rooms/"+w.room+"/snapshot?stream=shared", w.buyer, "", &now)
	w.must("GET", fmt.Sprintf("/api/v1/rooms/%s/at/%d?stream=shared", w.room, first.Rev), w.buyer, "", &then)
	if string(now.Snapshot) != string(then.Snapshot) {
		t.Error("the log folded to its end differs from the state") // I2
	}

	var list struct {
		Rooms []struct {
			Progress struct{ Done, Total int }
		}
	}
	w.must("GET", "/api/v1/rooms", adminKey, "", &list)
	if len(list.Rooms) != 1 || list.Rooms[0].Progress.Total != 12 {
		t.Errorf("rooms = %+v", list)
	}
}

// Unknown, foreign and revoked look the same, on the real store too.
func TestWhatIsNotYoursLooksLikeNothing(t *testing.T) {
	w := newWorld(t)
	var other struct{ ID string }
	w.must("POST", "/api/v1/rooms", adminKey, `{"name":"Another","buyer_company":"Globex","seller_company":"Northwind","time_zone":"UTC"}`, &other)
	var watch link
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"none"}`, &watch)
	watcher := w.join(watch.Token, "").SessionToken
	w.must("DELETE", "/api/v1/links/"+watch.ID, adminKey, "", nil)

	answers := map[string]string{}
	ask := func(what, method, path, token, body string) {
		status, data := w.call(method, path, token, body)
		if status != http.StatusNotFound {
			t.Errorf("%s: status = %d %s", what, status, data)
		}
		answers[string(data)] = what
	}
	ask("an unknown room", "GET", "/api/v1/rooms/"+uuid.NewString(), w.buyer, "")
	ask("an unknown room, with the key", "GET", "/api/v1/rooms/"+uuid.NewString(), adminKey, "")
	ask("a room of others", "GET", "/api/v1/rooms/"+other.ID, w.buyer, "")
	ask("a session of a revoked link", "GET", "/api/v1/rooms/"+w.room, watcher, "")
	ask("a session nobody has", "GET", "/api/v1/rooms/"+w.room, "parley_nothing", "")
	ask("a revoked link", "POST", "/api/v1/join", "", fmt.Sprintf(`{"token":%q}`, watch.Token))
	ask("an unknown link", "POST", "/api/v1/join", "", `{"token":"parley_nothing"}`)
	ask("an unknown link to revoke", "DELETE", "/api/v1/links/"+uuid.NewString(), w.seller, "")
	if len(answers) != 1 {
		t.Errorf("%d different answers: %q", len(answers), answers)
	}

	// There are two doors; at each every wrong key gets the same page.
	for door, paths := range map[string][]string{
		"watchers": {"/s/" + watch.Token, "/s/parley_nothing", "/s/" + watch.Token + "/plan"},
		"people":   {"/join/parley_nothing", "/r/" + w.room, "/r/" + uuid.NewString()},
	} {
		pages := map[string]bool{}
		for _, path := range paths {
			status, data := w.call("GET", path, "", "")
			if status != http.StatusNotFound {
				t.Errorf("%s: status = %d", path, status)
			}
			pages[string(data)] = true
		}
		if len(pages) != 1 {
			t.Errorf("%d different pages for %s", len(pages), door)
		}
	}
}

// R8: a revoked link ends its sockets and its ops.
func TestRevokingALinkEndsItsSockets(t *testing.T) {
	w := newWorld(t)
	dana, hello := connect(t, w.process, w.room, w.buyer, "", nil)
	omar, _ := connect(t, w.process, w.room, w.seller, "", nil)
	if hello.T != "welcome" {
		t.Fatalf("hello was answered by %s", hello.raw)
	}

	w.must("DELETE", "/api/v1/links/"+w.buyerLink, w.seller, "", nil)
	frames, err := dana.drain(2 * time.Second)
	if err != nil {
		t.Fatalf("2 s after the link was revoked: %v", err)
	}

	if len(frames) == 0 || frames[len(frames)-1].T != "bye" || frames[len(frames)-1].Why != "revoked" || dana.closed != 4003 {
		t.Errorf("the last frame is %+v, the close code %d", frames, dana.closed)
	}
	omar.op(1, 0, title(w.milestone, "Still here"))
	if f := omar.next("ack", "reject", "error"); f.T != "ack" {
		t.Errorf("the other side's op is answered by %s", f.raw)
	}
	status, _ := w.call("GET", "/api/v1/rooms/"+w.room, w.buyer, "")
	if status != http.StatusNotFound {
		t.Errorf("the session still reads: %d", status)
	}
}

// Both names of this machine open the socket; another site's page does not.
func TestTheSocketChecksTheOrigin(t *testing.T) {
	w := newWorld(t)
	port := w.url[strings.LastIndexByte(w.url, ':'):]
	for origin, want := range map[string]int{
		"http://127.0.0.1" + port: http.StatusSwitchingProtocols, "http://localhost" + port: http.StatusSwitchingProtocols,
		"http://evil.example": http.StatusForbidden, "http://127.0.0.1:1": http.StatusForbidden, "null": http.StatusForbidden,
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"/api/v1/rooms/"+w.room+"/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "parley.v1", "Origin": origin,
		} {
			r.Header.Set(k, v)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("from %s: status = %d, want %d", origin, res.StatusCode, want)
		}
	}
}

// A stop tells everybody to come back, loses nothing and ends with 0.
func TestAStopIsOrderly(t *testing.T) {
	w := newWorld(t)
	omar, _ := connect(t, w.process, w.room, w.seller, "", nil)
	omar.op(1, 0, title(w.milestone, "Before the stop"))
	rev := omar.next("ack").Rev

	began := time.Now()
	code := w.terminate()
	if code != exitOK || time.Since(began) > 10*time.Second {
		t.Errorf("exit code %d after %s\n%s", code, time.Since(began), w.process.log)
	}

	frames, err := omar.drain(time.Second)
	if err != nil {
		t.Error(err)
	}
	if n := len(frames); n == 0 || frames[n-1].T != "bye" || frames[n-1].Why != "restart" || omar.closed != 1012 {
		t.Errorf("frames %+v, close code %d", frames, omar.closed)
	}
	w.process = start(t, w.env...)
	if commits, _ := w.log(); commits[rev-1].Seq != 1 || commits[rev-1].Client != omar.client {
		t.Errorf("rev %d is %+v", rev, commits[rev-1])
	}
}

// Bad configuration: one sentence, exit 2; a fault of the world: one, exit 1.
func TestABadStartSaysWhy(t *testing.T) {
	cases := map[string]struct {
		args []string
		env  string
		code int
		says string
	}{
		"a bad variable":          {nil, "PARLEY_OPS_PER_SECOND=many", exitConfig, "PARLEY_OPS_PER_SECOND"},
		"a bad flag":              {[]string{"--demo=perhaps"}, "", exitConfig, "PARLEY_DEMO"},
		"a flag nobody knows":     {[]string{"--colour"}, "", exitConfig, "--colour"},
		"Redis for one server":    {nil, "REDIS_URL=redis://127.0.0.1:6379", exitConfig, "REDIS_URL"},
		"an address that is none": {nil, "PARLEY_ADDR=192.0.2.1:80", exitFailed, "PARLEY_ADDR"},
		"help":                    {[]string{"-h"}, "", exitOK, ""},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			code, said := exit(t, c.args, c.env)
			if code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("exit code %d, want %d; it says: %s", code, c.code, said)
			}
			if lines := strings.Count(said, "\n"); lines > 1 {
				t.Errorf("%d lines, want one sentence: %s", lines, said)
			}
		})
	}
}
