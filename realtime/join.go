package realtime

import (
	"context"
	"log/slog"
	"net/url"

	"parley/room"
)

// entries says where the wanted streams stand for a client: it goes on from
// where it was if the window or a short stretch of the log reaches back that
// far, else it gets a snapshot. Starts are where its feeds go on.
//
// The seqs are read no earlier than the state: an op that became a commit in
// between is among the commits that follow.
func (r *liveRoom) entries(client room.ClientID, wants []joinFrame) ([]entry, []start, error) {
	entries := make([]entry, 0, len(wants))
	starts := make([]start, 0, len(wants))
	var resumed, fresh []room.Stream
	for _, want := range wants {
		if run, ok := r.resumable(want); ok {
			i := streamIndex(want.stream)
			entries = append(entries, entry{stream: want.stream, epoch: want.at.epoch, rev: want.at.rev, resumed: true})
			starts = append(starts, start{stream: i, run: run, rev: want.at.rev})
			resumed = append(resumed, want.stream)
		} else {
			fresh = append(fresh, want.stream)
		}
	}
	if len(resumed) > 0 {
		seqs, err := r.seqs(resumed, client)
		if err != nil {
			return nil, nil, err
		}
		for i := range entries {
			entries[i].seq = seqs[entries[i].stream]
		}
	}
	if len(fresh) > 0 {
		more, at, err := r.snapshots(fresh, client)
		if err != nil {
			return nil, nil, err
		}
		entries, starts = append(entries, more...), append(starts, at...)
	}
	return entries, starts, nil
}

// resumable reports whether a client can go on from where it was. One that is
// ahead of this server has heard of commits from another one: this server
// catches up before it decides.
func (r *liveRoom) resumable(want joinFrame) (run int, ok bool) {
	c := r.channels[streamIndex(want.stream)]
	if epoch, last, _ := c.head(); want.at.set && want.at.epoch == epoch && want.at.rev > last {
		r.checkPosition()
		r.repair(c)
	}
	run, held, ok := c.resumable(want.at)
	switch {
	case ok && held:
		r.hub.metrics.joins.WithLabelValues(fromWindow).Inc()
	case ok:
		r.hub.metrics.joins.WithLabelValues(fromLog).Inc()
	}
	return run, ok
}

func (r *liveRoom) seqs(streams []room.Stream, client room.ClientID) (seqs map[room.Stream]int64, err error) {
	err = r.hub.read(r.id, func(ctx context.Context) error {
		seqs, err = r.hub.store.Seqs(ctx, r.id, streams, client)
		return err
	})
	return seqs, err
}

// snapshots reads streams whole. A snapshot may be newer than what this server
// has heard of; the feed waits at its rev until the rest is there.
func (r *liveRoom) snapshots(streams []room.Stream, client room.ClientID) ([]entry, []start, error) {
	snapshots, from, err := r.cache.read(r, streams, client)
	if err != nil {
		return nil, nil, err
	}
	entries := make([]entry, 0, len(snapshots))
	starts := make([]start, 0, len(snapshots))
	for _, snap := range snapshots {
		i := streamIndex(snap.Stream)
		epoch, _, run := r.channels[i].head()
		if snap.Epoch != epoch {
			r.checkPosition()
			epoch, _, run = r.channels[i].head()
		}
		if snap.Epoch != epoch {
			run = -1 // the room moves on again; the client is told to join again
		}
		e := entry{stream: snap.Stream, epoch: snap.Epoch, rev: snap.Rev, seq: snap.Seq, snapshot: snap.Body}
		if len(snap.Body) > inlineSnapshot {
			e.snapshot, e.url = nil, snapshotURL(r.id, snap, client)
		}
		entries = append(entries, e)
		starts = append(starts, start{stream: i, run: run, rev: snap.Rev})
		r.hub.metrics.joins.WithLabelValues(from).Inc()
	}
	return entries, starts, nil
}

// snapshotURL names the rev too: whichever server is asked gives that or a newer one.
func snapshotURL(id room.ID, snap room.StreamSnapshot, client room.ClientID) string {
	query := url.Values{"stream": {string(snap.Stream)}, "client": {string(client)}, "rev": {itoa(int64(snap.Rev))}}
	return "/api/v1/rooms/" + string(id) + "/snapshot?" + query.Encode()
}

// requestJoin has the stream joined by a goroutine, so that the reader can go on.
// A second request for a stream replaces one that has not been looked at.
func (s *session) requestJoin(f joinFrame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.joins[streamIndex(f.stream)] = &f
	if s.joining || s.closing || !s.hub.begin() {
		return
	}
	s.joining = true
	limiter := s.allowance.joinLimiter()
	go func() {
		defer s.hub.running.Done()
		defer func() {
			if p := recover(); p != nil { // this session ends, and no other (P5)
				s.hub.reportPanic("join", s.room.id, p)
				_ = s.conn.ws.CloseNow()
			}
		}()
		for f := s.nextJoin(); f != nil; f = s.nextJoin() {
			if wait := limiter.Reserve().Delay(); wait > 0 && !s.hub.sleep(wait) {
				return
			}
			s.join(*f)
		}
	}()
}

func (s *session) nextJoin() *joinFrame {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.joins {
		if f != nil && s.state.Load() != ended {
			s.joins[i] = nil
			return f
		}
	}
	s.joining = false
	return nil
}

// join answers one join frame. Until the answer is written, the feed goes on or
// stays off as it was.
func (s *session) join(f joinFrame) {
	entries, starts, err := s.room.entries(s.client, []joinFrame{f})
	if err != nil || len(entries) != 1 {
		s.hub.options.Log.Error("reading a stream for a member", slog.String("room", string(s.room.id)), slog.Any("error", err))
		refused := refuseForNow()
		s.send(item{frame: refused.frame, close: refused.code, reason: refused.reason})
		return
	}
	s.send(item{frame: joinedFrame(entries[0]), starts: starts})
}
