package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/server/mail"
)

// visitors are everybody who may look at a room, and what they have got so far:
// frames of their sockets, and of every address of the server status, headers and body.
type visitors struct {
	w      *world
	tokens map[string]string // session by who; "" for nobody
	socket map[string]*member
	got    map[string]*bytes.Buffer
	fill   *strings.Replacer // the parameters of addresses
	paths  []string
}

// sideOf says whose private things a visitor may see. A portal vouches for its
// visitor as one of the buyer's people.
var sideOf = map[string]string{"seller": "seller", "buyer": "buyer", "frame": "buyer"}

// newVisitors lets them in, by links that their makers call label.
func newVisitors(w *world, label string) *visitors {
	w.t.Helper()
	var partner, watch, door link
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"partner","access":"editor","label":"`+label+`"}`, &partner)
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"none","label":"`+label+`"}`, &watch)
	w.must("POST", "/api/v1/rooms/"+w.room+"/links", adminKey, `{"side":"buyer","access":"owner","label":"`+label+`"}`, &door)
	framed := newPortal(w, portalOrigin)
	v := &visitors{w: w, socket: map[string]*member{}, got: map[string]*bytes.Buffer{}, tokens: map[string]string{
		"seller": w.seller, "buyer": w.buyer, "partner": w.join(partner.Token, "Pat Moss").SessionToken,
		"watcher": w.join(watch.Token, "").SessionToken, "frame": framed.enter(framed.token(nil), "").SessionToken, "nobody": "",
	}}
	for who, token := range v.tokens {
		v.got[who] = &bytes.Buffer{}
		if token != "" {
			v.socket[who], _ = connect(w.t, w.process, w.room, token, "", nil)
		}
	}
	feed, updates := w.follow("/s/" + watch.Token)
	v.fill = strings.NewReplacer("{room}", w.room, "/join/{token}", "/join/"+door.Token, "/calendar/{token}.ics", feed, "/updates/{token}", updates, "{token}", watch.Token, "{rev}", "1",
		"{template}", "software-purchase", "{country}", "DE", "{portal}", framed.id, "{page}", "people", "{accent}", "ffcc00", "{card}", "0", "{ticket}", "parley_nothing")
	v.paths = v.addresses()
	return v
}

// follow gets a calendar and updates by mail, and returns the addresses of both.
func (w *world) follow(watched string) (feed, updates string) {
	w.t.Helper()
	_, page := w.visit("POST", watched+"/calendar", url.Values{})
	feed = regexp.MustCompile(`/calendar/parley_[a-z2-7]{32}\.ics`).FindString(page)
	w.visit("POST", watched+"/updates", url.Values{"email": {"ada@acme.example"}, "every": {"daily"}})
	for _, m := range w.mails() {
		if found := updatesLink.FindString(m.Message.Text); found != "" {
			updates = found
		}
	}
	if status, page := w.visit("POST", updates+"/confirm", url.Values{}); feed == "" || status != http.StatusSeeOther {
		w.t.Fatalf("feed %q, confirming %q: %d %s", feed, updates, status, page)
	}
	return feed, updates
}

// mails are those that the server has written so far.
func (w *world) mails() []mail.KeptMail {
	w.t.Helper()
	list, err := mail.NewKept(filepath.Join(w.data(), "mail")).List()
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// alike are addresses whose answers are the same for every room, the operator's,
// and the socket's.
var alike = []string{"/metrics", "/mail", "/assets/", "/favicon", "/api/openapi.json", "/healthz", "/readyz", "/live", "/embed/"}

// addresses are all that can be read, from the server's own document.
func (v *visitors) addresses() (paths []string) {
	v.w.t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	v.w.must("GET", "/api/openapi.json", "", "", &doc)
	for path, methods := range doc.Paths {
		if methods["get"] == nil || slices.ContainsFunc(alike, func(part string) bool { return strings.Contains(path, part) }) {
			continue
		}
		path = v.fill.Replace(path)
		switch {
		case strings.HasSuffix(path, "{tab}"):
			for _, tab := range []string{"overview", "plan", "timeline", "people", "activity"} {
				paths = append(paths, strings.Replace(path, "{tab}", tab, 1))
			}
		case strings.HasSuffix(path, "/snapshot"), strings.HasSuffix(path, "/activity"), strings.HasSuffix(path, "/at/1"), strings.HasSuffix(path, "/changes"):
			for _, stream := range []string{"shared", "seller", "buyer"} {
				paths = append(paths, path+"?from=1&stream="+stream)
			}
		case path == "/oembed":
			paths = append(paths, path+"?url="+v.w.url+v.fill.Replace("/s/{token}"))
		default:
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// look has everybody read everything.
func (v *visitors) look() {
	v.w.t.Helper()
	for _, who := range slices.Sorted(maps.Keys(v.tokens)) {
		for _, path := range v.paths {
			if strings.Contains(path, "{") {
				v.w.t.Fatalf("%s has a parameter that this test does not know", path)
			}
			fmt.Fprintf(v.got[who], "\nGET %s\n", path)
			v.got[who].Write(inflated(v.w.whole(path, v.tokens[who])))
		}
	}
}

// frames takes what the sockets have got so far.
func (v *visitors) frames() map[string]string {
	out := map[string]string{}
	for who, m := range v.socket {
		m.send(map[string]any{"t": "ping", "n": 1})
		for f := m.next(); ; f = m.next() {
			out[who] += f.raw + "\n"
			if f.T == "pong" {
				break
			}
		}
	}
	return out
}

// seen returns what everybody got, frames included.
func (v *visitors) seen() map[string][]byte {
	out := map[string][]byte{}
	for who, frames := range v.frames() {
		out[who] = []byte(frames)
	}
	for who, got := range v.got {
		out[who] = append(out[who], got.Bytes()...)
	}
	return out
}

// whole is the answer with its headers; compressed bodies are unpacked.
func (p *process) whole(path, token string) []byte {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.(*testing.T).Context(), "GET", p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out bytes.Buffer
	fmt.Fprintln(&out, res.Status)
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		if name != "Date" {
			fmt.Fprintf(&out, "%s: %s\n", name, strings.Join(res.Header[name], ", "))
		}
	}
	if _, err := io.Copy(&out, res.Body); err != nil {
		p.t.Fatal(err)
	}
	return out.Bytes()
}
