package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

const foreignAddress = "boris@southwind.example"

// company is a workspace with something of everything, made as its people make
// it: ids by what they are of.
type company struct {
	w     *world // its room
	owner *seated
	shown strings.Builder // answers with tokens that are not kept otherwise
	ids   map[string]string
	token map[string]string // of links, by what they ask for
	named *portal
	plan  map[string]string // a record of each entity
}

// neighbours are two workspaces of one server. What the foreign one holds says
// Southwind wherever a text can be.
type neighbours struct {
	*world
	db            *pgxpool.Pool
	mine, foreign *company
	nowhere       *company              // has ids, and none of them is there
	callers       map[string]credential // everybody who is in at the first one
	elsewhere     *elsewhere
	tokens        map[string]string // secrets that were shown, by what they are
}

// credential is what a caller shows.
type credential struct {
	bearer string
	cookie *http.Cookie
}

func newNeighbours(t *testing.T) *neighbours {
	t.Helper()
	data := dataDirectory(t)
	e := newElsewhere(t)
	env := append([]string{databaseURL(t), "PARLEY_DATA=" + data, "PARLEY_OPS_PER_SECOND=0", "PARLEY_OWNER=" + ownerAddress, "PARLEY_SIGNUP=open"}, e.env...)
	w := &world{env: env, process: start(t, env...)}
	w.furnish()
	n := &neighbours{world: w, db: w.db(t), nowhere: &company{ids: map[string]string{}, token: map[string]string{}}, elsewhere: e, tokens: map[string]string{}}
	n.mine = n.furnishCompany(w, signIn(t, w.process, data, ownerAddress), "Northwind")

	boris := signIn(t, w.process, data, foreignAddress)
	boris.must("PATCH", "/api/v1/account", `{"name":"Boris of Southwind"}`)
	n.foreign = n.furnishCompany(&world{process: w.process}, boris, "Southwind")

	n.mine.owner.must("POST", "/api/v1/members", `{"email":"robin@northwind.example"}`)
	robin := signIn(t, w.process, data, "robin@northwind.example")
	n.callers = map[string]credential{
		"owner": {cookie: n.mine.owner.cookie}, "member": {cookie: robin.cookie}, "the configured key": {bearer: adminKey}, "a key": {bearer: n.mine.token["key"]},
		"seller": {bearer: w.seller}, "buyer": {bearer: w.buyer}, "watcher": {bearer: w.watcher()},
		"frame": {bearer: n.mine.named.enter(n.mine.named.token(nil), "").SessionToken}, "nobody": {},
	}
	n.noteTokens(data)
	return n
}

// made is what an owner gets for a call that makes something.
func (s *seated) made(path, body string) (id, token string) {
	s.t.Helper()
	status, data, _ := s.call("POST", path, body)
	var out struct{ ID, Token, Key, Secret string }
	if err := json.Unmarshal(data, &out); err != nil || status != http.StatusCreated && status != http.StatusOK {
		s.t.Fatalf("POST %s = %d %s", path, status, data)
	}
	return out.ID, out.Token + out.Key + out.Secret
}

// furnishCompany fills a workspace: a room, what leads into it, and settings.
func (n *neighbours) furnishCompany(w *world, owner *seated, name string) *company {
	c := &company{w: w, owner: owner, ids: map[string]string{"account": owner.id}, token: map[string]string{}, plan: map[string]string{}}
	if w.room == "" {
		w.room, _ = owner.made("/api/v1/rooms", fmt.Sprintf(`{"name":"%[1]s plan","buyer_company":"%[1]s buyer","seller_company":"%[1]s","template":"software-purchase","go_live":"2027-03-01","time_zone":"UTC"}`, name))
	}
	c.ids["room"] = w.room
	owner.must("PUT", "/api/v1/brand", fmt.Sprintf(`{"name":"%s Ltd","accent":"#336699"}`, name))
	_, c.token["key"] = owner.made("/api/v1/keys", `{"name":"`+name+` scripts","scopes":["rooms:read","rooms:write","links:write","embed:write","members:write","settings:write","audit:read"]}`)
	room := "/api/v1/rooms/" + w.room
	for what, body := range map[string]string{
		"seller": `{"side":"seller","access":"owner"}`, "watch": `{"side":"none"}`, "verified": `{"side":"buyer","door":"verified"}`, "named": `{"side":"buyer","door":"named","emails":["x@acme.example"]}`,
		"locked": `{"side":"buyer","password":"` + doorPassword + `"}`,
	} {
		c.ids["link "+what], c.token[what] = made(w, c.token["key"], room+"/links", body)
	}
	if w.seller == "" {
		w.seller = w.join(c.token["seller"], "Sam of "+name).SessionToken
	}
	c.ids["template"], _ = made(w, c.token["key"], room+"/template", `{"name":"`+name+` way"}`)
	c.named = &portal{w: w}
	c.named.id, _ = made(w, c.token["key"], "/api/v1/portals", `{"name":"`+name+` portal","origins":["`+portalOrigin+`"]}`)
	c.named.kid, c.named.secret = made(w, c.token["key"], "/api/v1/portals/"+c.named.id+"/keys", `{"kind":"HS256"}`)
	c.ids["portal"], c.ids["portal key"] = c.named.id, c.named.kid
	var ticket struct{ Ticket string }
	w.must("POST", "/api/v1/door/code", "", fmt.Sprintf(`{"token":%q,"email":"ann@%s.example"}`, c.token["verified"], strings.ToLower(name)), &ticket)
	c.ids["code"] = ticket.Ticket
	w.must("POST", "/api/v1/door/request", "", fmt.Sprintf(`{"token":%q,"email":"ann@%[2]s.example","name":"Ann of %[2]s"}`, c.token["named"], name), nil)
	_, page := w.visit("POST", "/s/"+c.token["watch"]+"/calendar", url.Values{})
	w.visit("POST", "/s/"+c.token["watch"]+"/updates", url.Values{"email": {"ann@acme.example"}, "every": {"daily"}})
	signed := c.named.token(nil)
	framed := c.named.enter(signed, "").SessionToken
	var handover, vouched json.RawMessage
	w.must("POST", room+"/handover", framed, `{}`, &handover)
	w.must("POST", room+"/embed-tokens", c.token["key"], `{"portal":"`+c.named.id+`","sub":"u-1","name":"Vera of `+name+`"}`, &vouched)
	_, entered := w.call("POST", "/api/v1/join", "", fmt.Sprintf(`{"token":%q,"password":%q,"name":"Lou of %s"}`, c.token["locked"], doorPassword, name))
	fmt.Fprintln(&c.shown, page, framed, string(handover), string(vouched), string(entered))
	c.write(name)
	n.lookUp(c)
	return c
}

func made(w *world, key, path, body string) (id, token string) {
	w.t.Helper()
	var out struct{ ID, Token, Secret string }
	w.must("POST", path, key, body, &out)
	return out.ID, out.Token + out.Secret
}

// write leaves a record of every entity in the plan.
func (c *company) write(name string) {
	var state struct {
		Snapshot struct {
			Entities map[string][]struct {
				ID       string
				Side     string
				From, To string
			}
		}
	}
	c.w.must("GET", "/api/v1/rooms/"+c.w.room+"/snapshot?stream=shared", c.w.seller, "", &state)
	for entity, records := range state.Snapshot.Entities {
		c.plan[entity] = records[0].ID
		c.plan[entity+" from"], c.plan[entity+" to"] = records[0].From, records[0].To
	}
	sam := newAuthor(c.w, c.w.seller, "seller", nil)
	other := newAuthor(c.w, c.w.seller, "seller", nil)
	c.ids["client"], c.ids["other client"] = sam.client, other.client
	milestone := c.plan["milestone"]
	for entity, set := range map[string]map[string]any{
		"role_slot": {"side": "seller", "label": name + " slot"}, "comment": {"body": name + " comment"},
		"task": {"milestone": milestone, "title": name + " task"}, "criterion": {"milestone": milestone, "text": name + " criterion"},
	} {
		c.plan[entity] = uuid.NewString()
		sam.do("shared", map[string]any{"kind": entity + ".add", "id": c.plan[entity], "set": set})
	}
	c.plan["date_proposal"], c.plan["baseline"] = uuid.NewString(), uuid.NewString()
	sam.do("shared", map[string]any{"kind": "date.propose", "id": c.plan["date_proposal"], "milestone": milestone, "to": "2027-02-19", "reason": name})
	rev := sam.do("shared", map[string]any{"kind": "baseline.add", "name": name + " dates"})
	sam.do("shared", map[string]any{"kind": "plan.accept", "rev": rev})
	sam.do("shared", map[string]any{"kind": "milestone.update", "id": milestone, "set": map[string]any{"title": name + " step"}})
	other.do("shared", map[string]any{"kind": "milestone.update", "id": milestone, "set": map[string]any{"description": name + " step"}})
}

// lookUp reads the ids that no call tells.
func (n *neighbours) lookUp(c *company) {
	n.t.Helper()
	for what, query := range map[string]string{
		"workspace": `select workspace_id from rooms where id = $1`, "request": `select id from access_requests where room_id = $1`,
		"feed": `select id from feeds where room_id = $1`, "subscription": `select id from subscriptions where room_id = $1`,
		"key":             `select k.id from api_keys k join rooms r using (workspace_id) where r.id = $1`,
		"account session": `select s.id from account_sessions s join rooms r using (workspace_id) where r.id = $1 limit 1`,
		"session":         `select id from sessions where room_id = $1 and participant is not null limit 1`,
		"baseline":        `select id from baselines where room_id = $1`,
	} {
		var id string
		if err := n.db.QueryRow(context.Background(), query, c.w.room).Scan(&id); err != nil {
			n.t.Fatalf("%s: %v", what, err)
		}
		c.ids[what] = id
	}
	c.plan["baseline"] = c.ids["baseline"]
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// rows are all rows of the foreign workspace as text, by table, and those of its
// people; a table that is forgotten cannot be: they come from the catalogue.
func (n *neighbours) rows() map[string]string {
	n.t.Helper()
	tables, err := n.db.Query(context.Background(), `select c.relname::text, case when c.relname = 'workspaces' then 'id' else 'workspace_id' end
		from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
		where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attname = case when c.relname = 'workspaces' then 'id' else 'workspace_id' end`)
	if err != nil {
		n.t.Fatal(err)
	}
	queries := map[string]string{"accounts": `select coalesce(string_agg(x::text, E'\n' order by x::text), '') from accounts x where id = '` + n.foreign.owner.id + `' or $1::uuid is null`}
	for tables.Next() {
		var table, column string
		if err := tables.Scan(&table, &column); err != nil {
			n.t.Fatal(err)
		}
		queries[table] = fmt.Sprintf(`select coalesce(string_agg(x::text, E'\n' order by x::text), '') from %s x where %s = $1`, table, column)
	}
	if err := tables.Err(); err != nil {
		n.t.Fatal(err)
	}
	out := map[string]string{}
	for table, query := range queries {
		var text string
		if err := n.db.QueryRow(context.Background(), query, n.foreign.ids["workspace"]).Scan(&text); err != nil {
			n.t.Fatalf("%s: %v", table, err)
		}
		out[table] = text
	}
	return out
}

// secrets are the ids that only the foreign workspace has.
func (n *neighbours) secrets() map[string]bool {
	out := map[string]bool{}
	for _, text := range n.rows() {
		for _, id := range uuids.FindAllString(text, -1) {
			out[id] = true
		}
	}
	delete(out, n.foreign.owner.id) // an account is of no workspace
	return out
}

// unchanged fails where a row of the foreign workspace is another than before.
func (n *neighbours) unchanged(before map[string]string) {
	n.t.Helper()
	after := n.rows()
	for _, table := range slices.Sorted(maps.Keys(before)) {
		was, is := strings.Split(before[table], "\n"), strings.Split(after[table], "\n")
		for _, row := range was {
			if !slices.Contains(is, row) {
				n.t.Errorf("gone from %s of the foreign workspace: %s", table, row)
			}
		}
		for _, row := range is {
			tried := table == "audit_events" && strings.Contains(row, "a portal's token: token signature is invalid")
			if !slices.Contains(was, row) && !tried { // a company is told who forges its portal's tokens
				n.t.Errorf("new in %s of the foreign workspace: %s", table, row)
			}
		}
	}
}

// filled fails unless the foreign workspace has rows in all tables: what is
// not there cannot be given away.
func (n *neighbours) filled() {
	n.t.Helper()
	for table, text := range n.rows() {
		if text == "" {
			n.t.Errorf("the foreign workspace has nothing in %s", table)
		}
	}
}
