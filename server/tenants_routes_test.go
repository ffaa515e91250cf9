package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// schema is the part of the OpenAPI document's that tells where text goes.
type schema struct {
	Ref        string             `json:"$ref"`
	Type       any                `json:"type"`
	Format     string             `json:"format"`
	Enum       []any              `json:"enum"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
}

// operation is one call of the document.
type operation struct {
	method, path string
	OperationID  string `json:"operationId"`
	Parameters   []struct{ Name, In string }
	RequestBody  *struct {
		Content map[string]struct{ Schema *schema }
	}
	Responses map[string]json.RawMessage
}

// operations reads the server's own document: what is served and is not in it
// fails another test.
func (w *world) operations() (list []operation, schemas map[string]*schema) {
	w.t.Helper()
	var doc struct {
		Paths      map[string]map[string]operation
		Components struct{ Schemas map[string]*schema }
	}
	w.must("GET", "/api/openapi.json", "", "", &doc)
	for path, methods := range doc.Paths {
		for method, o := range methods {
			o.method, o.path = strings.ToUpper(method), path
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return list, doc.Components.Schemas
}

// idOf says which id a place of a call takes, by the call's path and the place's
// name: the longest that the path contains counts. Everything else that a call
// takes is in plainly; what is in neither fails the test, so a new place has to be
// thought about.
var idOf = []struct{ path, name, of string }{
	{"", "room", "room"}, {"", "portal", "portal"}, {"", "template", "template"}, {"", "workspace", "workspace"}, {"", "client", "client"},
	{"", "participant", "participant"}, {"", "calendar", "feed"}, {"", "request", "request"}, {"", "key", "portal key"}, {"", "url", "url"}, {"", "ticket", "code"},
	{"/api/v1/members", "email", "email"}, {"", "token", "link watch"}, {"", "cursor", "cursor"}, {"/links", "cursor", "link watch"},
	{"/links/{id}", "id", "link watch"}, {"/members/{id}", "id", "account"}, {"/keys/{id}", "id", "key"}, {"/sessions/{id}", "id", "account session"},
	{"/api/v1/door", "token", "link named"}, {"/api/v1/door/code", "token", "link verified"}, {"/api/v1/join", "token", "link verified"},
	{"/calendar/", "token", "feed"}, {"/updates/", "token", "subscription"}, {"/signin", "ticket", "session"}, {"/signin", "token", "session"},
	{"/signin/oidc", "parley_oidc", "session"}, {"/signin/oidc", "__Host-parley_oidc", "session"},
	{"/embed/session", "token", "signed"}, {"/mail/", "id", "session"}, {"/join/{token}", "token", "link seller"},
	{"/settings/{page}", "page", "room"}, {"/api/v1/rooms/{room}/email", "ticket", "code"},
}

// plainly are the values of what is no id.
var plainly = map[string]string{
	"name": "A name", "message": "Hello", "password": "", "code": "123456", "parent": portalOrigin, "label": "Label", "accent": "ffcc00",
	"tab": "plan", "card": "0", "country": "DE", "file": "app.js", "version": "1", "script": "v1", "email": "ann@acme.example", "before": "", "If-None-Match": "", "rev": "1", "stream": "shared", "after": "0", "from": "1", "to": "", "limit": "5", "filter": "", "q": "", "format": "",
	"maxwidth": "", "maxheight": "", "go_live": "2027-03-01", "time_zone": "UTC", "seller_company": "Northwind", "buyer_company": "Acme", "seller_weekend": "", "buyer_weekend": "",
	"seller_holidays": "", "buyer_holidays": "", "seller_country": "", "buyer_country": "", "public_key": "", "scopes": "rooms:read", "origins": portalOrigin, "role": "member",
	"kind": "HS256", "access": "viewer", "side": "buyer", "door": "open", "emails": "", "domains": "", "recipient": "", "expires_at": "", "sub": "u-9", "description": "Text",
	"weekend": "", "holidays": "", "options": "", "paused": "", "shows_progress": "", "send": "", "watch": "", "granted": "", "base": "", "seq": "", "op": "", "ops": "", "User-Agent": "Test/1",
	"next": "/settings", "shows": "mine", "state": "", "error": "access_denied", "iss": "",
}

// place is where a call takes something.
type place struct{ in, name, of string }

// placesOf lists what a call takes; of is "" for what is no id.
func placesOf(t *testing.T, o operation, schemas map[string]*schema) (out []place) {
	add := func(in, name string) {
		best, length := "", -1
		for _, e := range idOf {
			if e.name == name && strings.Contains(o.path, e.path) && len(e.path) > length {
				best, length = e.of, len(e.path)
			}
		}
		if _, known := plainly[name]; !known && length < 0 {
			t.Errorf("%s %s takes %q in its %s: say in idOf or plainly what that is", o.method, o.path, name, in)
		}
		out = append(out, place{in, name, best})
	}
	for _, p := range o.Parameters {
		add(p.In, p.Name)
	}
	if o.RequestBody == nil {
		return out
	}
	for _, content := range o.RequestBody.Content {
		s := content.Schema
		for s.Ref != "" {
			s = schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]
		}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			add("body", name)
		}
	}
	return out
}

// id is what a company has of that kind; of nobody is one that does not exist.
func (n *neighbours) id(c *company, of string) string {
	switch of {
	case "email":
		return map[*company]string{n.mine: "robin@northwind.example", n.foreign: foreignAddress, n.nowhere: "boras@southwind.example"}[c]
	case "cursor":
		return base64.RawURLEncoding.EncodeToString([]byte("0 2000-01-01 " + n.id(c, "room")))
	case "url":
		return n.url + "/s/" + n.id(c, "link watch")
	case "signed": // by my key, in the name of somebody's portal
		p := n.mine.named
		issuer, kid := n.id(c, "portal"), n.id(c, "portal key")
		return signed(n.t, jwt.SigningMethodHS256, kid, p.bytes(), p.claims(map[string]any{"iss": issuer, "room": n.id(c, "room")}), nil)
	}
	if c == n.nowhere && c.ids[of] == "" {
		c.ids[of] = uuid.NewString()
	}
	if c == n.mine && strings.HasPrefix(of, "link ") && c.token[strings.TrimPrefix(of, "link ")] != "" && of != "link watch" {
		return c.token[strings.TrimPrefix(of, "link ")]
	}
	for _, ids := range []map[string]string{c.ids, c.plan} {
		if id := ids[of]; id != "" {
			return id
		}
	}
	n.t.Fatalf("no id of a %s", of)
	return ""
}

// request makes a call with ids of whose company each place says; the second
// result are the ids that are not the caller's own.
func (n *neighbours) request(o operation, places []place, whose []*company) (*http.Request, []string) {
	n.t.Helper()
	path, query, body := o.path, url.Values{}, map[string]any{}
	header := http.Header{}
	var given []string
	for i, p := range places {
		value := plainly[p.name]
		if p.of != "" {
			value = n.id(whose[i], p.of)
			if whose[i] != n.mine {
				given = append(given, value)
			}
		}
		switch p.in {
		case "path":
			path = strings.Replace(path, "{"+p.name+"}", url.PathEscape(value), 1)
		case "query":
			if value != "" {
				query.Set(p.name, value)
			}
		case "header":
			header.Set(p.name, value)
		case "cookie":
			header.Add("Cookie", p.name+"="+value)
		case "body":
			if v := n.bodyValue(p.name, value); v != nil {
				body[p.name] = v
			}
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	r, err := http.NewRequest(o.method, n.url+path, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	if o.RequestBody != nil && o.RequestBody.Content["application/json"].Schema != nil {
		data, err := json.Marshal(body)
		if err != nil {
			n.t.Fatal(err)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
		header.Set("Content-Type", "application/json")
	} else if o.RequestBody != nil {
		header.Set("Content-Type", "multipart/form-data; boundary=b")
		form := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.csv\"\r\n\r\nTitle,Due\r\nStep,2027-01-05\r\n--b--\r\n"
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
	}
	r.Header = header
	return r, given
}

func (n *neighbours) bodyValue(name, value string) any {
	switch name {
	case "scopes", "origins":
		return []string{value}
	case "granted":
		return true
	case "paused":
		return true
	case "base":
		return 0
	case "seq":
		return 1
	case "op":
		return map[string]any{"kind": "milestone.update", "id": n.mine.plan["milestone"], "set": map[string]any{"title": "Changed"}}
	}
	if value == "" {
		return nil
	}
	return value
}

// answer is all that a caller gets, but for what is of this request alone.
type answer struct {
	status int
	whole  string // status, headers and body
	text   string // without what is made anew
}

func (n *neighbours) ask(who credential, r *http.Request, given []string) answer {
	n.t.Helper()
	if who.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+who.bearer)
	}
	if who.cookie != nil {
		r.AddCookie(who.cookie)
	}
	res, err := noRedirect.Do(r)
	if err != nil {
		n.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	a := answer{status: res.StatusCode}
	for _, name := range []string{"Date", "X-Request-Id"} {
		res.Header.Del(name)
	}
	var out strings.Builder
	fmt.Fprintln(&out, res.Status)
	_ = res.Header.WriteSubset(&out, nil) // a Builder takes everything
	out.Write(body)
	n.expectNoToken(r, out.String())
	a.text = out.String()
	for i, id := range given { // the caller knows what it asked about
		for _, form := range []string{id, url.QueryEscape(id), url.PathEscape(id)} {
			a.text = strings.ReplaceAll(a.text, form, fmt.Sprintf("<id %d>", i))
		}
	}
	if a.whole = a.text; a.status/100 == 2 {
		a.text = fresh.ReplaceAllString(a.text, "<made now>")
	}
	return a
}

// fresh is what the server makes anew for each call that succeeds.
var fresh = regexp.MustCompile(uuids.String() + `|parley_[a-z_]*[a-z2-7]{32}|\d{4}-\d\d-\d\dT[0-9:.]+Z|"(rev|size|id)":\d+|Content-Length: \d+|nonce-[\w+/=-]+`)

var noRedirect = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 10 * time.Second,
	Transport: &http.Transport{MaxIdleConnsPerHost: 8, DisableCompression: true},
}

// notAsked are calls that are not made here, with the reason.
var notAsked = map[string]string{
	"live": "the socket has a test of its own", "kept-mails": "shows the operator all mails", "kept-mail": "shows the operator a mail",
}

// told are calls that tell a foreign id from none, with the reason.
var told = map[string]string{
	"page-embed": "a browser asks for the page without saying who looks, and must learn which sites may frame it: those of the room's workspace",
}

// S06, S14, R25, R26: whoever is in one workspace, and whoever is nobody, gets for every
// id of another workspace what they get for one that does not exist: the same
// status, headers and body. No answer has an id or a text of the other one, and
// nothing there is changed. Calls, ops and frames are those of the server's own
// documents: one more of them is asked as well, or fails the test. What was secret
// in all of that is nowhere else afterwards.
func TestWhatIsOfAnotherWorkspaceIsLikeNothing(t *testing.T) {
	t.Parallel() // nothing in it is a matter of time
	n := newNeighbours(t)
	n.filled()
	list, schemas := n.operations()
	n.visitOwn(t, list, schemas)
	secrets, before := n.secrets(), n.rows()

	t.Run("calls", func(t *testing.T) { n.calls(t, list, schemas, secrets) })
	t.Run("ops", func(t *testing.T) { n.ops(t, secrets) })
	t.Run("frames", func(t *testing.T) { n.frames(t, secrets) })
	n.unchanged(before)
	t.Run("secrets", func(t *testing.T) { n.secretsAreNowhereElse(t) })
}

func (n *neighbours) calls(t *testing.T, list []operation, schemas map[string]*schema, secrets map[string]bool) {
	covered := map[string]int{}
	for _, o := range list {
		if notAsked[o.OperationID] != "" {
			continue
		}
		places := placesOf(t, o, schemas)
		for _, whose := range n.mixtures(places) {
			for _, who := range slices.Sorted(maps.Keys(n.callers)) {
				var answers [2]answer
				for i, other := range []*company{n.foreign, n.nowhere} {
					mixed := slices.Clone(whose)
					for j := range mixed {
						if mixed[j] == n.foreign {
							mixed[j] = other
						}
					}
					r, given := n.request(o, places, mixed)
					answers[i] = n.ask(n.callers[who], r, given)
					covered[o.OperationID]++
				}
				if answers[0].text != answers[1].text && told[o.OperationID] == "" {
					t.Errorf("%s %s as %s, for %s: the foreign one is answered\n%.600s\none that does not exist\n%.600s", o.method, o.path, who, n.describe(places, whose), answers[0].text, answers[1].text)
				}
				n.expectNothingForeign(t, o, who, answers[0].whole, secrets)
			}
		}
		if covered[o.OperationID] == 0 && o.method == http.MethodGet {
			for who, credential := range n.callers {
				r, _ := n.request(o, places, slices.Repeat([]*company{n.mine}, len(places)))
				n.expectNothingForeign(t, o, who, n.ask(credential, r, nil).whole, secrets)
			}
		}
	}
}

// mixtures says of whose company each place's id is: every choice of places for
// the foreign ones, with the caller's own in the others.
func (n *neighbours) mixtures(places []place) (out [][]*company) {
	var at []int
	for i, p := range places {
		if p.of != "" {
			at = append(at, i)
		}
	}
	for choice := 1; choice < 1<<len(at); choice++ {
		whose := make([]*company, len(places))
		for i := range whose {
			whose[i] = n.mine
		}
		for bit, i := range at {
			if choice&(1<<bit) != 0 {
				whose[i] = n.foreign
			}
		}
		out = append(out, whose)
	}
	return out
}

func (n *neighbours) describe(places []place, whose []*company) string {
	var names []string
	for i, c := range whose {
		if c == n.foreign {
			names = append(names, places[i].name)
		}
	}
	return strings.Join(names, " and ")
}

func (n *neighbours) expectNothingForeign(t *testing.T, o operation, who, text string, secrets map[string]bool) {
	t.Helper()
	for _, id := range uuids.FindAllString(text, -1) {
		if secrets[id] {
			t.Errorf("%s %s tells %s a foreign id, %s: %.600s", o.method, o.path, who, id, text)
			return
		}
	}
	if i := strings.Index(text, "Southwind"); i >= 0 {
		t.Errorf("%s %s tells %s …%s…", o.method, o.path, who, text[max(0, i-100):min(len(text), i+100)])
	}
}

// visitOwn has the foreign workspace read what is its own: so the ids are good
// ones, and whatever the server remembers it remembers.
func (n *neighbours) visitOwn(t *testing.T, list []operation, schemas map[string]*schema) {
	t.Helper()
	insiders := []credential{{cookie: n.foreign.owner.cookie}, {bearer: n.foreign.token["key"]}, {bearer: n.foreign.w.seller}}
	for _, o := range list {
		if o.method != http.MethodGet || notAsked[o.OperationID] != "" {
			continue
		}
		places := placesOf(t, o, schemas)
		whose, ids := make([]*company, len(places)), 0
		for i, p := range places {
			whose[i] = n.foreign
			if p.of != "" {
				ids++
			}
		}
		good := ids == 0 || slices.ContainsFunc(places, func(p place) bool { return p.name == "token" || p.name == "url" || p.of == "session" })
		for _, who := range insiders {
			r, _ := n.request(o, places, whose)
			good = n.ask(who, r, nil).status < 400 || good
		}
		if !good {
			t.Errorf("%s %s: nobody of the foreign workspace gets its own", o.method, o.path)
		}
	}
}
