package web

import (
	"context"
	"net/http"
	"sync"

	"github.com/gorilla/mux"
	"golang.org/x/time/rate"

	"parley/room"
	"parley/server/card"
	"parley/server/watch"
)

const (
	// cardsPerSecond and cardBurst bound what all links together have drawn: a card
	// takes 25 ms, so a whole room of new links costs a tenth of a core.
	cardsPerSecond = 4
	cardBurst      = 20
	// keptCards bounds the cards that are kept, of some 50 kB each.
	keptCards = 100
)

// cards keeps drawn cards by their version, which is all that they show. A card
// without progress stays the same from rev to rev. It is safe for concurrent use.
type cards struct {
	draws *rate.Limiter
	turn  sync.Mutex // held while drawing: one core at most

	mu   sync.Mutex // guards the field below
	kept map[string][]byte
}

func newCards() *cards {
	return &cards{draws: rate.NewLimiter(cardsPerSecond, cardBurst), kept: map[string][]byte{}}
}

// png returns a card as it was drawn, or draws it.
func (c *cards) png(of card.Card, version string) ([]byte, error) {
	if data, ok := c.drawn(version); ok {
		return data, nil
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	if data, ok := c.drawn(version); ok {
		return data, nil // somebody drew it while we waited
	}
	if !c.draws.Allow() {
		return nil, &room.Error{Code: room.Busy, Message: "many previews are being drawn; ask again in a moment", RetryMS: 1000}
	}
	data := of.PNG()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= keptCards {
		clear(c.kept)
	}
	c.kept[version] = data
	return data, nil
}

func (c *cards) drawn(version string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	data, ok := c.kept[version]
	return data, ok
}

// picture is what the preview of a link shows: of one that asks who comes, nothing
// of what is behind it.
func (s *server) picture(ctx context.Context, link room.Link) (card.Card, error) {
	if link.Closed() {
		return watch.Neutral, nil
	}
	state, err := s.watched.state(ctx, link.Room, 0)
	if err != nil {
		return card.Card{}, err
	}
	b, err := s.watched.brand(ctx, link.Workspace)
	return watch.NewPicture(state.plan, b, link.ShowsProgress), err
}

// cardOf is the card of a page that a link's token opens.
func (s *server) cardOf(ctx context.Context, link room.Link, token string) (*watch.Card, error) {
	if link.Closed() {
		return s.neutralCard(), nil
	}
	of, err := s.picture(ctx, link)
	if err != nil {
		return nil, err
	}
	c := watch.NewCard(of, s.PublicURL+"/card/"+token+"/"+of.Version()+".png")
	return &c, nil
}

// neutralPath is where the picture of all links is that ask who comes.
const neutralPath = "/card.png"

func (s *server) neutralCard() *watch.Card {
	c := watch.NewCard(watch.Neutral, s.PublicURL+neutralPath)
	return &c
}

// serveCard answers the picture of a link as it is now, whatever version was asked
// for: chats ask again for what they saw days ago. Nothing is counted, and a link
// that is over has no picture.
func (s *server) serveCard(w http.ResponseWriter, r *http.Request) {
	link, err := s.watched.link(r.Context(), mux.Vars(r)["token"])
	var of card.Card
	if err == nil {
		of, err = s.picture(r.Context(), link)
	}
	if err != nil {
		writeProblem(w, s.fail(r.Context(), hidden(err)))
		return
	}
	// Kept by whoever asked, and asked about each time: the link may be taken back.
	s.sendCard(w, r, of, "private, no-cache")
}

// serveNeutral answers the picture that says nothing.
func (s *server) serveNeutral(w http.ResponseWriter, r *http.Request) {
	s.sendCard(w, r, watch.Neutral, "public, max-age=86400")
}

func (s *server) sendCard(w http.ResponseWriter, r *http.Request, of card.Card, cache string) {
	version := of.Version()
	h := w.Header()
	h.Set("Cache-Control", cache)
	h.Set("ETag", `"`+version+`"`)
	if matches(r.Header.Get("If-None-Match"), `"`+version+`"`) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	data, err := s.cards.png(of, version)
	if err != nil {
		writeProblem(w, s.fail(r.Context(), err))
		return
	}
	h.Set("Content-Type", "image/png")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // pages of chats show it
	send(w, r, http.StatusOK, packedPage{plain: data})
}
