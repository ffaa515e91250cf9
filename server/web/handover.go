package web

import (
	"context"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"parley/room"
)

// handoverLife is how long a frame's token for a window is good for: the window
// is opened by the same click.
const handoverLife = time.Minute

// HandoverBody asks for a token for a window.
type HandoverBody struct {
	Watch bool `json:"watch,omitempty" doc:"the frame shows the room to look at or to comment on: so much the window may not do, it watches"`
}

// Handover opens the room of a frame in a window of its own, once.
type Handover struct {
	Token     string `json:"token" doc:"the field token of a form that is sent to /r/{room}/handover"`
	ExpiresIn int    `json:"expires_in" doc:"seconds"`
}

type createHandoverIn struct {
	Room string `path:"room"`
	Body JSON[HandoverBody]
}

type createHandoverOut struct{ Body Handover }

// createHandover is for frames. They have no cookie, and a token in an address
// stays in histories and logs, so the window is opened by a form.
func (s *server) createHandover(ctx context.Context, in *createHandoverIn) (*createHandoverOut, error) {
	grant, err := s.enter(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	if grant.PortalKey == "" {
		return nil, room.Errorf(room.Forbidden, "only a session that a portal vouches for is handed over")
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	token, err := s.Store.CreateHandover(ctx, grant.Session, body.Watch, handoverLife)
	if err != nil {
		return nil, hidden(err)
	}
	return &createHandoverOut{Body: Handover{Token: token, ExpiresIn: int(handoverLife.Seconds())}}, nil
}

// takeHandover answers the form with the cookie of a session that lasts as long as
// the frame's, and leads to the room, whatever the token was: the page there says
// to whoever has no session that nothing is here. Who is in the room as the same
// person by a way of their own, or would only watch, keeps that: it lasts longer.
func (s *server) takeHandover(w http.ResponseWriter, r *http.Request) {
	id := mux.Vars(r)["room"]
	if !room.ValidUUID(id) {
		s.page(w, r, visit{}, errNotHere)
		return
	}
	token, grant, err := s.Store.TakeHandover(r.Context(), r.PostFormValue("token"))
	if err != nil && room.CodeOf(err) != room.Gone {
		s.fault(w, r, err)
		return
	}
	if err == nil && grant.Room == room.ID(id) && !s.isIn(r.Context(), grant) {
		// Without a day of its own: the session's end moves with the frame's.
		cookie := s.cookie(token, time.Time{})
		http.SetCookie(w, &cookie)
		s.audit(r.Context(), grant.Workspace, room.AuditEvent{
			Action: room.ActGranted, Actor: actorOf(grant), Room: grant.Room, Target: string(grant.PortalKey), Detail: "handed over from a frame",
		})
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/r/"+id, http.StatusSeeOther)
}

// isIn reports whether the browser has a session of at least the same person that
// no portal vouches for.
func (s *server) isIn(ctx context.Context, g room.Grant) bool {
	own, err := s.enter(ctx, string(g.Room))
	return err == nil && own.PortalKey == "" && own.Session != "" && (g.Member.ID == "" || own.Member.ID == g.Member.ID)
}
