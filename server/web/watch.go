package web

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"parley/room"
	"parley/server/watch"
)

// wayIn is a token that opens a watcher's page: a link, or a mail's.
type wayIn struct {
	link room.Link
	base string      // where its tabs are
	live bool        // a script may join by it
	card *watch.Card // what previews show of it, nil for nothing
	// follow offers updates, calendar and print: forms and pages of their own, which
	// have no session to show at a door, and no place in a frame.
	follow bool
	by     []string // the origins whose pages frame it, nil for a window of its own
}

// watchPage answers /s/{token}[/tab]: the whole plan, drawn here, for whoever
// has the link. It sets no cookie and reads none; a GET changes nothing.
func (s *server) watchPage(w http.ResponseWriter, r *http.Request) {
	token := mux.Vars(r)["token"]
	link, err := s.watched.link(r.Context(), token)
	if err == nil && !link.Watching() {
		http.Redirect(w, r, "/join/"+token, http.StatusSeeOther)
		return
	}
	if err != nil {
		s.watchFault(w, r, err)
		return
	}
	if !s.opened(r.Context(), link) {
		s.doorPage(w, r, link)
		return
	}
	card, err := s.cardOf(r.Context(), link, token)
	if err != nil {
		s.watchFault(w, r, err)
		return
	}
	s.watchBy(w, r, wayIn{link: link, base: "/s/" + token + "/", live: true, follow: !link.Closed(), card: card})
}

// watchSheet answers /s/{token}/onepager: the plan on one sheet to print.
func (s *server) watchSheet(w http.ResponseWriter, r *http.Request) {
	if link, ok := s.watching(w, r); ok {
		s.sheet(w, r, link.Workspace, link.Room, "/s/"+mux.Vars(r)["token"])
	}
}

// roomSheet answers /r/{room}/onepager for who is in the room. It shows what
// everybody may see: a sheet is handed on.
func (s *server) roomSheet(w http.ResponseWriter, r *http.Request) {
	id := mux.Vars(r)["room"]
	grant, err := s.enter(r.Context(), id)
	if err != nil {
		s.page(w, r, visit{}, err)
		return
	}
	s.sheet(w, r, grant.Workspace, room.ID(id), "/r/"+id)
}

func (s *server) sheet(w http.ResponseWriter, r *http.Request, ws room.WorkspaceID, id room.ID, path string) {
	state, err := s.watched.state(r.Context(), id, 0)
	var b room.Brand
	if err == nil {
		b, err = s.watched.brand(r.Context(), ws)
	}
	if err != nil {
		s.watchFault(w, r, err)
		return
	}
	sheet := watch.Sheet{Plan: state.plan, Now: state.asOf(), URL: s.PublicURL + path, Back: path, Version: s.assets.version, Accent: accentHref(b.Accent)}
	s.watchHeaders(w)
	send(w, r, http.StatusOK, pack(sheet.Bytes()))
}

// watchBy answers with the page at the tab that the address names.
func (s *server) watchBy(w http.ResponseWriter, r *http.Request, in wayIn) {
	tab := mux.Vars(r)["tab"]
	if tab == "" {
		tab = watch.Tabs[0]
	}
	// A page that heard of a rev asks for no older one.
	least, _ := strconv.ParseInt(r.URL.Query().Get("rev"), 10, 64)
	state, err := s.watched.state(r.Context(), in.link.Room, room.Rev(least))
	if err == nil {
		err = s.showTab(w, r, in, state, tab)
	}
	if err != nil {
		s.watchFault(w, r, err)
	}
}

func (s *server) showTab(w http.ResponseWriter, r *http.Request, in wayIn, state *watchedState, tab string) error {
	body, err := s.watched.body(r.Context(), in.link.Room, state, tab)
	if err != nil {
		return err
	}
	b, err := s.watched.brand(r.Context(), in.link.Workspace)
	if err != nil {
		return err
	}
	look := lookOf(b, in)
	tag := s.assets.version + "-" + state.tag() + "-" + look
	page := state.page(pageKey{base: in.base, tab: tab, look: look}, func() []byte {
		frame := watch.Frame{
			Base: in.base, Version: s.assets.version, Tag: tag, Now: state.asOf(), Follow: in.follow, Card: in.card, Accent: accentHref(b.Accent),
			Live:   &watch.Live{Room: in.link.Room, Epoch: state.epoch, Rev: state.rev},
			OEmbed: s.oembedOf(in),
		}
		if in.by != nil {
			frame.Framed = &watch.Framed{Origins: strings.Join(in.by, " "), Whole: strings.TrimPrefix(strings.TrimSuffix(in.base, "/"), "/e")}
		}
		if !in.live {
			frame.Live, frame.Stop = nil, "stop"
		}
		return body.Page(frame)
	})
	h := s.watchHeaders(w)
	h.Set("ETag", `"`+tag+`"`)
	h.Set("Vary", "Accept-Encoding")
	if matches(r.Header.Get("If-None-Match"), `"`+tag+`"`) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	send(w, r, http.StatusOK, page)
	return nil
}

// lookOf names what is around a body that no rev of the room changes. It is the
// same for every link that shows the same.
func lookOf(b room.Brand, in wayIn) string {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, b, in.by) // a hash takes everything
	if in.card != nil {
		_, _ = fmt.Fprint(h, in.card.Title, in.card.Text)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

func send(w http.ResponseWriter, r *http.Request, status int, page packedPage) {
	body := page.plain
	if page.gzipped != nil && acceptsGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		body = page.gzipped
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a lost connection has no reader
}

// watchHeaders sets what every answer to a watcher has.
func (s *server) watchHeaders(w http.ResponseWriter) http.Header {
	h := w.Header()
	h.Set("Content-Type", htmlType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", s.watchPolicy())
	return h
}

// watchPolicy lets the page load its own files, talk to its own server and send
// its own forms.
func (s *server) watchPolicy() string {
	socket := "ws" + s.PublicURL[len("http"):] // http → ws, https → wss
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' " + socket +
		"; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
}

// watchNotice answers with a page of a few sentences.
func (s *server) watchNotice(w http.ResponseWriter, status int, n watch.Notice) {
	n.Version = s.assets.version
	s.watchHeaders(w)
	w.WriteHeader(status)
	_, _ = w.Write(n.Bytes()) // a lost connection has no reader
}

// watchFault is what a watcher sees instead of a plan: the same page for an
// unknown, a foreign, an ended and a revoked link.
func (s *server) watchFault(w http.ResponseWriter, r *http.Request, err error) {
	if room.CodeOf(err) == room.Gone {
		s.watchNotice(w, http.StatusNotFound, watch.Gone)
		return
	}
	p := s.fail(r.Context(), err)
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	s.watchNotice(w, p.Status, watch.Unavailable)
}
