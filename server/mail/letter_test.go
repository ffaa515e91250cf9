package mail_test

import (
	"strings"
	"testing"

	"parley/server/brand"
	"parley/server/mail"
)

// The text says everything that the HTML says: many read mail that way.
func TestTheTextIsCompleteByItself(t *testing.T) {
	l := mail.Letter{
		Subject: "What changed", Heading: "Rollout plan: 2 changes", Paragraphs: []string{"Since yesterday:"},
		Items:  []mail.Item{{"12 May", "Security review was done"}, {"", "Go-live moved"}},
		Button: mail.Button{Label: "Open the plan", URL: "https://rooms.example.com/s/x?a=1&b=2"}, After: []string{"Times are in Berlin."},
		Footer: "You asked for these mails.", Unsubscribe: "https://rooms.example.com/stop/x",
		Brand: mail.Brand{Name: "Northwind Ltd"},
	}
	want := `Northwind Ltd

Rollout plan: 2 changes

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
	for _, part := range []string{"Northwind Ltd", "Rollout plan: 2 changes", "Since yesterday:", "12 May", "Go-live moved", "Open the plan", "Times are in Berlin.", "You asked for these mails."} {
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

// A company's colour is on its mails in shades that can be read, on light and on
// dark; without one they have Parley's.
func TestLettersHaveTheCompanysColour(t *testing.T) {
	l := mail.Letter{Subject: "S", Heading: "H", Button: mail.Button{Label: "Open", URL: "https://rooms.example.com/s/x"}}
	own := l.To("ada@example.com").HTML
	l.Brand = mail.Brand{Name: "Northwind <b>", Accent: "#ffcc00"}
	theirs := l.To("ada@example.com").HTML
	shades := brand.Shades("#ffcc00")
	for _, want := range []string{`bgcolor="` + shades.Light + `"`, "background-color:" + shades.Light, ".press, .stripe { background-color: " + shades.Dark, "Northwind &lt;b&gt;"} {
		if !strings.Contains(theirs, want) {
			t.Errorf("no %s in\n%s", want, theirs)
		}
	}
	if strings.Contains(theirs, brand.Own) || strings.Contains(theirs, "ZgotmplZ") || !strings.Contains(own, `bgcolor="`+brand.Own+`"`) || strings.Contains(own, shades.Light) {
		t.Error("one letter has the other's colour")
	}
}
