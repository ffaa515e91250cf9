package mail

import (
	_ "embed"
	"html/template"
	"strings"
	text "text/template"
	"time"

	"parley/server/brand"
)

// Letter is what a mail says. Every part may be left out but the subject and the
// heading. All of it is text: what looks like HTML is shown as it is.
type Letter struct {
	Subject    string
	Preview    string // the line that inboxes show beside the subject
	Heading    string
	Paragraphs []string
	Code       string // shown large, to be typed
	Items      []Item
	Button     Button
	After      []string // below the button
	Footer     string   // why this mail came
	// Unsubscribe ends mails like this one: a page for the reader, and by POST for
	// the mail program.
	Unsubscribe string

	FromName string
	ReplyTo  string
	Expires  time.Time
	Brand    Brand
}

// Brand is in whose name a letter is written; the zero one is Parley's own.
type Brand struct {
	Name   string // over the heading, "" for none
	Accent string // #rrggbb, "" for Parley's own
}

// Look are the colours of a letter's accent: on a light page, on a dark one, and of
// text on the latter.
func (b Brand) Look() struct{ Light, Dark, OnDark string } {
	look := struct{ Light, Dark, OnDark string }{brand.Own, "#8db2ff", "#0b1830"}
	if b.Accent != "" {
		shades := brand.Shades(b.Accent)
		look.Light, look.Dark, look.OnDark = shades.Light, shades.Dark, brand.OnDark()
	}
	return look
}

// Item is one line of a list.
type Item struct {
	Label string // as in "12 May"
	Text  string
}

// Button is the one thing to do.
type Button struct {
	Label string
	URL   string // of this server
}

var (
	//go:embed letter.html.tmpl
	htmlSource string
	//go:embed letter.txt.tmpl
	textSource string

	htmlLetter = template.Must(template.New("html").Parse(htmlSource))
	textLetter = text.Must(text.New("text").Parse(textSource))
)

// To returns the letter as a mail to somebody.
func (l Letter) To(address string) Message {
	var plain, html strings.Builder
	if err := textLetter.Execute(&plain, l); err != nil {
		panic(err) // the template is a constant, writing to memory
	}
	if err := htmlLetter.Execute(&html, l); err != nil {
		panic(err) // the same
	}
	return Message{
		To: address, FromName: l.FromName, ReplyTo: l.ReplyTo, Subject: l.Subject, Text: tidy(plain.String()), HTML: html.String(),
		ListUnsubscribe: l.Unsubscribe, Expires: l.Expires,
	}
}

// tidy leaves one empty line where the template left several.
func tidy(s string) string {
	var out []string
	empty := true // also at the top
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, " \r\n")
		if line == "" && empty {
			continue
		}
		empty = line == ""
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n")) + "\n"
}
