package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"parley/room"
	"parley/server/demo"
)

// demoFile remembers the demo room and its links, readable by the server's user
// only: the database holds no token that could be printed again.
const demoFile = "demo.json"

// demoState is what demoFile holds.
type demoState struct {
	// Making is set before the room is made, so that a start which was broken
	// off then is not taken for a database with a room of its own.
	Making bool      `json:"making,omitempty"`
	Room   room.ID   `json:"room,omitempty"`
	Done   bool      `json:"done"` // the script was played to its end
	Links  demoLinks `json:"links"`
}

// demoLinks are the tokens of the three demo links.
type demoLinks struct {
	Seller string `json:"seller,omitempty"`
	Buyer  string `json:"buyer,omitempty"`
	Watch  string `json:"watch,omitempty"`
	// SignIn signs the seller in to the list of rooms, once: each start makes one.
	// It is empty where the workspace has members of its own.
	SignIn string `json:"-"`
}

// demo makes the demo room where the configuration asks for one, and returns
// its links; nil where there is none.
func (a *app) demo(ctx context.Context, ws room.WorkspaceID) (*demoLinks, error) {
	if a.cfg.Demo == demoOff {
		return nil, nil
	}
	file := filepath.Join(a.cfg.Data, demoFile)
	state, err := readDemo(file)
	if err != nil {
		return nil, err
	}
	d := &demoRoom{app: a, workspace: ws, file: file, state: state}
	if err := d.make(ctx); err != nil || d.state.Room == "" {
		return nil, err
	}
	return &d.state.Links, nil
}

// demoRoom is the demo on its way from nothing to three links.
type demoRoom struct {
	*app
	workspace room.WorkspaceID
	file      string
	state     demoState
}

func (d *demoRoom) make(ctx context.Context) error {
	if err := d.forget(ctx); err != nil {
		return err
	}
	if d.state.Room == "" {
		if wanted, err := d.wanted(ctx); err != nil || !wanted {
			return err
		}
		if err := d.found(ctx); err != nil {
			return fmt.Errorf("cannot make the demo room: %w", err)
		}
	}
	if !d.state.Done {
		if err := demo.Play(ctx, d.hub, d.store, d.state.Room, time.Now()); err != nil {
			return err
		}
		d.state.Done = true
	}
	if err := d.link(ctx); err != nil {
		return fmt.Errorf("cannot make the demo links: %w", err)
	}
	if err := d.signIn(ctx); err != nil {
		return fmt.Errorf("cannot sign the demo's seller in: %w", err)
	}
	return d.save()
}

// forget drops what is known of a demo room that is not in this database.
func (d *demoRoom) forget(ctx context.Context) error {
	if d.state.Room == "" {
		return nil
	}
	ws, err := d.store.RoomWorkspace(ctx, d.state.Room)
	if room.CodeOf(err) == room.Gone || err == nil && ws != d.workspace {
		d.state = demoState{}
		return nil
	}
	return err
}

// wanted reports whether a demo room is to be made: when asked for, and by
// itself in an embedded database that has no room.
func (d *demoRoom) wanted(ctx context.Context) (bool, error) {
	if d.cfg.Demo == demoOn || d.state.Making {
		return true, nil
	}
	if d.db.embedded == nil {
		return false, nil
	}
	rooms, err := d.rooms(ctx)
	return len(rooms) == 0, err
}

// rooms reads the lines of all rooms of the workspace.
func (d *demoRoom) rooms(ctx context.Context) ([]room.Summary, error) {
	var ids []room.ID
	for _, closed := range []bool{false, true} {
		standings, err := d.store.Standings(ctx, d.workspace, "", closed)
		if err != nil {
			return nil, err
		}
		for _, st := range standings {
			ids = append(ids, st.ID)
		}
	}
	return d.store.Summaries(ctx, d.workspace, ids)
}

// found makes the room, or finds the one of an earlier start: which broke off
// there, or whose file is lost.
func (d *demoRoom) found(ctx context.Context) error {
	rooms, err := d.rooms(ctx)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if r.Name == demo.Name && r.SellerCompany == demo.SellerCompany && r.BuyerCompany == demo.BuyerCompany {
			d.state.Room, d.state.Making = r.ID, false
			return d.save()
		}
	}
	d.state.Making = true
	if err := d.save(); err != nil {
		return err
	}
	id, err := d.store.CreateRoom(ctx, room.NewRoom{
		Workspace: d.workspace, Name: demo.Name, SellerCompany: demo.SellerCompany, BuyerCompany: demo.BuyerCompany,
		TimeZone: demo.TimeZone, GoLive: demo.GoLive(time.Now()),
	})
	if err != nil {
		return err
	}
	d.state.Room, d.state.Making = id, false
	return d.save()
}

// link makes the links that are missing or no longer valid.
func (d *demoRoom) link(ctx context.Context) error {
	for _, l := range []struct {
		token *string
		link  room.NewLink
	}{
		{&d.state.Links.Seller, room.NewLink{Side: room.SideSeller, Access: room.Owner, Participant: demo.Seller(d.state.Room), Label: "Demo: Priya Nair"}},
		{&d.state.Links.Buyer, room.NewLink{Side: room.SideBuyer, Access: room.Owner, Participant: demo.Buyer(d.state.Room), Label: "Demo: Marc Olsen"}},
		{&d.state.Links.Watch, room.NewLink{Side: room.NoSide, Access: room.Viewer, Label: "Demo: watch"}},
	} {
		known, err := d.store.LinkByToken(ctx, *l.token)
		if err == nil && known.Room == d.state.Room {
			continue
		}
		if err != nil && room.CodeOf(err) != room.Gone {
			return err
		}
		l.link.Workspace, l.link.Room = d.workspace, d.state.Room
		if _, *l.token, err = d.store.CreateLink(ctx, l.link); err != nil {
			return err
		}
	}
	return nil
}

// demoSignIn is how long the link of the banner signs in: a morning's look at it.
const demoSignIn = 24 * time.Hour

// signIn makes the seller of the demo the owner of the workspace, who is the
// person that the room has already, and a link that signs her in. A workspace
// that has members is theirs.
func (d *demoRoom) signIn(ctx context.Context) error {
	members, err := d.store.Members(ctx, d.workspace)
	if err != nil || len(members) > 0 && members[0].Email != demo.SellerEmail {
		return err
	}
	m, err := d.store.EnsureOwner(ctx, d.workspace, demo.SellerEmail, demo.SellerName)
	if err != nil {
		return err
	}
	err = d.store.SeatParticipant(ctx, d.workspace, m.Account, room.Seated{Room: d.state.Room, Participant: demo.Seller(d.state.Room)})
	if err != nil {
		return err
	}
	d.state.Links.SignIn, err = d.store.NewSignInLink(ctx, demo.SellerEmail, demoSignIn)
	return err
}

func readDemo(file string) (demoState, error) {
	var state demoState
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return state, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &state)
	}
	if err != nil {
		return state, fmt.Errorf("cannot read %s: %w", file, err)
	}
	return state, nil
}

// save writes the file whole or not at all. Beside a database of one's own the
// file is a convenience: without it every start makes new links.
func (d *demoRoom) save() error {
	data, err := json.MarshalIndent(d.state, "", "  ")
	if err != nil {
		return err
	}
	err = writeWhole(d.file, data)
	if err != nil && d.db.embedded == nil {
		slog.Warn("the demo links cannot be kept, the next start makes new ones", "PARLEY_DATA", d.cfg.Data)
		return nil
	}
	return err
}

func writeWhole(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("PARLEY_DATA must be a directory the server can write: %w", err)
	}
	next := file + ".new"
	if err := os.WriteFile(next, data, 0o600); err != nil {
		return fmt.Errorf("PARLEY_DATA must be a directory the server can write: %w", err)
	}
	return os.Rename(next, file)
}
