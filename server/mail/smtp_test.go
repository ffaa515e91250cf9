package mail_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/server/mail"
)

func carrier(t *testing.T, url string, s *server) *mail.SMTP {
	t.Helper()
	c, err := mail.NewSMTP(url)
	if err != nil {
		t.Fatal(err)
	}
	if s != nil {
		c.Trust(s.pool)
	}
	return c.From("parley@rooms.example.com")
}

var letter = mail.Letter{
	Subject: "Your code for Müller & Söhne", Preview: "It works for ten minutes.", Heading: "Sign in to Parley", Paragraphs: []string{"Type this code:"},
	Code: "482913", Button: mail.Button{Label: "Sign in", URL: "https://rooms.example.com/signin/parley_abc"}, Footer: "Somebody typed your address.",
	FromName: `Priya "P" Nair, Northwind`, ReplyTo: "priya@northwind.example", Unsubscribe: "https://rooms.example.com/unsubscribe/x",
}

// A mail arrives whole, over TLS, signed in, in both forms.
func TestMailIsDelivered(t *testing.T) {
	for name, c := range map[string]struct {
		scheme  string
		wrapped bool
	}{"STARTTLS": {"smtp", false}, "TLS": {"smtps", true}} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, func(s *server) { s.wrapped = c.wrapped })

			if err := carrier(t, c.scheme+"://ada:s%3Acret@"+s.addr, s).Carry(t.Context(), "abc", letter.To("marc@acme.example")); err != nil {
				t.Fatal(err)
			}

			mails := s.taken()
			if len(mails) != 1 || !mails[0].encrypted || !strings.HasPrefix(mails[0].to, "TO:<marc@acme.example>") || !strings.HasPrefix(mails[0].from, "FROM:<parley@rooms.example.com>") {
				t.Fatalf("mails = %+v", mails)
			}
			if want := base64.StdEncoding.EncodeToString([]byte("\x00ada\x00s:cret")); len(s.logins) != 1 || !strings.HasSuffix(s.logins[0], want) {
				t.Errorf("logins = %q", s.logins)
			}
			head, parts := read(t, mails[0].data)
			decode := new(mime.WordDecoder)
			for header, want := range map[string]string{
				"Subject": letter.Subject, "Message-ID": "<abc@rooms.example.com>", "List-Unsubscribe": "<" + letter.Unsubscribe + ">",
				"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Reply-To": "<priya@northwind.example>", "Auto-Submitted": "auto-generated",
			} {
				if got, err := decode.DecodeHeader(head.Get(header)); err != nil || got != want {
					t.Errorf("%s = %q, %v, want %q", header, got, err, want)
				}
			}
			if from, err := netmail.ParseAddress(head.Get("From")); err != nil || from.Name != letter.FromName || from.Address != "parley@rooms.example.com" {
				t.Errorf("From = %v, %v", from, err)
			}
			if len(parts) != 2 || !strings.Contains(parts["text/plain"], "482913") || !strings.Contains(parts["text/plain"], letter.Button.URL) || !strings.Contains(parts["text/html"], `href="`+letter.Button.URL+`"`) {
				t.Errorf("parts = %v", parts)
			}
		})
	}
}

// read takes a mail apart as a mail program would.
func read(t *testing.T, data string) (netmail.Header, map[string]string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("Content-Type = %q, %v", kind, err)
	}
	parts := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m.Header, parts
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		parts[kind] = string(text)
	}
}

// What a server answers decides whether waiting helps; what it says is not told
// on, as it may hold the address.
func TestAnswersOfTheServer(t *testing.T) {
	for name, c := range map[string]struct {
		verb, answer string
		refused      bool // for good
		taken        bool // the mail has arrived all the same
	}{
		"the recipient is unknown":         {"RCPT", "550 5.1.1 no marc@acme.example here", true, false},
		"the sender is refused":            {"MAIL", "553 5.7.1 parley@rooms.example.com is not yours", true, false},
		"the recipient is greylisted":      {"RCPT", "451 4.7.1 marc@acme.example: come back", false, false},
		"the mailbox is full":              {"RCPT", "452 4.2.2 full", false, false},
		"it is too busy to greet":          {"", "421 busy", false, false},
		"it will not take the text":        {"END", "554 5.7.1 marc@acme.example gets no spam", true, false},
		"it is out of space":               {"END", "452 4.3.1 later", false, false},
		"it dies at the recipient":         {"RCPT", "die", false, false},
		"it dies before it has the text":   {"DATA", "die", false, false},
		"it dies before it greets":         {"", "die", false, false},
		"it dies before it answers":        {"END", "die", false, true},
		"it dies after it took it":         {"QUIT", "die", false, true},
		"the password is wrong":            {"AUTH", "535 5.7.8 ada is not ada", false, false},
		"it takes the mail and says 251":   {"RCPT", "251 will forward", false, true},
		"it refuses STARTTLS it has shown": {"STARTTLS", "454 no certificate", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, func(s *server) { s.answers[c.verb] = c.answer })

			err := carrier(t, "smtp://ada:secret@"+s.addr, s).Carry(t.Context(), "abc", letter.To("marc@acme.example"))

			wantErr := !c.taken || c.verb == "END"
			if (err != nil) != wantErr || errors.Is(err, mail.ErrRefused) != c.refused {
				t.Errorf("err = %v", err)
			}
			if got := len(s.taken()) == 1 && !strings.HasPrefix(c.answer, "4") && !strings.HasPrefix(c.answer, "55"); got != c.taken {
				t.Errorf("taken = %v, want %v", got, c.taken)
			}
			if err != nil && (strings.Contains(err.Error(), "marc") || strings.Contains(err.Error(), "ada ") || strings.Contains(err.Error(), "secret")) {
				t.Errorf("the error names somebody: %v", err)
			}
		})
	}
}

// A server that says nothing holds an attempt no longer than its time.
func TestSilentServersAreLeft(t *testing.T) {
	for _, verb := range []string{"", "EHLO", "STARTTLS", "RCPT", "END"} {
		t.Run("silent at "+verb, func(t *testing.T) {
			s := newServer(t, func(s *server) { s.answers[verb] = "hang" })
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()

			start := time.Now()
			err := carrier(t, "smtp://"+s.addr, s).Carry(ctx, "abc", letter.To("marc@acme.example"))

			if err == nil || errors.Is(err, mail.ErrRefused) {
				t.Errorf("err = %v", err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// Without TLS no password leaves the machine, and without a valid certificate no mail.
func TestTLSIsNotGivenUp(t *testing.T) {
	t.Run("a stranger's certificate", func(t *testing.T) {
		s := newServer(t, nil)
		err := carrier(t, "smtp://ada:secret@"+s.addr, nil).Carry(t.Context(), "abc", letter.To("marc@acme.example"))
		if err == nil || len(s.taken()) != 0 || len(s.logins) != 0 {
			t.Errorf("err = %v, mails = %v, logins = %q", err, s.taken(), s.logins)
		}
	})
	t.Run("no STARTTLS", func(t *testing.T) {
		s := newServer(t, func(s *server) { s.plain = true })
		c := carrier(t, "smtp://ada:secret@mail.example.com", s)
		c.Lead(s.addr)
		err := c.Carry(t.Context(), "abc", letter.To("marc@acme.example"))
		if err == nil || len(s.taken()) != 0 || len(s.logins) != 0 {
			t.Errorf("err = %v, mails = %v, logins = %q", err, s.taken(), s.logins)
		}
	})
	t.Run("no STARTTLS, and asked for so", func(t *testing.T) {
		s := newServer(t, func(s *server) { s.plain = true })
		if err := carrier(t, "smtp://"+s.addr+"?tls=off", s).Carry(t.Context(), "abc", letter.To("marc@acme.example")); err != nil || len(s.taken()) != 1 {
			t.Errorf("err = %v, mails = %v", err, s.taken())
		}
		if slices.Contains(s.verbs, "STARTTLS") || slices.Contains(s.verbs, "AUTH") {
			t.Errorf("verbs = %q", s.verbs)
		}
	})
}

// Text that people typed stays in its header and its part.
func TestTypedTextStaysInItsPlace(t *testing.T) {
	s := newServer(t, nil)
	bad := mail.Letter{
		Subject: "Hello\r\nBcc: eve@evil.example\r\n\r\nwith text", FromName: "Eve\"\r\nX-Evil: 1 <eve@evil.example>", Heading: `<img src=x onerror=alert(1)>`,
		Paragraphs: []string{".", "\r\n.\r\nMAIL FROM:<eve@evil.example>", `<script>alert(1)</script>`}, Button: mail.Button{Label: "Go", URL: "javascript:alert(1)"},
	}.To("marc@acme.example")
	q := mail.NewQueue(carrier(t, "smtp://"+s.addr, s))
	run(t, q)

	if err := q.Send(t.Context(), bad); err != nil {
		t.Fatal(err)
	}
	q.Drain(t.Context())

	mails := s.taken()
	if len(mails) != 1 {
		t.Fatalf("%d mails, verbs %q", len(mails), s.verbs)
	}
	head, parts := read(t, mails[0].data)
	if head.Get("Bcc") != "" || head.Get("X-Evil") != "" || strings.Contains(mails[0].to, "eve") {
		t.Errorf("head = %v", head)
	}
	if html := parts["text/html"]; strings.Contains(html, "<script") || strings.Contains(html, "<img") || strings.Contains(html, `href="javascript`) {
		t.Errorf("html = %s", html)
	}
}

// run runs a queue until the test ends.
func run(t *testing.T, q *mail.Queue) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { q.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
}

// A setting that cannot work is told at the start.
func TestMailURLs(t *testing.T) {
	for url, ok := range map[string]bool{
		"smtp://mail.example.com": true, "smtp://u:p@mail.example.com:587": true, "smtps://u:p@mail.example.com": true, "smtp://mailpit:1025?tls=off": true,
		"smtp://u:p@mailpit:1025?tls=off": false, "http://mail.example.com": false, "mail.example.com:25": false, "smtp://": false,
		"smtp://mail.example.com:0": false, "smtp://mail.example.com/x": false, "smtp://mail.example.com?tls=maybe": false, "smtp://mail.example.com?x=1": false,
	} {
		if _, err := mail.NewSMTP(url); (err == nil) != ok {
			t.Errorf("%s: %v", url, err)
		}
	}
}
