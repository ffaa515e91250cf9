package mail

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"
	"unicode"
)

// Mailer takes mails to send. It is safe for concurrent use.
type Mailer interface {
	// Send takes a mail, and does not wait until it is delivered. The error says
	// that it was not taken: [ErrAddress], [ErrFull] or [ErrStopped].
	Send(ctx context.Context, m Message) error
}

// Message is one mail to one person.
type Message struct {
	To       string // an address alone, as in ada@example.com
	FromName string // who writes, beside the address that all mails come from; "" for Parley
	ReplyTo  string // an address, "" for none
	Subject  string
	Text     string // complete by itself
	HTML     string // the same with a look, "" for none
	// ListUnsubscribe is an https address that ends these mails by a POST
	// (RFC 8058), "" for a mail that was asked for.
	ListUnsubscribe string
	// Expires is when the mail is of no use any more, as a code is after ten
	// minutes: it is not tried after that. Zero: as long as the queue tries.
	Expires time.Time
}

// Why a mail was not taken.
var (
	ErrAddress = errors.New("this is not an e-mail address")
	ErrFull    = errors.New("too many mails are waiting")
	ErrStopped = errors.New("the server is stopping")
)

// longestAddress is what SMTP can carry (RFC 5321 §4.5.3.1.3).
const longestAddress = 254

// ValidAddress reports whether s is an address alone that a mail can go to: no
// name, no comment, nothing that could begin another header.
func ValidAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && len(s) <= longestAddress && !strings.ContainsFunc(s, unicode.IsControl) &&
		!strings.ContainsAny(s, ` "<>,;()`)
}

// checked returns m as it can be sent: addresses are addresses, and what goes
// into headers is one line.
func (m Message) checked() (Message, error) {
	if !ValidAddress(m.To) || m.ReplyTo != "" && !ValidAddress(m.ReplyTo) {
		return m, ErrAddress
	}
	m.Subject, m.FromName = oneLine(m.Subject, 200), oneLine(m.FromName, 80)
	if !strings.HasPrefix(m.ListUnsubscribe, "http") || strings.ContainsFunc(m.ListUnsubscribe, unicode.IsControl) || strings.ContainsAny(m.ListUnsubscribe, " <>") {
		m.ListUnsubscribe = ""
	}
	return m, nil
}

// oneLine is text that somebody typed as part of a header: without what breaks
// lines or turns the direction of reading, and not longer than max characters.
func oneLine(s string, max int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > max {
		s = string(runes[:max-1]) + "…"
	}
	return s
}
