package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"parley/server/mail"
)

var (
	//go:embed mail.html.tmpl
	mailSource string
	//go:embed mail.css
	mailStyle string

	mailPage = template.Must(template.New("mail").Parse(mailSource))
	// mailPolicy allows the page its one style and nothing else.
	mailPolicy = "default-src 'none'; style-src '" + styleHash(mailStyle) + "'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// mailReading is for the HTML of a mail: its own styles, no script, no picture,
// no form, an origin of its own. Its links open as those of a mail do.
const mailReading = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"

func styleHash(css string) string {
	sum := sha256.Sum256([]byte(css))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// shownMail is a mail as the page lists it.
type shownMail struct {
	ID   string
	At   string
	M    mail.Message
	Text []piece
}

// piece is a part of a mail's text; URL is set where it is a link of this server.
type piece struct{ Text, URL string }

// keptMails answers /mail: what a server without SMTP_URL would have sent. The
// mails are keys, so only who sits at the machine gets them.
func (s *server) keptMails(w http.ResponseWriter, r *http.Request) {
	if s.KeptMails == nil || !atTheMachine(r) {
		refuse(w, errNotHere)
		return
	}
	list, err := s.KeptMails.List()
	if err != nil {
		s.fault(w, r, err)
		return
	}
	data := struct {
		Style template.CSS // a constant
		Mails []shownMail
	}{Style: template.CSS(mailStyle)}
	for _, m := range list {
		data.Mails = append(data.Mails, shownMail{ID: m.ID, At: m.At.Format(time.RFC3339), M: m.Message, Text: s.linked(m.Message.Text)})
	}
	var page bytes.Buffer
	if err := mailPage.Execute(&page, data); err != nil {
		panic(err) // the template is a constant, writing to memory
	}
	w.Header().Set("Content-Type", htmlType)
	w.Header().Set("Content-Security-Policy", mailPolicy)
	_, _ = w.Write(page.Bytes()) // a lost connection has no reader
}

// keptMail answers one mail's HTML.
func (s *server) keptMail(w http.ResponseWriter, r *http.Request) {
	if s.KeptMails == nil || !atTheMachine(r) {
		refuse(w, errNotHere)
		return
	}
	m, ok, err := s.KeptMails.Get(mux.Vars(r)["id"])
	if err != nil {
		s.fault(w, r, err)
		return
	}
	if !ok || m.Message.HTML == "" {
		refuse(w, errNotHere)
		return
	}
	w.Header().Set("Content-Type", htmlType)
	w.Header().Set("Content-Security-Policy", mailReading)
	_, _ = w.Write([]byte(m.Message.HTML)) // a lost connection has no reader
}

// atTheMachine reports whether the caller sits at this machine and meant it: it
// comes from loopback, asked for loopback by name (so no other site's name leads
// here), and no proxy brought it.
func atTheMachine(r *http.Request) bool {
	if !loopback(r.RemoteAddr) || !loopback(r.Host) {
		return false
	}
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	return true
}

// loopback reports whether host, with or without a port, is this machine's.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// linked cuts text where it names this server's own addresses.
func (s *server) linked(text string) []piece {
	var out []piece
	for {
		at := address.FindStringIndex(text)
		if at == nil {
			return append(out, piece{Text: text})
		}
		found := text[at[0]:at[1]]
		out = append(out, piece{Text: text[:at[0]]}, piece{Text: found})
		if strings.HasPrefix(found, s.PublicURL+"/") {
			out[len(out)-1].URL = found
		}
		text = text[at[1]:]
	}
}
