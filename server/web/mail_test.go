package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/server/mail"
)

// askMail asks for the page of kept mails as somebody at remote who typed host.
func askMail(t *testing.T, a *app, path, remote, host string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.RemoteAddr, r.Host = remote, host
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	a.conforms(r, w)
	return w
}

func keepMail(t *testing.T, a *app) mail.KeptMail {
	t.Helper()
	letter := mail.Letter{
		Subject: "Your code <b>for</b> Northwind", Heading: "Sign in", Code: "482913",
		Button: mail.Button{Label: "Sign in", URL: "http://127.0.0.1:8080/signin/abc"},
		After:  []string{"Not you? See https://evil.example/x."},
	}
	if err := a.server.Mail.Send(t.Context(), letter.To("ada@example.com")); err != nil {
		t.Fatal(err)
	}
	list, err := a.server.KeptMails.List()
	if err != nil || len(list) != 1 {
		t.Fatalf("kept = %v, %v", list, err)
	}
	return list[0]
}

// Kept mails hold keys: whoever is not at the machine is told that nothing is there.
func TestKeptMailsAreShownAtTheMachineOnly(t *testing.T) {
	a := newApp(t)
	kept := keepMail(t, a)

	for name, c := range map[string]struct {
		remote, host string
		header       map[string]string
		want         int
	}{
		"at the machine":              {"127.0.0.1:4711", "127.0.0.1:8080", nil, http.StatusOK},
		"by name":                     {"[::1]:4711", "localhost:8080", nil, http.StatusOK},
		"by version 6":                {"[::1]:4711", "[::1]:8080", nil, http.StatusOK},
		"another machine":             {"192.0.2.7:4711", "127.0.0.1:8080", nil, http.StatusNotFound},
		"another site's name":         {"127.0.0.1:4711", "rebound.example:8080", nil, http.StatusNotFound},
		"a name that begins like one": {"127.0.0.1:4711", "localhost.example:8080", nil, http.StatusNotFound},
		"behind a proxy":              {"127.0.0.1:4711", "127.0.0.1:8080", map[string]string{"X-Forwarded-For": "192.0.2.7"}, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/mail", "/mail/" + kept.ID} {
				w := askMail(t, a, path, c.remote, c.host, c.header)
				if w.Code != c.want {
					t.Errorf("%s = %d, want %d", path, w.Code, c.want)
				}
				if c.want != http.StatusOK && (strings.Contains(w.Body.String(), "482913") || strings.Contains(w.Body.String(), "ada@")) {
					t.Errorf("%s shows the mail: %s", path, w.Body)
				}
			}
		})
	}
}

// What a mail says is text: it makes no markup, and links only to this server.
func TestKeptMailsAreText(t *testing.T) {
	a := newApp(t)
	kept := keepMail(t, a)

	page := askMail(t, a, "/mail", "127.0.0.1:1", "localhost:8080", nil)
	body := page.Body.String()
	for _, want := range []string{"482913", `href="http://127.0.0.1:8080/signin/abc"`, "Your code &lt;b&gt;for&lt;/b&gt; Northwind", "ada@example.com", "https://evil.example/x."} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %q: %s", want, body)
		}
	}
	if strings.Contains(body, `href="https://evil`) {
		t.Error("the page links to another server")
	}
	if !strings.Contains(body, "<style>"+mailStyle+"</style>") {
		t.Error("the style is not the one that the policy allows")
	}
	if got := page.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control = %q", got)
	}

	reading := askMail(t, a, "/mail/"+kept.ID, "127.0.0.1:1", "localhost:8080", nil)
	if policy := reading.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "sandbox") || strings.Contains(policy, "script") {
		t.Errorf("policy = %q", policy)
	}
}

// A server that sends its mails has no such page.
func TestNoKeptMailsWithSMTP(t *testing.T) {
	a := newApp(t)
	a.server.KeptMails = nil
	r := httptest.NewRequest("GET", "/mail", nil)
	r.RemoteAddr, r.Host = "127.0.0.1:1", "localhost:8080"
	w := httptest.NewRecorder()

	a.server.router.ServeHTTP(w, r)

	if w.Code != http.StatusNotFound {
		t.Errorf("status = %d", w.Code)
	}
}
