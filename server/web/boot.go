package web

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"parley/room"
)

// recent is how many commits a page carries: what its activity list shows first.
const recent = 30

// boot is what the page carries for its script.
type boot struct {
	Room     room.ID           `json:"room"`
	Version  string            `json:"version"`
	Now      time.Time         `json:"now"`
	Me       Maybe[Me]         `json:"me"`
	Link     *bootLink         `json:"link"`
	Streams  []StreamState     `json:"streams"`
	Activity []json.RawMessage `json:"activity"`
	Session  bool              `json:"session"`
	Notice   *notice           `json:"notice"`
	Embed    *bootEmbed        `json:"embed,omitempty"` // of a frame: everything else comes later
}

type bootLink struct {
	Side     room.Side   `json:"side"`
	Access   room.Access `json:"access"`
	Personal bool        `json:"personal"`
}

type notice struct {
	Kind string `json:"kind"`
}

// gone is the page of everything that is not there: the same for an unknown, a
// foreign, an ended and a revoked one. Now is no finer than the day, so that two
// of them have the same bytes.
func (s *server) gone() boot {
	return boot{
		Version: s.assets.version, Now: time.Now().UTC().Truncate(24 * time.Hour),
		Streams: []StreamState{}, Activity: []json.RawMessage{}, Notice: &notice{Kind: "gone"},
	}
}

// boot gathers what the visitor may see: everybody the shared stream, a person
// of the selling or the buying side also that side's.
func (s *server) boot(ctx context.Context, v visit) (boot, error) {
	snapshots, err := s.Store.Snapshot(ctx, v.room, room.Streams[:], "")
	if err != nil {
		return boot{}, err
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return boot{}, err
	}
	seen := []room.Stream{room.Shared}
	var who Maybe[Me]
	if v.member != "" {
		member, ok := view.member(v.member)
		if !ok {
			return boot{}, errNotHere
		}
		grant := room.Grant{Room: v.room, Member: member}
		seen, who = grant.Streams(), me(grant)
	}
	snapshots = slices.DeleteFunc(snapshots, func(s room.StreamSnapshot) bool { return !slices.Contains(seen, s.Stream) })
	activity, err := s.recent(ctx, v.room, snapshots)
	if err != nil {
		return boot{}, err
	}
	now, err := s.Store.Now(ctx)
	if err != nil {
		return boot{}, err
	}
	return boot{
		Room: v.room, Version: s.assets.version, Now: now.UTC().Truncate(time.Millisecond),
		Me: who, Link: v.link, Streams: statesOf(snapshots), Activity: activity, Session: v.session,
	}, nil
}

// recent returns the newest commits of the streams, newest first, each with
// the name of its stream.
func (s *server) recent(ctx context.Context, id room.ID, snapshots []room.StreamSnapshot) ([]json.RawMessage, error) {
	type item struct {
		at   string
		rev  room.Rev
		body json.RawMessage
	}
	var items []item
	for _, snap := range snapshots {
		logged, err := s.Store.After(ctx, id, snap.Stream, max(0, snap.Rev-recent), recent)
		if err != nil {
			return nil, err
		}
		for _, l := range logged {
			var c struct {
				At string `json:"at"`
			}
			if err := json.Unmarshal(l.Body, &c); err != nil {
				return nil, err
			}
			body := append([]byte(`{"stream":"`+string(snap.Stream)+`",`), l.Body[1:]...)
			items = append(items, item{at: c.At, rev: l.Rev, body: body})
		}
	}
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.rev, a.rev)) })
	out := make([]json.RawMessage, 0, recent)
	for _, i := range items[:min(recent, len(items))] {
		out = append(out, i.body)
	}
	return out, nil
}
