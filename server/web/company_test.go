package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/prometheus/client_golang/prometheus"

	"parley/realtime"
	"parley/room"
	"parley/room/postgres"
	"parley/room/postgres/pgtest"
	"parley/server/mail"
)

// company is a server over a real database and hub, with the mails that it sends.
type company struct {
	*testing.T
	store     postgres.Steady
	url       string
	workspace room.WorkspaceID
	mails     *mailbox
}

// mailbox keeps the newest mail to each address.
type mailbox struct {
	mu   sync.Mutex // guards the fields below
	byTo map[string]mail.Message
	sent int
}

func (b *mailbox) Send(_ context.Context, m mail.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.byTo[m.To] = m
	b.sent++
	return nil
}

func (b *mailbox) to(address string) (mail.Message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.byTo[address]
	return m, ok
}

func newCompany(t *testing.T, change ...func(*Options)) *company {
	t.Helper()
	pool, err := postgres.Open(context.Background(), pgtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	h := &company{T: t, store: postgres.NewSteady(postgres.New(pool)), mails: &mailbox{byTo: map[string]mail.Message{}}}
	if h.workspace, err = h.store.EnsureWorkspace(context.Background(), "Northwind"); err != nil {
		t.Fatal(err)
	}
	front := httptest.NewUnstartedServer(nil)
	h.url = "http://" + front.Listener.Addr().String()
	hub := realtime.NewHub(h.store, realtime.NewMemoryBroker(), realtime.Options{Origins: []string{h.url}})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- hub.Run(ctx) }()
	o := Options{
		Store: h.store, Hub: hub, Workspace: h.workspace, AdminKey: adminKey, PublicURL: h.url, Mail: h.mails,
		Files: fstest.MapFS{"app.js": {}, "app.css": {}}, Ready: func(context.Context) error { return nil }, Metrics: prometheus.NewRegistry(),
	}
	for _, c := range change {
		c(&o)
	}
	handler, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = handler
	front.Start()
	t.Cleanup(func() { front.Close(); cancel(); <-ended })
	return h
}

// member makes somebody a member.
func (h *company) member(email string, role room.Role) room.WorkspaceMember {
	h.Helper()
	m, err := h.store.AddMember(context.Background(), h.workspace, email, "", role)
	if err != nil {
		h.Fatal(err)
	}
	return m
}

// room makes a room by the workspace's key.
func (h *company) room(name string) room.ID {
	h.Helper()
	var made struct{ ID room.ID }
	h.guest().key(adminKey).must("POST", "/api/v1/rooms", `{"name":"`+name+`","buyer_company":"Acme","seller_company":"Northwind","time_zone":"UTC"}`, &made)
	return made.ID
}

// guest is a browser with nothing in it.
func (h *company) guest() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.Fatal(err)
	}
	return &browser{company: h, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// browser is somebody who calls the server.
type browser struct {
	*company
	client *http.Client
	bearer string
}

// key is the same with an API key, and without cookies.
func (b *browser) key(token string) *browser {
	return &browser{company: b.company, client: &http.Client{}, bearer: token}
}

func (b *browser) call(method, path, body string) (int, http.Header, []byte) {
	b.Helper()
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if b.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+b.bearer)
	}
	req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	res, err := b.client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return res.StatusCode, res.Header, data
}

func (b *browser) must(method, path, body string, out any) {
	b.Helper()
	status, _, data := b.call(method, path, body)
	if status/100 != 2 {
		b.Fatalf("%s %s = %d %s", method, path, status, data)
	}
	if out != nil {
		if err := json.NewDecoder(bytes.NewReader(data)).Decode(out); err != nil {
			b.Fatalf("%s %s: %v in %s", method, path, err, data)
		}
	}
}

// refused fails unless the call is refused with the status and the code.
func (b *browser) refused(status int, code, method, path, body string) {
	b.Helper()
	got, _, data := b.call(method, path, body)
	var p Problem
	if err := json.Unmarshal(data, &p); err != nil || got != status || string(p.Code) != code {
		b.Errorf("%s %s = %d %s, want %d %s", method, path, got, data, status, code)
	}
}

var (
	mailedCode   = regexp.MustCompile(`\b\d{6}\b`)
	mailedTicket = regexp.MustCompile(`parley_[a-z2-7]{32}`)
	mailedLink   = regexp.MustCompile(`/signin/(parley_[a-z2-7]{32})`)
)

// ask has a code mailed, and returns the ticket.
func (b *browser) ask(email string) string {
	b.Helper()
	var t SignInTicket
	b.must("POST", "/api/v1/signin", `{"email":"`+email+`"}`, &t)
	return t.Ticket
}

// code returns the newest code that was mailed to an address.
func (h *company) code(email string) string {
	h.Helper()
	m, ok := h.mails.to(email)
	if !ok {
		h.Fatalf("nothing was mailed to %s", email)
	}
	return mailedCode.FindString(m.Text)
}

// signedIn is a browser in which a member is signed in.
func (h *company) signedIn(email string) *browser {
	h.Helper()
	b := h.guest()
	ticket := b.ask(email)
	b.must("POST", "/api/v1/signin/verify", `{"ticket":"`+ticket+`","code":"`+h.code(email)+`"}`, nil)
	return b
}

// audited lists the actions of the audit, newest first.
func (h *company) audited() []room.AuditEvent {
	h.Helper()
	list, err := h.store.AuditEvents(context.Background(), h.workspace, 0, 200)
	if err != nil {
		h.Fatal(err)
	}
	return list
}
