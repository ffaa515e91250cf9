package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// statements keeps what the database was asked at doors.
type statements struct {
	mu  sync.Mutex // guards the field below
	all []string
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	for _, of := range []string{"link_codes", "link_budgets", "access_requests", "from links"} {
		if strings.Contains(data.SQL, of) {
			s.mu.Lock()
			s.all = append(s.all, data.SQL)
			s.mu.Unlock()
			break
		}
	}
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// during returns what the database was asked while f ran.
func (s *statements) during(f func()) []string {
	s.mu.Lock()
	s.all = nil
	s.mu.Unlock()
	f()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// R16, S15: nor does the work tell who is invited: the database is asked the same
// for an address on the list and for one that is not, and the password is hashed
// as often, each time between a try that is counted and one that is given back.
func TestWhoIsInvitedIsTheSameWork(t *testing.T) {
	h := newHouse(t)
	l := h.link(`{"side":"buyer","door":"named","emails":["dana@acme.example"],"password":"bare-feet-9"}`)
	work := func(email string) []string {
		who := fmt.Sprintf(`"name":"X","email":%q,"password":"bare-feet-9"`, email)
		return h.sql.during(func() {
			ticket := h.post("/api/v1/door/code", nil, fmt.Sprintf(`{"token":%q,"email":%q,"password":"bare-feet-9"}`, l.token, email)).ok(http.StatusAccepted)["ticket"]
			h.join(l, who+fmt.Sprintf(`,"ticket":%q,"code":"x"`, ticket)).asked("code")
			h.post("/api/v1/door/request", nil, `{"token":"`+l.token+`",`+who+`}`)
		})
	}
	listed, unlisted := work("dana@acme.example"), work("eve@evil.example")
	if len(listed) < 12 || !slices.Equal(listed, unlisted) {
		t.Errorf("on the list:\n%s\nnot on it:\n%s", strings.Join(listed, "\n"), strings.Join(unlisted, "\n"))
	}
}

// bounded turns the bounds on.
func bounded(o *Options) { o.OpsPerSecond = 20 }

// from sends a request from a network address of the test's choice.
func (h *house) from(source, path, body string) int {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.RemoteAddr = source + ":4000"
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w.Code
}

// S15: many addresses at one door, from as many networks, leave as many rows as
// the door's budget has, and shut no other door.
func TestAFloodAtADoorIsBounded(t *testing.T) {
	h := newHouse(t, bounded)
	began := time.Now()
	flooded, other := h.link(`{"side":"buyer","door":"verified"}`), h.link(`{"side":"buyer","door":"verified"}`)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 125 {
				n := worker*125 + i
				h.from(fmt.Sprintf("10.0.%d.%d", n/250, n%250), "/api/v1/door/code", fmt.Sprintf(`{"token":%q,"email":"eve%d@evil.example"}`, flooded.token, n))
				h.from(fmt.Sprintf("10.1.%d.%d", n/250, n%250), "/api/v1/door/request", fmt.Sprintf(`{"token":%q,"name":"Eve","email":"eve%d@evil.example"}`, flooded.token, n))
			}
		})
	}
	wg.Wait()
	most := codesByLink.Burst + 1 + int(time.Since(began)/codesByLink.Every)
	for table, most := range map[string]int{"link_codes": most, "link_budgets": most + 3, "access_requests": most} {
		var rows int
		if err := h.pool.QueryRow(t.Context(), `select count(*) from `+table).Scan(&rows); err != nil || rows > most {
			t.Errorf("%s has %d rows, want %d at most: %v", table, rows, most, err)
		}
	}
	ticket := h.code(other, "dana@acme.example")
	h.join(other, fmt.Sprintf(`"name":"Dana","email":"dana@acme.example","ticket":%q,"code":%q`, ticket, h.mailed("dana@acme.example"))).ok(http.StatusOK)
}

// S15: whoever asks and guesses from one network has half of what a door allows:
// somebody else comes in by the same link all the while.
func TestOneNetworkKeepsNobodyOut(t *testing.T) {
	h := newHouse(t, bounded)
	coded, secret := h.link(`{"side":"buyer","door":"verified"}`), h.link(`{"side":"none","password":"bare-feet-9"}`)
	const eve, dana = "198.51.100.7", "192.0.2.44"
	answers := map[string]map[int]int{"asking": {}, "codes": {}, "passwords": {}}
	for i := range 40 {
		answers["asking"][h.from(eve, "/api/v1/door/code", fmt.Sprintf(`{"token":%q,"email":"eve%d@evil.example"}`, coded.token, i))]++
	}
	link, err := h.store.LinkByToken(t.Context(), coded.token)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		id, err := h.store.NewCode(t.Context(), link, coded.token, "", "eve@evil.example", "000000")
		if err != nil {
			t.Fatal(err)
		}
		answers["codes"][h.from(eve, "/api/v1/join", fmt.Sprintf(`{"token":%q,"name":"E","email":"eve@evil.example","ticket":%q,"code":"%06d"}`, coded.token, id, i+1))]++
		answers["passwords"][h.from(eve, "/api/v1/join", fmt.Sprintf(`{"token":%q,"password":"guess-%d"}`, secret.token, i))]++
	}
	for what, got := range answers {
		if got[http.StatusTooManyRequests] < 20 || got[http.StatusOK] != 0 {
			t.Errorf("%s: answers %v", what, got)
		}
	}

	if status := h.from(dana, "/api/v1/door/code", fmt.Sprintf(`{"token":%q,"email":"dana@acme.example"}`, coded.token)); status != http.StatusAccepted {
		t.Errorf("somebody else asks for a code: %d", status)
	}
	id, err := h.store.NewCode(t.Context(), link, coded.token, "", "dana@acme.example", "123456")
	if err != nil {
		t.Fatal(err)
	}
	if status := h.from(dana, "/api/v1/join", fmt.Sprintf(`{"token":%q,"name":"Dana","email":"dana@acme.example","ticket":%q,"code":"123456"}`, coded.token, id)); status != http.StatusOK {
		t.Errorf("somebody else tells their code: %d", status)
	}
	for range 2 * guesses.Burst { // who knows it uses nothing up
		if status := h.from(dana, "/api/v1/join", fmt.Sprintf(`{"token":%q,"password":"bare-feet-9"}`, secret.token)); status != http.StatusOK {
			t.Fatalf("somebody else knows the password: %d", status)
		}
	}
}
