package web

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/room"
)

// fake is a store and a hub in memory, for what the handlers do with answers.
// What the real ones answer is tested where they are, and in server/e2e_test.go.
type fake struct {
	// PortalStore is none: portals are tested on the real store, in server/portal_test.go.
	PortalStore
	accountStore // company_test.go has the real one

	Follow
	mu        sync.Mutex
	rooms     map[room.ID]room.WorkspaceID
	grants    map[string]room.Grant // by session token
	links     map[string]room.Link  // by link token
	logs      map[room.Stream][]json.RawMessage
	people    []person
	requests  []room.Request
	verdict   room.Verdict
	err       error // what Submit fails with
	outcome   room.Outcome
	checked   []room.ID
	doors     fakeDoors
	made      int
	founded   *room.NewRoom
	own       map[room.TemplateID]*room.Template // workspaceA's templates
	defaults  room.Defaults
	known     room.Brand     // by what people know workspaceA
	lines     []room.Summary // workspaceA's rooms
	standings map[room.ID]room.Standing
	read      []room.ID    // whose plans were read for the list
	planned   bool         // the shared stream holds plannedRoom
	visit     time.Time    // of the buyer's side
	drawn     atomic.Int64 // snapshots that were read
}

const (
	workspaceA  = room.WorkspaceID("00000000-0000-4000-8000-00000000000a")
	workspaceB  = room.WorkspaceID("00000000-0000-4000-8000-00000000000b")
	roomA       = room.ID("10000000-0000-4000-8000-00000000000a")
	roomB       = room.ID("10000000-0000-4000-8000-00000000000b") // of workspaceB
	noRoom      = room.ID("10000000-0000-4000-8000-0000000000ff")
	priya       = room.RecordID("20000000-0000-4000-8000-000000000001")
	marc        = room.RecordID("20000000-0000-4000-8000-000000000002")
	sam         = room.RecordID("20000000-0000-4000-8000-000000000003")
	ownTemplate = room.TemplateID("50000000-0000-4000-8000-000000000001")
	clientID    = room.ClientID("30000000-0000-4000-8000-000000000001")
	adminKey    = "the-admin-key-of-this-test"
)

func newFake() *fake {
	f := &fake{
		rooms:  map[room.ID]room.WorkspaceID{roomA: workspaceA, roomB: workspaceB},
		links:  map[string]room.Link{},
		logs:   map[room.Stream][]json.RawMessage{},
		grants: map[string]room.Grant{},
		people: []person{
			{ID: priya, Name: "Priya Nair", Side: room.SideSeller, Access: room.Owner, State: "active"},
			{ID: marc, Name: "Marc Olsen", Side: room.SideBuyer, Access: room.Owner, State: "active"},
			{ID: sam, Name: "Sam Ode", Side: room.SideSeller, Access: room.Editor, State: "active"},
		},
		own:     map[room.TemplateID]*room.Template{},
		verdict: room.Verdict{Rev: 7},
		lines: []room.Summary{
			{ID: roomA, Name: "Rollout plan", Status: "active", TimeZone: "UTC", GoLive: "2199-03-01", Plan: plannedRoom()},
			{ID: noRoom, Status: "draft", TimeZone: "UTC", Plan: room.NewPlan(noRoom, "")},
		},
		standings: map[room.ID]room.Standing{},
	}
	f.grants["priya"] = f.grant(roomA, "", priya)
	f.grants["marc"] = f.grant(roomA, "", marc)
	f.grants["sam"] = f.grant(roomA, "", sam)
	f.grants["watcher"] = f.grant(roomA, "", "")
	f.grants["stranger"] = room.Grant{Workspace: workspaceB, Room: roomB, Session: "s", Member: room.Member{ID: marc, Side: room.SideBuyer, Access: room.Owner}}
	for _, s := range room.Streams {
		for rev := range 3 {
			at := time.Date(2026, 11, 1, 10, rev, len(s), 0, time.UTC).Format(room.InstantFormat)
			f.logs[s] = append(f.logs[s], room.EncodeCommit(room.Commit{
				Rev: room.Rev(rev + 1), By: new(priya), At: at, Kind: "milestone.update",
				Changes: []room.Change{{Entity: room.Milestone, ID: priya, Set: room.Fields{"title": "in " + string(s) + " <&>"}}},
			}))
		}
	}
	return f
}

func (f *fake) grant(id room.ID, link room.LinkID, who room.RecordID) room.Grant {
	g := room.Grant{Workspace: workspaceA, Room: id, Session: room.SessionID("s-" + who), Link: link, Member: room.Member{Side: room.NoSide}}
	for _, p := range f.people {
		if p.ID == who {
			g.Member = room.Member{ID: p.ID, Name: p.Name, Side: p.Side, Access: p.Access}
		}
	}
	return g
}

func gone() error { return room.Errorf(room.Gone, "the store's own words, with an id") }

func (f *fake) Now(context.Context) (time.Time, error) { return time.Now(), nil }

func (f *fake) Authenticate(_ context.Context, token string) (room.Grant, error) {
	if g, ok := f.grants[token]; ok {
		return g, nil
	}
	return room.Grant{}, gone()
}

func (f *fake) Seat(context.Context, string) (room.Seat, error) { return room.Seat{}, gone() }

func (f *fake) KeyByToken(context.Context, string) (room.APIKey, error) { return room.APIKey{}, gone() }

// Proven opens nothing: the real store has a wall, and its tests.
func (f *fake) Proven(context.Context, room.WorkspaceID) {}

func (f *fake) RoomWorkspace(_ context.Context, id room.ID) (room.WorkspaceID, error) {
	if ws, ok := f.rooms[id]; ok {
		return ws, nil
	}
	return "", gone()
}

func (f *fake) CreateRoom(_ context.Context, r room.NewRoom) (room.ID, error) {
	if r.TimeZone == "Mars/Olympus" {
		return "", room.FieldErrorf(room.Invalid, "op.set.time_zone", "there is no such time zone")
	}
	id := room.ID("10000000-0000-4000-8000-0000000000c0")
	f.rooms[id] = r.Workspace
	return id, nil
}

func (f *fake) FoundRoom(ctx context.Context, r room.NewRoom) (room.Link, string, error) {
	id, err := f.CreateRoom(ctx, r)
	if err != nil {
		return room.Link{}, "", err
	}
	f.founded = &r
	return f.CreateLink(ctx, room.NewLink{
		Workspace: r.Workspace, Room: id, Side: room.SideSeller, Access: room.Owner, Participant: r.Founder.ID, By: r.Founder.ID,
	})
}

func (f *fake) Templates(_ context.Context, ws room.WorkspaceID) ([]room.OwnTemplate, error) {
	var out []room.OwnTemplate
	for id, t := range f.own {
		if ws == workspaceA {
			out = append(out, room.OwnTemplate{ID: id, Template: t})
		}
	}
	return out, nil
}

func (f *fake) Template(_ context.Context, ws room.WorkspaceID, id room.TemplateID) (*room.Template, error) {
	if t := f.own[id]; t != nil && ws == workspaceA {
		return t, nil
	}
	return nil, gone()
}

func (f *fake) AddTemplate(_ context.Context, _ room.WorkspaceID, t *room.Template, _ room.RecordID) (room.TemplateID, error) {
	f.own[ownTemplate] = t
	return ownTemplate, nil
}

func (f *fake) DeleteTemplate(ctx context.Context, ws room.WorkspaceID, id room.TemplateID) error {
	_, err := f.Template(ctx, ws, id)
	delete(f.own, id)
	return err
}

func (f *fake) Standings(_ context.Context, ws room.WorkspaceID, _ room.AccountID, closed bool) ([]room.Standing, error) {
	var out []room.Standing
	for _, r := range f.lines {
		if ws == workspaceA && closed == (r.Status == "archived") {
			st := f.standings[r.ID]
			st.ID = r.ID
			out = append(out, st)
		}
	}
	return out, nil
}

func (f *fake) Summaries(_ context.Context, _ room.WorkspaceID, ids []room.ID) ([]room.Summary, error) {
	var out []room.Summary
	for _, r := range f.lines {
		if slices.Contains(ids, r.ID) {
			f.read = append(f.read, r.ID)
			out = append(out, r)
		}
	}
	return out, nil
}

// plannedRoom is a plan with one milestone done and one late.
func plannedRoom() *room.Plan {
	phase := room.RecordID("20000000-0000-4000-8000-0000000000f0")
	p := room.NewPlan(roomA, "")
	add := func(e room.Entity, id room.RecordID, f room.Fields) {
		if p.Streams[room.Shared][e] == nil {
			p.Streams[room.Shared][e] = room.Records{}
		}
		p.Streams[room.Shared][e][id] = &room.Record{ID: id, Fields: f}
	}
	add(room.RoomEntity, room.RecordID(roomA), room.Fields{
		"name": "Rollout plan", "seller_company": "Northwind", "buyer_company": "Acme", "time_zone": "UTC", "status": "active", "go_live": "2199-03-01",
	})
	add(room.Phase, phase, room.Fields{"name": "Evaluate", "pos": "a0"})
	add(room.Participant, priya, room.Fields{"name": "Somebody from Northwind", "side": "seller", "access": "owner", "state": "active"})
	for id, f := range map[room.RecordID]room.Fields{
		marc:  {"title": "Discovery recap", "status": "done", "due": "2026-10-01", "pos": "a0"},
		priya: {"title": "Security review", "status": "in_progress", "due": "2026-10-02", "pos": "a1"},
	} {
		f["phase"], f["visibility"], f["seller_owner"] = string(phase), "shared", string(priya)
		add(room.Milestone, id, f)
	}
	return p
}

func (f *fake) WorkspaceLinks(_ context.Context, ws room.WorkspaceID, after room.LinkID, limit int) ([]room.Link, room.LinkID, error) {
	var out []room.Link
	for _, token := range slices.Sorted(maps.Keys(f.links)) {
		if l := f.links[token]; l.Workspace == ws && l.ID > after {
			out = append(out, l)
		}
	}
	if len(out) > limit {
		return out[:limit], out[limit-1].ID, nil
	}
	return out, "", nil
}

func (f *fake) WorkspaceRequests(_ context.Context, _ room.WorkspaceID, limit int) ([]room.AccessRequest, error) {
	return f.doors.requests[:min(limit, len(f.doors.requests))], nil
}

func (f *fake) Brand(context.Context, room.WorkspaceID) (room.Brand, error) { return f.known, nil }

func (f *fake) SetBrand(_ context.Context, _ room.WorkspaceID, b room.Brand) error {
	f.known = b
	return nil
}

func (f *fake) Defaults(context.Context, room.WorkspaceID) (room.Defaults, error) {
	return f.defaults, nil
}

func (f *fake) SetDefaults(_ context.Context, _ room.WorkspaceID, d room.Defaults) error {
	f.defaults = d
	return nil
}

func (f *fake) LastVisit(context.Context, room.ID) (time.Time, error) { return f.visit, nil }

func (f *fake) Heads(_ context.Context, ids []room.ID) (map[room.ID]room.Head, error) {
	out := map[room.ID]room.Head{}
	for _, id := range ids {
		revs := room.Revs{}
		for s, log := range f.logs {
			revs[s] = room.Rev(len(log))
		}
		out[id] = room.Head{Epoch: "1", Revs: revs}
	}
	return out, nil
}

func (f *fake) Snapshot(_ context.Context, id room.ID, streams []room.Stream, client room.ClientID) ([]room.StreamSnapshot, error) {
	if _, ok := f.rooms[id]; !ok {
		return nil, gone()
	}
	f.drawn.Add(1)
	var out []room.StreamSnapshot
	for _, s := range streams {
		body := fmt.Sprintf(`{"entities":{"milestone":[{"id":%q,"title":"in %s </script>"}]}}`, priya, s)
		if s == room.Shared {
			people, _ := json.Marshal(f.people)
			if f.planned {
				out = append(out, room.StreamSnapshot{Stream: s, Epoch: "1", Body: plannedRoom().Snapshot(s)})
				continue
			}
			body = fmt.Sprintf(`{"entities":{"room":[{"id":%q,"name":"Rollout plan","seller_company":"Northwind","buyer_company":"Acme","status":"active","time_zone":"UTC"}],"participant":%s}}`, id, people)
		}
		seq := int64(0)
		if client == clientID {
			seq = 5
		}
		out = append(out, room.StreamSnapshot{Stream: s, Epoch: "1", Rev: room.Rev(len(f.logs[s])), Seq: seq, Body: json.RawMessage(body)})
	}
	return out, nil
}

func (f *fake) After(_ context.Context, _ room.ID, s room.Stream, after room.Rev, limit int) ([]room.Logged, error) {
	var out []room.Logged
	for i, body := range f.logs[s] {
		if rev := room.Rev(i + 1); rev > after && len(out) < limit {
			out = append(out, room.Logged{Rev: rev, Body: body})
		}
	}
	return out, nil
}

func (f *fake) At(_ context.Context, _ room.ID, s room.Stream, rev room.Rev) (json.RawMessage, error) {
	if int(rev) > len(f.logs[s]) {
		return nil, room.FieldErrorf(room.Gone, "rev", "the stream has no such rev yet")
	}
	return json.RawMessage(`{"entities":{}}`), nil
}

func (f *fake) RevAt(_ context.Context, _ room.ID, s room.Stream, at time.Time) (room.Rev, error) {
	rev := room.Rev(0)
	for i, body := range f.logs[s] {
		if c, err := room.DecodeCommit(body); err != nil {
			return 0, err
		} else if c.At <= at.UTC().Format(room.InstantFormat) {
			rev = room.Rev(i + 1)
		}
	}
	return rev, nil
}

func (f *fake) Preview(_ context.Context, _ room.ID, req room.Request) (room.Outcome, error) {
	f.requests = append(f.requests, req)
	return f.outcome, nil
}

func (f *fake) ServeSocket(w http.ResponseWriter, _ *http.Request, id room.ID, cookie string) {
	if _, ok := w.(http.Hijacker); !ok {
		http.Error(w, "no hijacker", http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(w, "%s %s", id, cookie)
}

func (f *fake) Submit(_ context.Context, _ room.ID, req room.Request) (room.Verdict, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, req)
	if req.Malformed != nil {
		return room.Verdict{Err: req.Malformed}, nil
	}
	if req.Internal && f.err == nil && f.verdict.Err == nil {
		f.arrive(req.Ops[0])
	}
	return f.verdict, f.err
}

func (f *fake) arrive(op room.Op) {
	p := person{ID: op.ID, State: "active"}
	p.Name, _ = op.Set["name"].(string)
	side, _ := op.Set["side"].(string)
	access, _ := op.Set["access"].(string)
	p.Side, p.Access = room.Side(side), room.Access(access)
	if at := slices.IndexFunc(f.people, func(q person) bool { return q.ID == p.ID }); at >= 0 {
		f.people[at].State = p.State
		return
	}
	f.people = append(f.people, p)
}

func (f *fake) Recheck(_ context.Context, id room.ID) { f.checked = append(f.checked, id) }

// SharedSnapshot leaves it to the store.
func (f *fake) SharedSnapshot(context.Context, room.ID, room.Stream, room.ClientID, room.Rev) (room.StreamSnapshot, bool, error) {
	return room.StreamSnapshot{}, false, nil
}
