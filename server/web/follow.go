package web

import (
	"context"
	"net/http"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"parley/room"
	"parley/server/mail"
	"parley/server/watch"
)

// Follow is how people follow a room from outside: calendars and mails. Code
// gone stands for everything that is not there or no longer valid.
type Follow interface {
	// CreateFeed returns a calendar address and its token, which is kept nowhere else.
	CreateFeed(ctx context.Context, n room.NewFeed) (room.Feed, string, error)
	FeedByToken(ctx context.Context, token string) (room.Feed, error)
	RevokeFeed(ctx context.Context, token string) error
	// Feeds lists calendar addresses that are alive, newest first; EndFeed ends one of
	// those.
	Feeds(ctx context.Context, of room.FeedsOf) ([]room.Feed, error)
	EndFeed(ctx context.Context, of room.FeedsOf, id room.FeedID) error
	// CalendarRooms lists the rooms in which a member owns milestones.
	CalendarRooms(ctx context.Context, ws room.WorkspaceID, account room.AccountID) ([]room.Seated, error)

	// AskUpdates returns the token to ask an address with, "" when nothing is to be sent.
	AskUpdates(ctx context.Context, l room.Link, email, every string) (room.Subscription, string, error)
	SubscriptionByToken(ctx context.Context, token string) (room.Subscription, error)
	ConfirmUpdates(ctx context.Context, token string) (room.Subscription, error)
	EndUpdates(ctx context.Context, token string) error
}

// watching returns the watcher's link that a path names; after an error the
// answer was given.
func (s *server) watching(w http.ResponseWriter, r *http.Request) (room.Link, bool) {
	link, err := s.watched.link(r.Context(), mux.Vars(r)["token"])
	if err == nil && !link.Watching() {
		err = errNotHere
	}
	if err != nil {
		s.watchFault(w, r, err)
		return link, false
	}
	if !s.opened(r.Context(), link) {
		s.doorPage(w, r, link)
		return link, false
	}
	return link, true
}

// following is watching for what outlives the visit: mails and calendars have
// nobody to show at a door, so a link that has one gives none.
func (s *server) following(w http.ResponseWriter, r *http.Request) (room.Link, bool) {
	link, ok := s.watching(w, r)
	if ok && link.Closed() {
		s.watchFault(w, r, errNotHere)
		return link, false
	}
	return link, ok
}

// followPage answers /s/{token}/follow: what one can ask for, as forms.
func (s *server) followPage(w http.ResponseWriter, r *http.Request) {
	link, ok := s.following(w, r)
	if !ok {
		return
	}
	state, err := s.watched.state(r.Context(), link.Room, 0)
	if err != nil {
		s.watchFault(w, r, err)
		return
	}
	s.watchNotice(w, http.StatusOK, watch.FollowPage(state.plan, "/s/"+mux.Vars(r)["token"], ""))
}

// makeFeed answers the form that asks for a calendar address.
func (s *server) makeFeed(w http.ResponseWriter, r *http.Request) {
	link, ok := s.following(w, r)
	if !ok {
		return
	}
	if err := s.arrivals.take("feed "+string(link.ID), time.Now()); err != nil {
		s.watchFault(w, r, err)
		return
	}
	_, token, err := s.Store.CreateFeed(r.Context(), room.NewFeed{Workspace: link.Workspace, Room: link.Room, Shows: room.FeedPlan, Link: link.ID})
	if err != nil {
		s.watchFault(w, r, err)
		return
	}
	s.watchNotice(w, http.StatusCreated, watch.FeedMade(s.PublicURL+feedPath(token), "/s/"+mux.Vars(r)["token"], feedPath(token)+"/stop"))
}

// askUpdates answers the form that asks for mails. What it says is the same
// whether the address is told already, was asked just now, or is new.
func (s *server) askUpdates(w http.ResponseWriter, r *http.Request) {
	link, ok := s.following(w, r)
	if !ok {
		return
	}
	back := "/s/" + mux.Vars(r)["token"]
	state, err := s.watched.state(r.Context(), link.Room, 0)
	if err != nil {
		s.watchFault(w, r, err)
		return
	}
	email, every := strings.ToLower(strings.TrimSpace(r.PostFormValue("email"))), r.PostFormValue("every")
	if a, err := netmail.ParseAddress(email); err != nil || a.Address != email || len(email) > 254 || every != "daily" && every != "weekly" {
		s.watchNotice(w, http.StatusUnprocessableEntity, watch.FollowPage(state.plan, back, watch.NotAnAddress))
		return
	}
	if err := s.arrivals.take("updates "+string(link.ID), time.Now()); err != nil {
		s.watchFault(w, r, err)
		return
	}
	sub, token, err := s.Store.AskUpdates(r.Context(), link, email, every)
	if err == nil && token != "" {
		var letter mail.Letter
		if letter, err = s.dress(r.Context(), link.Workspace, s.asking(state.plan, token)); err == nil {
			err = s.Mail.Send(r.Context(), letter.To(sub.Email))
		}
	}
	if err != nil {
		s.watchFault(w, r, err)
		return
	}
	s.watchNotice(w, http.StatusOK, watch.UpdatesAsked(back))
}

// asking is the mail that asks an address, which somebody typed, for its yes.
func (s *server) asking(p *watch.Plan, token string) mail.Letter {
	return mail.Letter{
		Subject: "Get updates on " + p.Title + "?", Heading: "Get updates on this plan?",
		Paragraphs: []string{p.Title + " · " + p.Seller + " × " + p.Buyer, "Somebody asked that this address is told when the plan changes. If it was you, confirm it; if not, leave it: nothing is sent without your yes."},
		Button:     mail.Button{Label: "Confirm", URL: s.PublicURL + "/updates/" + token},
		Footer:     "This is the one mail about it.",
	}
}

// updatesPage answers /updates/{token}[/tab], which mails lead to: it asks for
// the confirmation, or is the plan. A GET changes nothing: scanners follow
// links before people do.
func (s *server) updatesPage(w http.ResponseWriter, r *http.Request) {
	token := mux.Vars(r)["token"]
	sub, err := s.Store.SubscriptionByToken(r.Context(), token)
	if err != nil {
		s.watchFault(w, r, err)
		return
	}
	state, err := s.watched.state(r.Context(), sub.Room, 0)
	switch {
	case err != nil:
		s.watchFault(w, r, err)
	case sub.Ended:
		s.watchNotice(w, http.StatusOK, watch.UpdatesEnded)
	case !sub.Confirmed:
		s.watchNotice(w, http.StatusOK, watch.UpdatesConfirm(state.plan, "/updates/"+token+"/confirm"))
	default:
		link := room.Link{Room: sub.Room, Workspace: sub.Workspace, Side: room.NoSide}
		s.watchBy(w, r, wayIn{link: link, base: "/updates/" + token + "/"})
	}
}

func (s *server) confirmUpdates(w http.ResponseWriter, r *http.Request) {
	token := mux.Vars(r)["token"]
	if _, err := s.Store.ConfirmUpdates(r.Context(), token); err != nil {
		s.watchFault(w, r, err)
		return
	}
	http.Redirect(w, r, "/updates/"+token, http.StatusSeeOther)
}

// stopPage asks whether to stop; stopUpdates does, also for a mail program that
// does it on its reader's behalf (RFC 8058).
func (s *server) stopPage(w http.ResponseWriter, r *http.Request) {
	s.watchNotice(w, http.StatusOK, watch.UpdatesStop("/updates/"+mux.Vars(r)["token"]+"/stop"))
}

func (s *server) stopUpdates(w http.ResponseWriter, r *http.Request) {
	if err := s.Store.EndUpdates(r.Context(), mux.Vars(r)["token"]); err != nil {
		s.watchFault(w, r, err)
		return
	}
	s.watchNotice(w, http.StatusOK, watch.UpdatesEnded)
}
