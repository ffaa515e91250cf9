package web

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"

	"github.com/gorilla/mux"

	"parley/room"
	"parley/server/watch"
)

const htmlType = "text/html; charset=utf-8"

// visit is a caller who may see a page, and how it came.
type visit struct {
	workspace room.WorkspaceID
	room      room.ID
	member    room.RecordID // looked up in the plan, "" for a watcher's view
	link      *bootLink
	token     string // of a link, "" for none
	through   room.Link
	session   bool
	tab       string // the one its address names, "" for the first it is given
}

// pageOfLink answers /join/{token}. The token opens the page; a GET changes
// nothing, so scanners and previews may follow it.
func (s *server) pageOfLink(w http.ResponseWriter, r *http.Request) {
	link, err := s.Store.LinkByToken(r.Context(), mux.Vars(r)["token"])
	if err != nil {
		s.page(w, r, visit{}, err)
		return
	}
	if link.Watching() {
		http.Redirect(w, r, linkPath(link, mux.Vars(r)["token"]), http.StatusSeeOther)
		return
	}
	if !s.opened(r.Context(), link) {
		s.doorPage(w, r, link)
		return
	}
	v := visit{
		workspace: link.Workspace, room: link.Room, member: link.Participant, tab: mux.Vars(r)["tab"],
		token: mux.Vars(r)["token"], through: link,
		link: &bootLink{Side: link.Side, Access: link.Access, Personal: link.Participant != ""},
	}
	if before, ok := s.cameBy(r.Context(), link); ok && before.Member.ID != "" && v.member == "" {
		v.member, v.session = before.Member.ID, true
	}
	s.page(w, r, v, nil)
}

// pageOfRoom answers /r/{room}, which the session cookie opens. Who is signed in
// and not in the room yet gets a page whose script enters it.
func (s *server) pageOfRoom(w http.ResponseWriter, r *http.Request) {
	id := mux.Vars(r)["room"]
	grant, err := s.enter(r.Context(), id)
	if code := room.CodeOf(err); (code == room.Gone || code == codeUnauthorized) && s.mayEnter(r.Context(), id) {
		s.html(w, http.StatusOK, shellData{Version: s.assets.version, Title: roomTitle, Page: deskPage, Script: "enter", Boot: "{}"})
		return
	}
	s.page(w, r, visit{workspace: grant.Workspace, room: grant.Room, member: grant.Member.ID, session: true, tab: mux.Vars(r)["tab"]}, err)
}

func (s *server) page(w http.ResponseWriter, r *http.Request, v visit, err error) {
	var b boot
	var brand room.Brand
	var card *watch.Card
	if err == nil {
		b, err = s.boot(r.Context(), v)
	}
	if err == nil && v.token != "" {
		card, err = s.cardOf(r.Context(), v.through, v.token)
	}
	if err == nil {
		brand, err = s.Store.Brand(r.Context(), v.workspace)
	}
	status := http.StatusOK
	switch code := room.CodeOf(err); {
	case err == nil:
	case code == room.Gone || code == codeUnauthorized:
		b, status = s.gone(), http.StatusNotFound
	default:
		s.fault(w, r, err)
		return
	}
	s.render(w, status, b, shellData{Parts: s.partsOf(v, b), Accent: accentHref(brand.Accent), Card: card})
}

// shell is the page before its script runs. Its title says nothing of the deal,
// which stands in the history of browsers; what previews show is the card's.
var shell = template.Must(template.New("shell").Parse(`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>{{.Title}} · Parley</title>
{{- with .Card}}
{{.Tags}}
{{- end}}
<link rel="icon" href="/favicon.ico" type="image/svg+xml">
<link rel="stylesheet" href="/assets/{{.Version}}/{{.Page}}.css">
{{- with .Accent}}
<link rel="stylesheet" href="{{.}}">
{{- end}}
{{- range .Parts}}
<link rel="modulepreload" href="/assets/{{$.Version}}/{{.File}}"{{with .Media}} media="{{.}}"{{end}}>
{{- end}}
<script type="module" src="/assets/{{.Version}}/{{or .Script .Page}}.js"></script>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="boot">{{.Boot}}</script>
<noscript>This page is a live plan and needs JavaScript.</noscript>
</body>
</html>
`))

// roomPage is the page of a room, and what previews of a link show of it.
const (
	roomPage  = "app"
	roomTitle = "Shared plan"
)

type shellData struct {
	Version string
	Title   string
	Page    string      // the name of its script and style
	Script  string      // of its script where that has another name
	Accent  string      // the address of the company's colour, "" for Parley's own
	Card    *watch.Card // what previews of the link show, nil for nothing
	Parts   []part
	Boot    template.JS // JSON whose <, > and & are escaped by encoding/json
}

func (s *server) render(w http.ResponseWriter, status int, b boot, d shellData) {
	data, err := json.Marshal(b)
	if err != nil {
		panic(err) // every part was JSON before
	}
	d.Version, d.Title, d.Page, d.Boot = s.assets.version, roomTitle, roomPage, template.JS(data)
	s.html(w, status, d)
}

func (s *server) html(w http.ResponseWriter, status int, data shellData) {
	var page bytes.Buffer
	if err := shell.Execute(&page, data); err != nil {
		panic(err) // the template is a constant, writing to memory
	}
	h := w.Header()
	h.Set("Content-Type", htmlType)
	h.Set("Content-Security-Policy", s.pagePolicy())
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // a lost connection has no reader
}

// pagePolicy lets the page load its own files, talk to its own server, and
// nothing else. The socket's origin is named: not every browser lets 'self'
// stand for it.
func (s *server) pagePolicy() string {
	socket := "ws" + s.PublicURL[len("http"):] // http → ws, https → wss
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self' " + socket + "; manifest-src 'self'; base-uri 'none'; form-action 'none'; " +
		"frame-ancestors 'none'; object-src 'none'"
}

// newRoom answers /new: the same bytes for everybody. What its visitor may do
// is asked for by the script.
func (s *server) newRoom(w http.ResponseWriter, _ *http.Request) {
	s.html(w, http.StatusOK, shellData{Version: s.assets.version, Title: "New room", Page: "new", Boot: "{}"})
}
