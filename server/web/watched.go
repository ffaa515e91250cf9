package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"parley/room"
	"parley/server/watch"
)

// Watchers come in thousands and all ask for the same page at the same moment.
// A room is looked up at most once in lookEvery, drawn once per rev, and after a
// burst about once a second; everybody gets those bytes.
const (
	// lookEvery is how old what is known of a room or a link may be. Revoking has
	// two seconds to take effect (P36).
	lookEvery = time.Second
	// drawBurst lets the edits of a conversation show at once.
	drawBurst = 3
	// keptWatched is how many rooms are kept; above it the one that nobody asked
	// for the longest goes.
	keptWatched = 200
	// keptPages bounds the finished pages of a room, which there are of as many as
	// it has links and tabs.
	keptPages = 256
	// keptLinks bounds the links that are remembered for lookEvery.
	keptLinks = 10_000
	// changesOver is the time that the activity tab looks back over, in days.
	changesOver = 7
)

// watched keeps what watchers are shown. It is safe for concurrent use.
type watched struct {
	store Store

	mu    sync.Mutex // guards the fields below
	rooms map[room.ID]*watchedRoom
	asked int64
	links map[string]knownLink // by token
	known map[room.WorkspaceID]knownBrand
}

// knownLink is a link that was looked up not long ago.
type knownLink struct {
	link room.Link
	err  error
	at   time.Time
}

func newWatched(store Store) *watched {
	return &watched{store: store, rooms: map[room.ID]*watchedRoom{}, links: map[string]knownLink{}, known: map[room.WorkspaceID]knownBrand{}}
}

// link returns the link of a token as it was at most lookEvery ago.
func (w *watched) link(ctx context.Context, token string) (room.Link, error) {
	w.mu.Lock()
	known, ok := w.links[token]
	w.mu.Unlock()
	if ok && time.Since(known.at) < lookEvery {
		if known.err == nil {
			w.store.Proven(ctx, known.link.Workspace)
		}
		return known.link, known.err
	}
	link, err := w.store.LinkByToken(ctx, token)
	if err != nil && room.CodeOf(err) != room.Gone {
		return link, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.links) >= keptLinks {
		clear(w.links)
	}
	w.links[token] = knownLink{link, err, time.Now()}
	return link, err
}

// knownBrand is a brand that was looked up not long ago.
type knownBrand struct {
	brand room.Brand
	at    time.Time
}

// brand returns by what people know a workspace, as it was at most lookEvery ago.
func (w *watched) brand(ctx context.Context, ws room.WorkspaceID) (room.Brand, error) {
	w.mu.Lock()
	known, ok := w.known[ws]
	w.mu.Unlock()
	if ok && time.Since(known.at) < lookEvery {
		return known.brand, nil
	}
	b, err := w.store.Brand(ctx, ws)
	if err != nil {
		return b, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.known) >= keptWatched {
		clear(w.known)
	}
	w.known[ws] = knownBrand{b, time.Now()}
	return b, nil
}

// forget drops what is known of a room and its links: something was revoked.
func (w *watched) forget(id room.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	maps.DeleteFunc(w.links, func(_ string, k knownLink) bool { return k.link.Room == id })
}

// watchedRoom is one room's. Whoever has its turn looks and draws.
type watchedRoom struct {
	turn  chan struct{} // holds one; a lock that a context can give up on
	draws *rate.Limiter
	asked int64
	shown atomic.Pointer[watchedState] // nil until first drawn
}

// watchedState is a room at a rev, on a day, and what was drawn of it.
type watchedState struct {
	epoch room.Epoch
	rev   room.Rev
	raw   *room.Plan
	plan  *watch.Plan
	at    atomic.Int64 // when it was last known to be the newest, Unix nanoseconds

	mu     sync.Mutex // guards the fields below
	bodies map[string]*watch.Body
	pages  map[pageKey]packedPage
}

// pageKey names a finished page: of one way in, at one tab, in one minute.
type pageKey struct {
	base, tab string
	look      string // of what is around it, see lookOf
	minute    int64
}

type packedPage struct{ plain, gzipped []byte }

// tag names what the page shows. It is the same on every server.
func (s *watchedState) tag() string {
	return fmt.Sprintf("%s-%d-%s", s.epoch, s.rev, s.plan.Today)
}

// asOf is when the state was last known to be the newest.
func (s *watchedState) asOf() time.Time { return time.Unix(0, s.at.Load()) }

// state returns the room's newest state, or one that is at most lookEvery old
// and not older than rev least, which somebody has heard of.
func (w *watched) state(ctx context.Context, id room.ID, least room.Rev) (*watchedState, error) {
	r := w.of(id)
	if s := r.fresh(least); s != nil {
		return s, nil
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s := r.fresh(least); s != nil {
		return s, nil // somebody looked while we waited
	}
	if s := r.shown.Load(); s != nil {
		// Who hears of every rev and asks for it does not make us draw every rev.
		if err := r.draws.Wait(ctx); err != nil {
			return nil, err
		}
		if newest, err := w.newest(ctx, id, s); err != nil || newest {
			return s, err
		}
	}
	s, err := w.draw(ctx, id)
	if err == nil {
		r.shown.Store(s)
	}
	return s, err
}

// fresh returns the state that is shown, nil when it may be too old.
func (r *watchedRoom) fresh(least room.Rev) *watchedState {
	s := r.shown.Load()
	if s == nil || s.rev < least || time.Since(s.asOf()) >= lookEvery {
		return nil
	}
	return s
}

// newest reports whether a state is still the room's, and notes that it is.
func (w *watched) newest(ctx context.Context, id room.ID, s *watchedState) (bool, error) {
	now := time.Now()
	heads, err := w.store.Heads(ctx, []room.ID{id})
	if err != nil {
		return false, err
	}
	head, ok := heads[id]
	if !ok {
		return false, errNotHere
	}
	if head.Epoch != s.epoch || head.Revs[room.Shared] != s.rev || now.In(s.plan.Zone).Format(room.DateFormat) != s.plan.Today {
		return false, nil
	}
	s.at.Store(now.UnixNano())
	return true, nil
}

func (w *watched) draw(ctx context.Context, id room.ID) (*watchedState, error) {
	now := time.Now()
	snapshots, err := w.store.Snapshot(ctx, id, []room.Stream{room.Shared}, "")
	if err != nil {
		return nil, hidden(err)
	}
	plan := room.NewPlan(id, "")
	for _, snap := range snapshots {
		if err := plan.LoadSnapshot(snap.Stream, snap.Rev, snap.Body); err != nil {
			return nil, fmt.Errorf("reading the plan of room %s: %w", id, err)
		}
		plan.Epoch = snap.Epoch
	}
	s := &watchedState{
		epoch: plan.Epoch, rev: plan.Revs[room.Shared], raw: plan, plan: watch.NewPlan(plan, now),
		bodies: map[string]*watch.Body{}, pages: map[pageKey]packedPage{},
	}
	s.at.Store(now.UnixNano())
	return s, nil
}

// body returns a tab of the page.
func (w *watched) body(ctx context.Context, id room.ID, s *watchedState, tab string) (*watch.Body, error) {
	s.mu.Lock()
	b := s.bodies[tab]
	s.mu.Unlock()
	if b != nil {
		return b, nil
	}
	var changes []string
	if tab == "activity" {
		var err error
		if changes, err = w.changes(ctx, id, s); err != nil {
			return nil, err
		}
	}
	b = watch.NewBody(s.plan, tab, changes)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies[tab] = b
	return b, nil
}

// changes tells what is not as it was changesOver days ago.
func (w *watched) changes(ctx context.Context, id room.ID, s *watchedState) ([]string, error) {
	rev, err := w.store.RevAt(ctx, id, room.Shared, time.Now().AddDate(0, 0, -changesOver))
	if err != nil {
		return nil, err
	}
	before := room.NewPlan(id, "")
	body, err := w.store.At(ctx, id, room.Shared, rev)
	if err != nil {
		return nil, err
	}
	if err := before.LoadSnapshot(room.Shared, rev, body); err != nil {
		return nil, fmt.Errorf("reading rev %d of room %s: %w", rev, id, err)
	}
	return watch.Changes(before, s.raw, s.plan.Today), nil
}

// page returns a finished page, made by make where there is none of the minute.
func (s *watchedState) page(key pageKey, make func() []byte) packedPage {
	key.minute = s.asOf().Unix() / 60
	s.mu.Lock()
	p, ok := s.pages[key]
	s.mu.Unlock()
	if ok {
		return p
	}
	p = pack(make())
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pages) >= keptPages {
		clear(s.pages)
	}
	s.pages[key] = p
	return p
}

// pack makes a page ready to be sent.
func pack(plain []byte) packedPage {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(plain) // a bytes.Buffer takes everything
	_ = z.Close()
	return packedPage{plain, packed.Bytes()}
}

// of returns the room's place among those that are kept.
func (w *watched) of(id room.ID) *watchedRoom {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	r := w.rooms[id]
	if r == nil {
		if len(w.rooms) >= keptWatched {
			oldest := slices.MinFunc(slices.Collect(maps.Keys(w.rooms)), func(a, b room.ID) int { return int(w.rooms[a].asked - w.rooms[b].asked) })
			delete(w.rooms, oldest)
		}
		r = &watchedRoom{turn: make(chan struct{}, 1), draws: rate.NewLimiter(rate.Every(time.Second), drawBurst)}
		w.rooms[id] = r
	}
	r.asked = w.asked
	return r
}

// rechecking forgets what is known of a room's links whenever its grants are to
// be looked at again.
type rechecking struct {
	Hub
	watched *watched
}

// Recheck has the room's sockets and pages looked at again.
func (h rechecking) Recheck(ctx context.Context, id room.ID) {
	h.watched.forget(id)
	h.Hub.Recheck(ctx, id)
}
