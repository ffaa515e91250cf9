package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"parley/realtime"
	"parley/room"
	"parley/room/postgres"
	"parley/room/postgres/pgtest"
	"parley/server/mail"
)

// house is the handler over a real store and a real hub, with one room. Mails are
// kept instead of sent.
type house struct {
	*app
	pool  *pgxpool.Pool
	store postgres.Steady
	room  string
	owner map[string]string // the credentials of Priya, who owns the room
	mails *letterbox
	sql   statements
}

// letterbox keeps what was to be mailed.
type letterbox struct {
	mu   sync.Mutex // guards the field below
	kept []mail.Message
}

func (b *letterbox) Send(_ context.Context, l mail.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept = append(b.kept, l)
	return nil
}

// to returns the letters to an address, oldest first.
func (b *letterbox) to(address string) []mail.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []mail.Message
	for _, l := range b.kept {
		if l.To == address {
			out = append(out, l)
		}
	}
	return out
}

func newHouse(t *testing.T, settings ...func(*Options)) *house {
	t.Helper()
	h := &house{mails: &letterbox{}}
	pool, err := postgres.Open(t.Context(), pgtest.New(t), postgres.WithTracer(&h.sql))
	if err != nil {
		t.Fatal(err)
	}
	h.pool, h.store = pool, postgres.NewSteady(postgres.New(pool))
	hub := realtime.NewHub(h.store, realtime.NewMemoryBroker(), realtime.Options{Origins: []string{"http://127.0.0.1:8080"}})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- hub.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		pool.Close()
	})
	ws, err := h.store.EnsureWorkspace(t.Context(), "Northwind")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Store: h.store, Hub: hub, Workspace: ws, AdminKey: adminKey, PublicURL: "http://127.0.0.1:8080", Mail: h.mails,
		Files: fstest.MapFS{"app.js": {}, "app.css": {}, "door.js": {}, "door.css": {}},
		Ready: func(context.Context) error { return nil }, Metrics: prometheus.NewRegistry(),
	}
	for _, set := range settings {
		set(&o)
	}
	s, err := newServer(o)
	if err != nil {
		t.Fatal(err)
	}
	o.Metrics = prometheus.NewRegistry()
	handler, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h.app = &app{t: t, server: s, handler: handler}
	made := h.post("/api/v1/rooms", as(adminKey), `{"name":"Rollout plan","buyer_company":"Acme","seller_company":"Northwind","time_zone":"UTC","template":"software-purchase","go_live":"2027-03-01"}`)
	h.room = made.ok(http.StatusCreated)["id"].(string)
	link := h.link(`{"side":"seller","access":"owner"}`)
	h.owner = as(h.join(link, `"name":"Priya Nair"`).ok(http.StatusOK)["session_token"].(string))
	return h
}

// made is a link that a test opens.
type made struct{ id, token, path string }

func (h *house) link(body string) made {
	h.t.Helper()
	who := h.owner
	if who == nil {
		who = as(adminKey)
	}
	l := h.post("/api/v1/rooms/"+h.room+"/links", who, body).ok(http.StatusCreated)
	return made{l["id"].(string), l["token"].(string), strings.TrimPrefix(l["url"].(string), "http://127.0.0.1:8080")}
}

// join comes in by a link; fields are those of the body beside the token.
func (h *house) join(l made, fields string) answer {
	h.t.Helper()
	if fields != "" {
		fields = "," + fields
	}
	return h.post("/api/v1/join", nil, `{"token":"`+l.token+`"`+fields+`}`)
}

// code asks for a code and returns its ticket.
func (h *house) code(l made, email string) string {
	h.t.Helper()
	return h.post("/api/v1/door/code", nil, fmt.Sprintf(`{"token":%q,"email":%q}`, l.token, email)).ok(http.StatusAccepted)["ticket"].(string)
}

// mailed returns the newest code that was mailed to an address.
func (h *house) mailed(email string) string {
	h.t.Helper()
	letters := h.mails.to(email)
	if len(letters) == 0 {
		h.t.Fatalf("nothing was mailed to %s", email)
	}
	return strings.Fields(letters[len(letters)-1].Subject)[0]
}

// change changes a link as its owner.
func (h *house) change(l made, body string) answer {
	h.t.Helper()
	return h.do("PATCH", "/api/v1/links/"+l.id, h.owner, body)
}

// reads reports whether a session still reads the room.
func (h *house) reads(session string) bool {
	h.t.Helper()
	return h.get("/api/v1/rooms/"+h.room, as(session)).Code == http.StatusOK
}

func session(a answer) string {
	a.t.Helper()
	return a.ok(http.StatusOK)["session_token"].(string)
}

// asked reads the refusal of a door.
func (a answer) asked(field string) {
	a.t.Helper()
	a.refused(http.StatusForbidden, "door", field)
}

// R13: each step of the ladder asks for what the one before does, and more. What
// is behind it is not told before: not by the page, not by the API.
func TestTheLadder(t *testing.T) {
	h := newHouse(t)
	dana := `"name":"Dana Kim","email":"Dana@Acme.example"`
	open := h.link(`{"side":"buyer"}`)
	name := h.link(`{"side":"buyer","door":"name"}`)
	email := h.link(`{"side":"buyer","door":"email"}`)
	verified := h.link(`{"side":"buyer","door":"verified"}`)
	named := h.link(`{"side":"buyer","door":"named","emails":["DANA@acme.example"],"domains":["@Globex.example"]}`)
	secret := h.link(`{"side":"none","password":"bare-feet-9"}`)

	for _, l := range []made{name, email, verified, named, secret} {
		page := h.get(l.path, nil)
		if page.Code != http.StatusOK || page.Header().Get("Referrer-Policy") != "no-referrer" || !strings.Contains(page.Body.String(), "noindex") {
			t.Errorf("the door of %s: %d", l.path, page.Code)
		}
		for _, word := range []string{"Acme", "Northwind", "Rollout", "milestone", "Priya", "boot"} {
			if strings.Contains(page.Body.String(), word) {
				t.Errorf("the door says %s:\n%s", word, page.Body)
			}
		}
	}
	if page := h.get(open.path, nil); !strings.Contains(page.Body.String(), "Rollout plan") {
		t.Errorf("an open link shows no plan: %d", page.Code)
	}

	h.join(open, "").ok(http.StatusOK)
	h.join(name, "").asked("name")
	h.join(name, `"name":"Dana Kim"`).ok(http.StatusOK)
	h.join(email, `"name":"Dana Kim"`).asked("email")
	h.join(email, dana).ok(http.StatusOK)
	h.join(secret, "").asked("password")
	h.join(secret, `"password":"bare-feet-8"`).asked("password")
	h.join(secret, `"password":"bare-feet-9"`).ok(http.StatusOK)

	h.join(verified, dana).asked("code")
	ticket := h.code(verified, "Dana@Acme.example")
	code := h.mailed("dana@acme.example")
	h.join(verified, dana+`,"ticket":"`+ticket+`","code":"`+not(code)+`"`).asked("code")
	first := h.join(verified, dana+`,"ticket":"`+ticket+`","code":" `+code[:3]+" "+code[3:]+`"`)
	me := first.ok(http.StatusOK)["me"].(map[string]any)
	h.join(verified, dana+`,"ticket":"`+ticket+`","code":"`+code+`"`).asked("code") // once

	ticket = h.code(named, "dana@acme.example")
	again := h.join(named, dana+`,"ticket":"`+ticket+`","code":"`+h.mailed("dana@acme.example")+`"`)
	if got := again.ok(http.StatusOK)["me"].(map[string]any); got["id"] != me["id"] {
		t.Errorf("a proven address came in as %v, before as %v", got["id"], me["id"])
	}
	ticket = h.code(named, "lena@globex.example")
	h.join(named, `"name":"Lena","email":"lena@globex.example","ticket":"`+ticket+`","code":"`+h.mailed("lena@globex.example")+`"`).ok(http.StatusOK)

	page := h.get(verified.path, as(session(first)))
	if !strings.Contains(page.Body.String(), "Rollout plan") {
		t.Errorf("who came through the door sees %d and no plan", page.Code)
	}
}

// not returns another code.
func not(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

// R16: a list is not told. Who is on it and who is not get the same bytes, as
// often as they ask, and the same bounds; only one of them gets a mail.
func TestAnswersDoNotTellWhoIsInvited(t *testing.T) { // S15
	h := newHouse(t)
	l := h.link(`{"side":"buyer","door":"named","emails":["dana@acme.example"]}`)
	ask := func(email string) []string {
		var said []string
		for range 6 {
			a := h.post("/api/v1/door/code", nil, fmt.Sprintf(`{"token":%q,"email":%q}`, l.token, email))
			body := a.Body.String()
			if a.Code == http.StatusAccepted {
				ticket := a.json()["ticket"].(string)
				body = strings.Replace(body, ticket, "", 1)
				for _, wrong := range []string{"", "1"} {
					body += h.join(l, fmt.Sprintf(`"name":"X","email":%q,"ticket":%q,"code":"%s"`, email, ticket, wrong)).Body.String()
				}
			}
			said = append(said, fmt.Sprintf("%d %s %d", a.Code, body, a.Body.Len()))
		}
		a := h.post("/api/v1/door/request", nil, fmt.Sprintf(`{"token":%q,"name":"X","email":%q}`, l.token, email))
		return append(said, fmt.Sprintf("%d %s", a.Code, a.Body))
	}

	listed, unlisted := ask("dana@acme.example"), ask("eve@evil.example")
	if fmt.Sprint(listed) != fmt.Sprint(unlisted) {
		t.Errorf("on the list:\n%s\nnot on it:\n%s", strings.Join(listed, "\n"), strings.Join(unlisted, "\n"))
	}
	if len(h.mails.to("dana@acme.example")) == 0 || len(h.mails.to("eve@evil.example")) != 0 {
		t.Errorf("%d mails to who is on the list, %d to who is not", len(h.mails.to("dana@acme.example")), len(h.mails.to("eve@evil.example")))
	}
}

// R14: a code is told five times at most, wherever the tries come from.
func TestACodeIsTriedFiveTimes(t *testing.T) { // S15
	h := newHouse(t)
	l := h.link(`{"side":"buyer","door":"verified"}`)
	who := `"name":"Dana","email":"dana@acme.example"`
	ticket := h.code(l, "dana@acme.example")
	code := h.mailed("dana@acme.example")
	for range 5 {
		h.join(l, who+`,"ticket":"`+ticket+`","code":"`+not(code)+`"`).asked("code")
	}
	h.join(l, who+`,"ticket":"`+ticket+`","code":"`+code+`"`).asked("code")

	// A code is for the address that it was mailed to, for its link, and for ten minutes.
	other := h.link(`{"side":"buyer","door":"verified"}`)
	ticket = h.code(l, "dana@acme.example")
	code = h.mailed("dana@acme.example")
	h.join(l, `"name":"Eve","email":"eve@evil.example","ticket":"`+ticket+`","code":"`+code+`"`).asked("code")
	h.join(other, who+`,"ticket":"`+ticket+`","code":"`+code+`"`).asked("code")
	if _, err := h.pool.Exec(t.Context(), `update link_codes set expires_at = clock_timestamp()`); err != nil {
		t.Fatal(err)
	}
	h.join(l, who+`,"ticket":"`+ticket+`","code":"`+code+`"`).asked("code")
}

// R14, S15: a thousand guesses from a thousand addresses, many at once: at
// most 20 of them in any hour are looked at, and whoever has the code comes in
// within a quarter of an hour of the last.
func TestGuessingCodesIsHopeless(t *testing.T) {
	h := newHouse(t)
	l := h.link(`{"side":"buyer","door":"verified"}`)
	link, err := h.store.LinkByToken(t.Context(), l.token)
	if err != nil {
		t.Fatal(err)
	}
	var tickets []room.CodeID
	for range 60 { // as if the bound on asking were not there
		id, err := h.store.NewCode(t.Context(), link, l.token, "", "dana@acme.example", "000000")
		if err != nil {
			t.Fatal(err)
		}
		tickets = append(tickets, id)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	codes := map[int]int{}
	for worker := range 8 {
		wg.Go(func() {
			for i := range 125 {
				r := httptest.NewRequest("POST", "/api/v1/join", strings.NewReader(fmt.Sprintf(
					`{"token":%q,"name":"D","email":"dana@acme.example","ticket":%q,"code":"%06d"}`, l.token, tickets[(worker*125+i)%len(tickets)], 1+worker*125+i)))
				r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:4000", worker, i/250, i%250)
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", worker, i%250))
				w := httptest.NewRecorder()
				h.handler.ServeHTTP(w, r)
				mu.Lock()
				codes[w.Code]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if codes[http.StatusOK] != 0 {
		t.Fatalf("somebody guessed it: %v", codes)
	}
	var compared int
	if err := h.pool.QueryRow(t.Context(), `select (extract(epoch from spent_until - clock_timestamp()) / 300)::int from link_budgets where link_id = $1 and kind = 'code'`, l.id).Scan(&compared); err != nil {
		t.Fatal(err)
	}
	if codes[http.StatusTooManyRequests] == 0 || compared > codeGuesses.Burst {
		t.Errorf("%d were looked at; answers %v", compared, codes)
	}
	if perHour := codeGuesses.Burst + int(time.Hour/codeGuesses.Every); perHour > 20 {
		t.Errorf("%d guesses in an hour", perHour)
	}
	fresh, err := h.store.NewCode(t.Context(), link, l.token, "", "dana@acme.example", "123456")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.pool.Exec(t.Context(), `update link_budgets set spent_until = spent_until - interval '15 minutes'`); err != nil {
		t.Fatal(err)
	}
	h.join(l, fmt.Sprintf(`"name":"D","email":"dana@acme.example","ticket":%q,"code":"123456"`, fresh)).ok(http.StatusOK)
}

// R15, S15: a password is kept as argon2id, its guesses are bounded, and hashing
// takes a bounded part of the machine however many guess at once.
func TestGuessingPasswordsIsHopeless(t *testing.T) {
	h := newHouse(t)
	l := h.link(`{"side":"none","password":"bare-feet-9"}`)
	var kept string
	if err := h.pool.QueryRow(t.Context(), `select password_hash from links where id = $1`, l.id).Scan(&kept); err != nil || !strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("kept is %s, %v", kept, err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	answers, most := map[int]int{}, 0
	for worker := range 8 {
		wg.Go(func() {
			for i := range 25 {
				w := httptest.NewRecorder()
				r := httptest.NewRequest("POST", "/api/v1/join", strings.NewReader(fmt.Sprintf(`{"token":%q,"password":"guess-%d-%d"}`, l.token, worker, i)))
				r.Header.Set("Content-Type", "application/json")
				h.handler.ServeHTTP(w, r)
				mu.Lock()
				answers[w.Code]++
				most = max(most, len(h.server.hashing))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if answers[http.StatusOK] != 0 || answers[http.StatusForbidden] > guesses.Burst || answers[http.StatusTooManyRequests] < 190 {
		t.Errorf("answers = %v, want at most %d looked at", answers, guesses.Burst)
	}
	if cap(h.server.hashing) != hashesAtOnce || most > hashesAtOnce {
		t.Errorf("%d hashes at once", most)
	}
	h.join(l, `"password":"bare-feet-9"`).refused(http.StatusTooManyRequests, "busy", "")
	if _, err := h.pool.Exec(t.Context(), `update link_budgets set spent_until = spent_until - interval '15 minutes'`); err != nil {
		t.Fatal(err)
	}
	for range guesses.Burst + 2 { // who knows it uses nothing up
		h.join(l, `"password":"bare-feet-9"`).ok(http.StatusOK)
	}
}
