package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"time"

	"github.com/gorilla/mux"

	"parley/room"
	"parley/server/watch"
)

// bootEmbed is what the page of a frame knows before a portal vouches for anybody.
type bootEmbed struct {
	Origins []string `json:"origins"` // whose pages may frame the room
}

// pageOfEmbed answers /e/{room}: the page without a word of the room, which its
// script asks for once the portal around it has vouched for somebody. It reads no
// cookie. A room that no portal may show looks like none.
func (s *server) pageOfEmbed(w http.ResponseWriter, r *http.Request) {
	id := room.ID(mux.Vars(r)["room"])
	origins, err := s.Store.FrameOrigins(r.Context(), id)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	if len(origins) == 0 {
		s.page(w, r, visit{}, errNotHere)
		return
	}
	now, err := s.Store.Now(r.Context())
	if err != nil {
		s.fault(w, r, err)
		return
	}
	b := boot{
		Room: id, Version: s.assets.version, Now: now.UTC().Truncate(time.Millisecond),
		Streams: []StreamState{}, Activity: []json.RawMessage{}, Embed: &bootEmbed{Origins: origins},
	}
	s.render(&framed{ResponseWriter: w, by: origins}, http.StatusOK, b, shellData{Parts: s.withImports([]part{{File: embedPart}})})
}

// embedPart is the script of frames.
const embedPart = "embed.js"

// pageOfEmbeddedShare answers /e/s/{token}[/tab]: the page of a link that only
// watches, for plain frames on the workspace's portals. A link of a side is
// nothing here: who comes by it gets a session, and a frame is no place to take
// one from.
func (s *server) pageOfEmbeddedShare(w http.ResponseWriter, r *http.Request) {
	token := mux.Vars(r)["token"]
	link, err := s.watched.link(r.Context(), token)
	if err == nil && !link.Watching() {
		err = errNotHere
	}
	var origins []string
	if err == nil {
		origins, err = s.Store.FrameOrigins(r.Context(), link.Room)
	}
	if err != nil {
		s.watchFault(w, r, err)
		return
	}
	// The address of a frame is often made of a setting, by hosts that only add to it.
	if view := r.URL.Query().Get("view"); mux.Vars(r)["tab"] == "" && framedTab.MatchString(view) {
		http.Redirect(&framed{ResponseWriter: w, by: origins}, r, "/e/s/"+token+"/"+view, http.StatusSeeOther)
		return
	}
	w = &framed{ResponseWriter: w, by: origins}
	if link.Closed() {
		notice := atTheDoor
		notice.Address = s.PublicURL + "/s/" + token
		s.watchNotice(w, http.StatusOK, notice)
		return
	}
	s.watchBy(w, r, wayIn{link: link, base: "/e/s/" + token + "/", live: true, by: origins})
}

// framedTabs matches the tabs a frame has an address for.
const framedTabs = "overview|plan|timeline|people|activity|" + watch.Badge

var framedTab = regexp.MustCompile("^(" + framedTabs + ")$")

// atTheDoor is what a frame shows of a link that asks who is there: what is typed
// at a door belongs into a window whose address can be seen.
var atTheDoor = watch.Notice{
	Title: "This link asks who you are",
	Texts: []string{"Open it in a window of its own:"},
}
