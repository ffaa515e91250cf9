package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/realtime/redis/redistest"
)

// R8, S02, S03, P36: whatever is taken from those who came by a link, or for whom a
// portal vouched, is taken from their sockets within two seconds on the other server too, and within five when
// Redis is gone; no op of theirs has a later commit time.
func TestWhatIsTakenFromVisitorsIsTakenOnTheOtherServer(t *testing.T) {
	cache := redistest.New(t)
	c := newCouple(t, cache.URL())
	t.Run("a portal's token is used once, whichever server gets it", c.useOnce)
	t.Run("a portal changes its keys", c.changeKeys)
	for _, redis := range []struct {
		within time.Duration
		down   bool
	}{{2 * time.Second, false}, {5 * time.Second, true}} {
		if redis.down {
			cache.Kill()
			time.Sleep(2 * time.Second) // both have noticed
		}
		soon := time.Now().Add(1500 * time.Millisecond).UTC().Format(time.RFC3339Nano)
		for what, change := range map[string]string{
			"revoked": "", "paused": `{"paused":true}`, "an end": `{"expires_at":"` + soon + `"}`,
			"another side": `{"side":"seller"}`, "a code": `{"door":"verified"}`, "a password": `{"password":"bare-feet-9"}`,
		} {
			if redis.down && strings.Contains("another side, a code, a password", what) {
				continue // found in the same way as the others
			}
			t.Run(fmt.Sprintf("%s, Redis down %v", what, redis.down), func(t *testing.T) { c.shutOut(t, change, redis.within) })
		}
		t.Run(fmt.Sprintf("less access, Redis down %v", redis.down), func(t *testing.T) { c.lower(t, redis.within) })
		t.Run(fmt.Sprintf("by a portal, Redis down %v", redis.down), func(t *testing.T) { c.portalLosses(t, redis.within) })
	}
}

// guest comes in by a new link, at the other server.
func (c *couple) guest(t *testing.T) (link, *member) {
	t.Helper()
	var l link
	c.must("POST", "/api/v1/rooms/"+c.room+"/links", adminKey, `{"side":"buyer","access":"editor"}`, &l)
	m, hello := connect(t, c.other, c.room, c.join(l.Token, "Eve").SessionToken, "", nil)
	if hello.T != "welcome" {
		t.Fatalf("hello was answered by %s", hello.raw)
	}
	return l, m
}

func (c *couple) shutOut(t *testing.T, change string, within time.Duration) {
	l, eve := c.guest(t)
	var end struct {
		At time.Time `json:"expires_at"`
	}
	if strings.Contains(change, "expires_at") {
		if err := json.Unmarshal([]byte(change), &end); err != nil {
			t.Fatal(err)
		}
		within += time.Until(end.At)
	}
	c.ends(t, eve, within, func() time.Time {
		if change == "" {
			c.must("DELETE", "/api/v1/links/"+l.ID, adminKey, "", nil)
		} else {
			c.must("PATCH", "/api/v1/links/"+l.ID, adminKey, change, nil)
		}
		if !end.At.IsZero() {
			return end.At
		}
		return c.moment(t, `select greatest(revoked_at, changed_at) from links where id = $1`, l.ID)
	})
}

// ends has a member edit all the while that something is taken from them: their
// socket ends in time, and no op of theirs is younger than the moment that
// change returns.
func (c *couple) ends(t *testing.T, eve *member, within time.Duration, change func() time.Time) {
	t.Helper()
	stop, sent := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(sent)
		for seq := int64(1); ; seq++ {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			if !eve.op(seq, 1<<40, title(c.milestone, fmt.Sprintf("Eve's %d", seq))) {
				return
			}
		}
	}()
	eve.next("ack")

	began := time.Now()
	answered := change()
	_, err := eve.drain(within)
	close(stop)
	<-sent
	if err != nil {
		t.Fatalf("%s after the change: %v", time.Since(began), err)
	}
	var late int
	if err := c.db(t).QueryRow(context.Background(), `select count(*) from activity where room_id = $1 and client::text = $2 and at > $3`,
		c.room, eve.client, answered).Scan(&late); err != nil {
		t.Fatal(err)
	}
	if late != 0 {
		t.Errorf("%d of her ops are younger than the change", late)
	}
}

// moment reads one from the servers' database.
func (c *couple) moment(t *testing.T, sql string, args ...any) (at time.Time) {
	t.Helper()
	if err := c.db(t).QueryRow(context.Background(), sql, args...).Scan(&at); err != nil {
		t.Fatal(err)
	}
	return at
}

// db opens the servers' database.
func (w *world) db(t *testing.T) *pgxpool.Pool {
	t.Helper()
	dsn, ok := strings.CutPrefix(w.env[0], "DATABASE_URL=")
	if !ok {
		t.Fatalf("the first setting is %s", w.env[0])
	}
	pool, err := pgxpool.New(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // the server made it
	}
	return u.Path
}

// lower takes the right to edit: the socket stays, and what she sends is refused.
func (c *couple) lower(t *testing.T, within time.Duration) {
	l, eve := c.guest(t)
	eve.op(1, 1<<40, title(c.milestone, "Eve's"))
	eve.next("ack")
	c.must("PATCH", "/api/v1/links/"+l.ID, adminKey, `{"access":"viewer"}`, nil)
	began := time.Now()
	for seq := int64(2); ; seq++ {
		eve.op(seq, 1<<40, title(c.milestone, fmt.Sprintf("Eve's %d", seq)))
		f := eve.next("ack", "reject", "bye")
		if f.T == "reject" && f.Code == "forbidden" {
			return
		}
		if time.Since(began) > within || f.T == "bye" {
			t.Fatalf("%s after her access was lowered: %s", time.Since(began), f.raw)
		}
	}
}

// S04: a thousand ways to be almost a link open nothing: the same status and the
// same bytes for all, which hold nothing of the room.
func TestAThousandBadLinksOpenNothing(t *testing.T) {
	w := newWorld(t)
	var open, paused, ended, revoked link
	for _, l := range []*link{&open, &paused, &ended, &revoked} {
		w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"none"}`, l)
	}
	w.must("PATCH", "/api/v1/links/"+paused.ID, adminKey, `{"paused":true}`, nil)
	w.must("PATCH", "/api/v1/links/"+ended.ID, adminKey, `{"expires_at":"`+time.Now().Add(300*time.Millisecond).UTC().Format(time.RFC3339Nano)+`"}`, nil)
	w.must("DELETE", "/api/v1/links/"+revoked.ID, adminKey, "", nil)
	time.Sleep(400 * time.Millisecond)

	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 4))
	bad := []string{paused.Token, ended.Token, revoked.Token}
	for len(bad) < 1000 {
		b := []byte(open.Token)
		i := random.IntN(len(b))
		switch len(bad) % 8 {
		case 0:
			b[i] ^= 1 << random.IntN(7)
		case 1:
			b = b[:i]
		case 2:
			b = append(b[:i], b[i+1:]...)
		case 3:
			b = append(b, open.Token[i])
		case 4:
			b = []byte(strings.ToUpper(string(b[:i+1])) + string(b[i+1:]))
		case 5:
			b = []byte(url.PathEscape(url.PathEscape("/" + string(b) + "%")))
		case 6:
			b = []byte("parley_" + strings.Repeat(string(rune('a'+random.IntN(26))), 32))
		case 7:
			b[i], b[len(b)-1-i] = b[len(b)-1-i], b[i]
		}
		if token := string(b); token != open.Token && token != "" && !strings.Contains(token, "/") {
			bad = append(bad, token)
		}
	}
	pages, answers := map[string]string{}, map[string]string{}
	for i, token := range bad {
		body, err := json.Marshal(map[string]string{"token": token})
		if err != nil {
			t.Fatal(err)
		}
		status, data := w.call("POST", "/api/v1/join", "", string(body))
		if status == http.StatusUnprocessableEntity {
			continue // no token can hold that
		}
		answers[fmt.Sprintf("%d %s", status, data)] = token
		if i%4 == 0 { // a page costs more
			status, data = w.call("GET", "/s/"+url.PathEscape(token), "", "")
			pages[fmt.Sprintf("%d %s", status, data)] = token
		}
	}
	if len(answers) != 1 || len(pages) > 2 {
		t.Errorf("%d different answers and %d different pages: %.600q", len(answers), len(pages), answers)
	}
	for said := range pages {
		if !strings.HasPrefix(said, "404 ") || strings.Contains(said, "Acme") || strings.Contains(said, "Northwind") {
			t.Errorf("a bad link opens %.300s", said)
		}
	}
}

// S13: whatever comes before the person it is for (a mail's scanner, a chat's
// preview, a browser that looks ahead) uses nothing up and counts as no view.
func TestScannersChangeNothing(t *testing.T) {
	w := newWorld(t)
	kept := map[string]link{}
	for name, body := range map[string]string{
		"open": `{"side":"buyer"}`, "watching": `{"side":"none"}`, "closed": `{"side":"buyer","door":"verified"}`, "secret": `{"side":"none","password":"bare-feet-9"}`,
	} {
		var l link
		w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, body, &l)
		kept[name] = l
	}
	var ticket struct{ Ticket string }
	w.must("POST", "/api/v1/door/code", "", fmt.Sprintf(`{"token":%q,"email":"dana@acme.example"}`, kept["closed"].Token), &ticket)
	before := w.state()

	agents := []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) SafeLinks", "Slackbot-LinkExpanding 1.0", "facebookexternalhit/1.1",
		"WhatsApp/2.23", "Mozilla/5.0 HeadlessChrome/140.0",
	}
	for _, l := range kept {
		for _, agent := range agents {
			for _, method := range []string{"GET", "HEAD"} {
				r, err := http.NewRequestWithContext(t.Context(), method, w.url+pathOf(l.URL), nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("User-Agent", agent)
				r.Header.Set("Sec-Purpose", "prefetch;prerender")
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				_ = res.Body.Close()
				if res.StatusCode != http.StatusOK || res.Header.Get("X-Robots-Tag") == "" || len(res.Cookies()) != 0 {
					t.Errorf("%s %s as %s: %d, cookies %v", method, l.URL, agent, res.StatusCode, res.Cookies())
				}
			}
		}
	}
	// One that runs the page's script joins, as the page does, and sees the plan
	// for a moment; one that sends forms off guesses nothing and uses up no code.
	for _, name := range []string{"open", "watching"} {
		w.join(kept[name].Token, "")
	}
	for _, name := range []string{"closed", "secret"} {
		w.call("POST", "/api/v1/join", "", fmt.Sprintf(`{"token":%q}`, kept[name].Token))
	}
	if after := w.state(); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

// state is what a link's visitors could have changed: the links as their owner
// sees them, the people, and the log.
func (w *world) state() string {
	w.t.Helper()
	_, links := w.call("GET", "/api/v1/rooms/"+w.room+"/links", adminKey, "")
	_, log := w.log()
	return string(links) + strings.Join(log, "\n")
}
