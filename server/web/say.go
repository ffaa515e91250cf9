package web

import (
	"bytes"
	"html/template"
	"net/http"
	"strings"

	"parley/room"
)

// deskPage is the script and style of the seller's pages; texts without a
// script have its style.
const deskPage = "desk"

// sentence is a page that says one thing, complete without a script.
type sentence struct {
	Title, Text    string
	Action, Target string // where to go from here, "" for nowhere
}

// The pages of what is not there and of what did not work. The first is the same
// for an unknown, a foreign and a revoked thing.
var (
	pageNotHere = sentence{
		Title: "This page is not here",
		Text: "The address may be incomplete, or what was here was taken back. If somebody sent you a link, open it again from " +
			"their message, or ask them for a new one.",
		Action: "Go to the start page", Target: "/",
	}
	pageFault = sentence{
		Title: "This cannot be shown right now",
		Text:  "The fault is on our side, and nothing is lost. Load the page again in a moment.",
	}
)

// textHead is the head of every page without a script.
const textHead = `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>{{.Title}} · Parley</title>
<link rel="icon" href="/favicon.ico" type="image/svg+xml">
<link rel="stylesheet" href="/assets/{{.Version}}/desk.css">
</head>
`

var sentencePage = template.Must(template.New("sentence").Parse(textHead + `<body class="door">
<header><a class="mark" href="/">Parley</a></header>
<main class="sentence">
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{- if .Action}}
<p><a class="btn primary" href="{{.Target}}">{{.Action}}</a></p>
{{- end}}
</main>
</body>
</html>
`))

// say answers with a page that says one thing.
func (s *server) say(w http.ResponseWriter, status int, what sentence) {
	s.text(w, status, sentencePage, struct {
		Version string
		sentence
	}{s.assets.version, what})
}

// text answers with a page without a script.
func (s *server) text(w http.ResponseWriter, status int, page *template.Template, data any) {
	var body bytes.Buffer
	if err := page.Execute(&body, data); err != nil {
		panic(err) // the templates are constants, writing to memory
	}
	h := w.Header()
	h.Set("Content-Type", htmlType)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a lost connection has no reader
}

// notRouted answers addresses that no route has: people in words, programs with
// a problem.
func (s *server) notRouted(w http.ResponseWriter, r *http.Request) {
	if !readsPages(r) {
		refuse(w, errNotHere)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	s.say(w, http.StatusNotFound, pageNotHere)
}

// badMethod answers a method that an address does not know.
func (s *server) badMethod(w http.ResponseWriter, _ *http.Request) {
	refuse(w, room.Errorf(codeMethod, "this address does not know that method"))
}

// readsPages reports whether somebody looks at the answer in a browser's window.
func readsPages(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") && !strings.HasPrefix(r.URL.Path, "/api/")
}

// fault tells a person, in words, that the page could not be made.
func (s *server) fault(w http.ResponseWriter, r *http.Request, err error) {
	p := s.fail(r.Context(), err)
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	s.say(w, p.Status, pageFault)
}
