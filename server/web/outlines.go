package web

import (
	"context"
	"time"

	"parley/room"
)

// keptLines is how many rooms' lines are kept, at a few kilobytes each: above
// it, those that were not asked for now go, and are worked out anew.
const keptLines = 5000

// outlines keeps the lines of rooms, so that a list of hundreds that is asked for
// every few seconds costs one query and the plans that changed since. It is safe
// for concurrent use.
type outlines struct {
	store Store
	turn  chan struct{} // holds one; whoever has it reads and writes lines
	lines map[room.ID]line
}

// line is what was worked out of a room's plan, and where the room stood then.
type line struct {
	standing room.Standing
	zone     *time.Location
	today    string // the day in the room's time zone
	summary  room.Summary
	outline  room.Outline
}

func newOutlines(store Store) *outlines {
	return &outlines{store: store, turn: make(chan struct{}, 1), lines: map[room.ID]line{}}
}

// read returns the lines of a workspace's rooms as they are now, in no order:
// those that people are at work on, or the closed ones.
func (o *outlines) read(ctx context.Context, ws room.WorkspaceID, asker room.AccountID, closed bool, now time.Time) ([]line, error) {
	standings, err := o.store.Standings(ctx, ws, asker, closed)
	if err != nil {
		return nil, err
	}
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if len(o.lines)+len(standings) > keptLines {
		o.lines = map[room.ID]line{}
	}
	if err := o.renew(ctx, ws, standings, now); err != nil {
		return nil, err
	}
	out := make([]line, 0, len(standings))
	for _, st := range standings {
		if l, ok := o.lines[st.ID]; ok {
			l.standing = st
			out = append(out, l)
		}
	}
	return out, nil
}

// renew works the lines out that are new, or no longer true.
func (o *outlines) renew(ctx context.Context, ws room.WorkspaceID, standings []room.Standing, now time.Time) error {
	stale := map[room.ID]room.Standing{}
	var ids []room.ID
	for _, st := range standings {
		if !o.lines[st.ID].holds(st, now) {
			stale[st.ID] = st
			ids = append(ids, st.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	// The plans are read after the standings: a line is never older than it says.
	summaries, err := o.store.Summaries(ctx, ws, ids)
	if err != nil {
		return err
	}
	for _, s := range summaries {
		l := line{standing: stale[s.ID], zone: room.LoadZone(s.TimeZone), summary: s, outline: room.OutlineOf(s.Plan, s.Founder, now)}
		l.today = now.In(l.zone).Format(room.DateFormat)
		l.summary.Plan = nil // it is not asked for again
		o.lines[s.ID] = l
	}
	return nil
}

func (l line) holds(st room.Standing, now time.Time) bool {
	return l.zone != nil && l.standing.Epoch == st.Epoch && l.standing.Rev == st.Rev && l.today == now.In(l.zone).Format(room.DateFormat)
}

// seen returns when the customer was last seen in the room: it changed what both
// see, or came in by a link of its own. Zero for never.
func (l line) seen() time.Time {
	if l.standing.CameIn.After(l.summary.Changed) {
		return l.standing.CameIn
	}
	return l.summary.Changed
}

// quietFor returns for how many days the customer has been away from a room that
// is worked on; 0 when it has not been for long.
func (l line) quietFor(now time.Time) int {
	last := l.seen()
	if l.standing.Made.After(last) {
		last = l.standing.Made
	}
	if days := int(now.Sub(last).Hours() / 24); days >= quietDays && l.outline.Active {
		return days
	}
	return 0
}
