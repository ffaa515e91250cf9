package web

import (
	"net/http"

	"github.com/gorilla/mux"

	"parley/room"
)

// serveSocket hands the request to the hub, which answers everything from the
// upgrade on. A room that is not there is told after hello, as one that is
// others'.
func (s *server) serveSocket(w http.ResponseWriter, r *http.Request) {
	var cookie string
	if c, err := r.Cookie(sessionCookie); err == nil {
		cookie = c.Value
	}
	s.Hub.ServeSocket(w, r, room.ID(mux.Vars(r)["room"]), cookie)
}
