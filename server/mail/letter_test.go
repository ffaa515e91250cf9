package mail_test

import (
	"strings"
	"testing"

	"parley/server/mail"
)

// The text says everything that the HTML says: many read mail that way.
func TestTheTextIsCompleteByItself(t *testing.T) {
	l := mail.Letter{
		Subject: "What changed", Heading: "Rollout plan: 2 changes", Paragraphs: []string{"Since yesterday:"},
		Items:  []mail.Item{{"12 May", "Security review was done"}, {"", "Go-live moved"}},
		Button: mail.Button{Label: "Open the plan", URL: "https://rooms.example.com/s/x?a=1&b=2"}, After: []string{"Times are in Berlin."},
		Footer: "You asked for these mails.", Unsubscribe: "https://rooms.example.com/stop/x",
	}
	want := `Rollout plan: 2 changes

Since yesterday:

- 12 May: Security review was done
- Go-live moved

Open the plan:
https://rooms.example.com/s/x?a=1&b=2

Times are in Berlin.

--
You asked for these mails.
Stop these mails: https://rooms.example.com/stop/x
`
	m := l.To("ada@example.com")
	if m.Text != want {
		t.Errorf("text = %q\nwant   %q", m.Text, want)
	}
	for _, part := range []string{"Rollout plan: 2 changes", "Since yesterday:", "12 May", "Go-live moved", "Open the plan", "Times are in Berlin.", "You asked for these mails."} {
		if !strings.Contains(m.HTML, part) {
			t.Errorf("the HTML has no %q", part)
		}
	}
	// Nothing in a mail is fetched, so reading it tells nobody.
	for _, fetched := range []string{"<img", "url(", "<link", "@import", "src="} {
		if strings.Contains(m.HTML, fetched) {
			t.Errorf("the HTML has %q", fetched)
		}
	}
}
