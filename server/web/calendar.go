package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"parley/room"
	"parley/server/watch"
)

func feedPath(token string) string { return "/calendar/" + token + ".ics" }

// serveFeed answers a calendar that asks what changed.
func (s *server) serveFeed(w http.ResponseWriter, r *http.Request) {
	feed, err := s.Store.FeedByToken(r.Context(), mux.Vars(r)["token"])
	var text []byte
	if err == nil {
		text, err = s.calendar(r.Context(), feed)
	}
	if err != nil {
		s.watchFault(w, r, err)
		return
	}
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="plan.ics"`)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", tag)
	h.Set("Vary", "Accept-Encoding")
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	send(w, r, http.StatusOK, pack(text))
}

// calendar writes what a feed shows: a room's plan, what its person owns there, or
// what a member owns in every room. It shows the shared stream alone: an address
// is kept by calendars, and whoever they belong to.
func (s *server) calendar(ctx context.Context, feed room.Feed) ([]byte, error) {
	if feed.Room == "" {
		return s.calendarOfAll(ctx, feed)
	}
	part, err := s.calendarPart(ctx, feed.Room)
	if err != nil {
		return nil, err
	}
	name := part.Plan.Named()
	if feed.Link != "" {
		part.URL = "" // who watches has no way in but the link, which is a secret
	}
	if feed.Shows == room.FeedMine {
		part.Of, name = feed.Participant, watch.MyMilestones+" · "+name
	}
	return watch.Calendar(name, part), nil
}

func (s *server) calendarOfAll(ctx context.Context, feed room.Feed) ([]byte, error) {
	rooms, err := s.Store.CalendarRooms(ctx, feed.Workspace, feed.Account)
	if err != nil {
		return nil, err
	}
	parts := make([]watch.Part, 0, len(rooms))
	for _, in := range rooms {
		part, err := s.calendarPart(ctx, in.Room)
		if err != nil {
			return nil, err
		}
		part.Of, part.Beside = in.Participant, true
		parts = append(parts, part)
	}
	return watch.Calendar(watch.MyMilestones, parts...), nil
}

func (s *server) calendarPart(ctx context.Context, id room.ID) (watch.Part, error) {
	state, err := s.watched.state(ctx, id, 0)
	if err != nil {
		return watch.Part{}, err
	}
	part := watch.Part{Plan: state.plan, URL: s.PublicURL + "/r/" + string(id)}
	err = s.events.read(ctx, id, func(events *room.Events) { part.Events = watch.Recent(events, time.Now()) })
	return part, err
}

func (s *server) stopFeed(w http.ResponseWriter, r *http.Request) {
	if err := s.Store.RevokeFeed(r.Context(), mux.Vars(r)["token"]); err != nil {
		slog.WarnContext(r.Context(), "a feed is not ended", "error", err)
		s.watchFault(w, r, err)
		return
	}
	s.watchNotice(w, http.StatusOK, watch.FeedEnded)
}
