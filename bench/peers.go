//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
)

// peerScenarios are the questions of -peers.
var peerScenarios = []scenario{
	{"fanout", peersFanout},
	{"rooms", peersRooms},
	{"servers", peersServers},
	{"durable", peersDurable},
	{"reconnect", peersReconnect},
	{"kill", peersKill},
	{"idle", peersIdle},
}

// lab is what the scenarios of -peers are asked of.
type lab struct {
	parley                        *parley
	sharedb, hocuspocus, socketio *peer
	frame, joined, raw            *peer // the floors
	centrifugo                    *peer // nil without an address
	versions                      string
	dir                           string // bench/peers
}

// newLab installs the peers and readies everything but the servers.
func newLab(ctx context.Context, b *bench) (*lab, error) {
	dir, err := findPeers(ctx)
	if err != nil {
		return nil, err
	}
	if err := installPeers(ctx, dir); err != nil {
		return nil, err
	}
	updates, err := yjsUpdates(ctx, dir, 20_000)
	if err != nil {
		return nil, err
	}
	if b.yjs, err = parseYjs(updates); err != nil {
		return nil, err
	}
	bare, err := b.bareFloors()
	if err != nil {
		return nil, err
	}
	versions, err := peerVersions(ctx, dir)
	if err != nil {
		return nil, err
	}
	l := &lab{dir: dir, versions: versions, parley: &parley{}, frame: bare[0], joined: bare[1], raw: bare[2]}
	l.sharedb = &peer{name: "ShareDB", command: []string{"node", "sharedb.js"}, path: "/", schema: "node_modules/sharedb-postgres/structure.sql",
		marker: sharedbMarker, most: 1, speak: func(*hall, *tab) dialect { return &sharedbTalk{ahead: map[int64]bool{}} }}
	l.socketio = &peer{name: "Socket.IO", command: []string{"node", "socketio.js"}, path: "/socket.io/?EIO=4&transport=websocket",
		most: window, echoes: true, speak: func(*hall, *tab) dialect { return &socketioTalk{} }}
	l.hocuspocus = &peer{name: "Hocuspocus", command: []string{"node", "hocuspocus.js"}, path: "/",
		tables: "create table documents (name text primary key, state bytea not null)",
		most:   window, echoes: true, speak: func(*hall, *tab) dialect { return &hocuspocusTalk{script: b.yjs} }}
	if b.centrifugoAt != "" {
		l.centrifugo = &peer{name: "Centrifugo", at: b.centrifugoAt, path: "/connection/websocket",
			most: window, echoes: true, speak: func(*hall, *tab) dialect { return &centrifugoTalk{} }}
	}
	return l, nil
}

// bareFloors are the bare server's three ways of writing, all of which carry what
// Parley sends for an edit with a body of bodySize.
func (b *bench) bareFloors() (floors [3]*peer, err error) {
	self, err := os.Executable()
	if err != nil {
		return floors, fmt.Errorf("finding this program: %w", err)
	}
	commit, err := b.sampleWith(appendBody(nil, 0))
	if err != nil {
		return floors, err
	}
	at := bytes.Index(commit, []byte(markerStart))
	for i, how := range []string{"frame", "joined", "raw"} {
		floors[i] = &peer{name: how, command: []string{self}, env: []string{floorVariable + "=bare", bareVariable + "=" + how},
			path: "/{room}", most: window, echoes: true, floor: true,
			speak: func(*hall, *tab) dialect { return &bareTalk{frame: bytes.Clone(commit), at: at} }}
	}
	return floors, nil
}

// relays are the systems that can be asked about fan-out, floors last.
func (l *lab) relays() []system {
	all := []system{l.parley, l.socketio, l.sharedb, l.hocuspocus}
	if l.centrifugo != nil {
		all = append(all, l.centrifugo)
	}
	return append(all, l.frame, l.joined, l.raw)
}

// peers is everybody but the floors.
func (l *lab) peers() []system {
	return slices.DeleteFunc(l.relays(), func(s system) bool { p, ok := s.(*peer); return ok && p.floor })
}

// measurePeers runs the scenarios of -peers.
func (b *bench) measurePeers(ctx context.Context, only []string) error {
	if err := b.takeSample(ctx); err != nil {
		return fmt.Errorf("taking a sample: %w", err)
	}
	l, err := newLab(ctx, b)
	if err != nil {
		return err
	}
	b.lab = l
	return b.runAll(ctx, peerScenarios, only)
}

// venue is a room to make.
type venue struct {
	name   string
	people int // who may edit
}

// venues is n rooms of one kind.
func venues(what string, n, people int) []venue {
	out := make([]venue, n)
	for i := range out {
		out[i] = venue{fmt.Sprintf("%s %d", what, i+1), people}
	}
	return out
}

// with starts the systems, each with a hall for every venue, runs f, and stops
// them.
func (b *bench) with(ctx context.Context, systems []system, servers int, rooms []venue, f func(map[system][]*hall) error) (err error) {
	halls := map[system][]*hall{}
	for _, s := range systems {
		defer closing(&err, s.stop) // also of a start that failed half-way
		if err := s.start(ctx, b, servers); err != nil {
			return err
		}
		for _, v := range rooms {
			h, err := s.hall(ctx, b, v.name, v.people)
			if err != nil {
				return fmt.Errorf("making a room of %s: %w", s.label(), err)
			}
			halls[s] = append(halls[s], h)
		}
		b.loop.do(func() { b.halls = append(b.halls, halls[s]...) })
		defer b.emptyHalls(halls[s])
	}
	defer b.loop.do(func() { b.halls = nil })
	return f(halls)
}
