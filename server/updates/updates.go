package updates

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"parley/room"
	"parley/server/mail"
	"parley/server/watch"
)

const (
	// lookEvery is how often it is looked who is to be told.
	lookEvery = time.Minute
	// atOnce bounds one look, so that the mail queue has room for codes that
	// somebody waits for; the rest has its turn a minute later.
	atOnce = 200
	// mostTold is how many changes a mail lists: who was away for long looks at
	// the plan.
	mostTold = 12
)

// Store is what the sender reads and notes.
type Store interface {
	Now(ctx context.Context) (time.Time, error)
	DueUpdates(ctx context.Context, now time.Time, limit int) ([]room.Subscription, error)
	MintMail(ctx context.Context, id room.SubscriptionID) (string, error)
	Brand(ctx context.Context, ws room.WorkspaceID) (room.Brand, error)
	ToldUpdates(ctx context.Context, id room.SubscriptionID, rev room.Rev) error
	Snapshot(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) ([]room.StreamSnapshot, error)
	At(ctx context.Context, id room.ID, stream room.Stream, rev room.Rev) (json.RawMessage, error)
}

// Sender tells people what changed.
type Sender struct {
	Store     Store
	Mail      mail.Mailer
	PublicURL string // the origin people see
}

// Run tells people until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if err := s.look(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("updates are not told, the next look is in a minute", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// look tells people by the store's clock: who was told at a time that has not
// come yet, by a server whose clock is ahead, would be passed over until then.
func (s *Sender) look(ctx context.Context) error {
	now, err := s.Store.Now(ctx)
	if err != nil {
		return err
	}
	return s.Tell(ctx, now)
}

// Tell writes to everybody whose time has come.
func (s *Sender) Tell(ctx context.Context, now time.Time) error {
	due, err := s.Store.DueUpdates(ctx, now, atOnce)
	if err != nil {
		return err
	}
	read := map[room.ID]*reading{}
	for _, sub := range due {
		r := read[sub.Room]
		if r == nil {
			if r, err = s.read(ctx, sub, now); err != nil {
				return err
			}
			read[sub.Room] = r
		}
		if err := s.tell(ctx, sub, r); err != nil {
			return err
		}
	}
	return nil
}

// reading is a room as it is, and what became different since earlier revs.
type reading struct {
	raw     *room.Plan
	plan    *watch.Plan
	brand   room.Brand
	changes map[room.Rev][]string
}

func (s *Sender) read(ctx context.Context, sub room.Subscription, now time.Time) (*reading, error) {
	id := sub.Room
	brand, err := s.Store.Brand(ctx, sub.Workspace)
	if err != nil {
		return nil, err
	}
	snapshots, err := s.Store.Snapshot(ctx, id, []room.Stream{room.Shared}, "")
	if err != nil {
		return nil, err
	}
	raw := room.NewPlan(id, "")
	for _, snap := range snapshots {
		if err := raw.LoadSnapshot(snap.Stream, snap.Rev, snap.Body); err != nil {
			return nil, fmt.Errorf("reading the plan of room %s: %w", id, err)
		}
	}
	return &reading{raw, watch.NewPlan(raw, now), brand, map[room.Rev][]string{}}, nil
}

// since says what became different after a rev.
func (s *Sender) since(ctx context.Context, r *reading, rev room.Rev) ([]string, error) {
	if told, ok := r.changes[rev]; ok {
		return told, nil
	}
	body, err := s.Store.At(ctx, r.raw.Room, room.Shared, rev)
	if err != nil {
		return nil, err
	}
	before := room.NewPlan(r.raw.Room, "")
	if err := before.LoadSnapshot(room.Shared, rev, body); err != nil {
		return nil, fmt.Errorf("reading rev %d of room %s: %w", rev, r.raw.Room, err)
	}
	r.changes[rev] = watch.Changes(before, r.raw, r.plan.Today)
	return r.changes[rev], nil
}

func (s *Sender) tell(ctx context.Context, sub room.Subscription, r *reading) error {
	changes, err := s.since(ctx, r, sub.Told)
	if err != nil {
		return err
	}
	if len(changes) > 0 {
		token, err := s.Store.MintMail(ctx, sub.ID)
		if room.CodeOf(err) == room.Gone {
			return nil // ended while others were written to
		}
		if err != nil {
			return err
		}
		if err := s.Mail.Send(ctx, s.letter(r, changes, sub, token).To(sub.Email)); err != nil {
			// It was claimed for today; what it says is told with the next one.
			return fmt.Errorf("telling subscription %s: %w", sub.ID, err)
		}
	}
	return s.Store.ToldUpdates(ctx, sub.ID, r.raw.Revs[room.Shared])
}

// letter says what changed, the weightiest first, and how the plan stands.
func (s *Sender) letter(r *reading, changes []string, sub room.Subscription, token string) mail.Letter {
	p := r.plan
	l := mail.Letter{
		Subject: changes[0] + " · " + p.Title, Preview: p.Outlook(), Heading: p.Title, Paragraphs: []string{p.Outlook()},
		Button:      mail.Button{Label: "Open the plan", URL: s.PublicURL + "/updates/" + token},
		Footer:      fmt.Sprintf("You asked to be told %s what changes in the plan of %s and %s.", often[sub.Every], p.Seller, p.Buyer),
		Unsubscribe: s.PublicURL + "/updates/" + token + "/stop",
		FromName:    p.Seller + " via Parley", Brand: mail.Brand{Name: p.Seller, Accent: r.brand.Accent},
	}
	for _, text := range changes[:min(mostTold, len(changes))] {
		l.Items = append(l.Items, mail.Item{Text: text})
	}
	if more := len(changes) - mostTold; more > 0 {
		l.After = []string{fmt.Sprintf("%d more in the plan.", more)}
	}
	return l
}

var often = map[string]string{"daily": "every day", "weekly": "on Mondays"}
