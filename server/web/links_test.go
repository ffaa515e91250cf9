package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/room"
)

func TestLinksAreMadeListedAndRevoked(t *testing.T) {
	a := newApp(t)
	links := "/api/v1/rooms/" + string(roomA) + "/links"

	made := a.post(links, as("priya"), `{"side":"buyer","access":"contributor","expires_at":"2199-01-01T00:00:00Z"}`).ok(http.StatusCreated)
	token := made["token"].(string)
	if want := "http://127.0.0.1:8080/join/" + token; made["url"] != want {
		t.Errorf("url = %v, want %s", made["url"], want)
	}
	watch := a.post(links, as("priya"), `{"side":"none"}`).ok(http.StatusCreated)
	if watch["access"] != "viewer" || !strings.Contains(watch["url"].(string), "/s/") {
		t.Errorf("watcher link = %v", watch)
	}

	list := a.get(links, as("priya"))
	if n := len(list.ok(http.StatusOK)["links"].([]any)); n != 2 {
		t.Errorf("%d links, want 2", n)
	}
	if strings.Contains(list.Body.String(), "parley_") {
		t.Errorf("the list shows tokens: %s", list.Body)
	}

	if got := a.do("DELETE", "/api/v1/links/"+made["id"].(string), as("priya"), ""); got.Code != http.StatusNoContent {
		t.Fatalf("revoke: %d %s", got.Code, got.Body)
	}
	if len(a.fake.checked) != 1 || a.fake.checked[0] != roomA {
		t.Errorf("rechecked %v, want %s", a.fake.checked, roomA)
	}
	a.post("/api/v1/join", nil, `{"token":"`+token+`"}`).refused(404, "gone", "")
	if got := a.do("DELETE", "/api/v1/links/"+watch["id"].(string), as(adminKey), ""); got.Code != http.StatusNoContent {
		t.Errorf("revoke with the workspace's key: %d", got.Code)
	}
}

func TestABadLinkIsRefusedByField(t *testing.T) {
	a := newApp(t)
	links := "/api/v1/rooms/" + string(roomA) + "/links"
	cases := map[string]struct{ body, field string }{
		"no side":                   {`{}`, "side"},
		"a side nobody is on":       {`{"side":"both"}`, "side"},
		"an access nobody has":      {`{"side":"buyer","access":"god"}`, "access"},
		"a watcher who edits":       {`{"side":"none","access":"editor"}`, "access"},
		"an end in the past":        {`{"side":"buyer","expires_at":"2020-01-01T00:00:00Z"}`, "expires_at"},
		"an end that is no time":    {`{"side":"buyer","expires_at":"tomorrow"}`, "expires_at"},
		"a short password":          {`{"side":"buyer","password":"abc"}`, "password"},
		"a list nobody is asked of": {`{"side":"buyer","domains":["acme.com"]}`, "domains"},
		"nobody on the list":        {`{"side":"buyer","door":"named"}`, "emails"},
		"no address":                {`{"side":"buyer","door":"named","emails":["Dana"]}`, "emails"},
		"no domain":                 {`{"side":"buyer","door":"named","domains":["acme"]}`, "domains"},
		"no such door":              {`{"side":"buyer","door":"shut"}`, "door"},
		"sent to nobody":            {`{"side":"buyer","send":true}`, "recipient"},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) { a.post(links, as("priya"), c.body).refused(422, "invalid", c.field) })
	}
	if len(a.fake.links) != 0 {
		t.Errorf("%d of them were made", len(a.fake.links))
	}
}

func TestOnlyOwnersManageLinks(t *testing.T) {
	a := newApp(t)
	links := "/api/v1/rooms/" + string(roomA) + "/links"
	editor := a.fake.grants["marc"]
	editor.Member.Access = room.Editor
	a.fake.grants["editor"] = editor
	seller := a.post(links, as("priya"), `{"side":"seller"}`).ok(http.StatusCreated)

	for _, who := range []string{"editor", "watcher"} {
		a.post(links, as(who), `{"side":"buyer"}`).refused(403, "forbidden", "")
		a.get(links, as(who)).refused(403, "forbidden", "")
		a.do("DELETE", "/api/v1/links/"+seller["id"].(string), as(who), "").refused(403, "forbidden", "")
	}

	a.post(links, as("marc"), `{"side":"seller"}`).refused(403, "forbidden", "side")
	a.post(links, as("marc"), `{"side":"buyer"}`).ok(http.StatusCreated)
	if n := len(a.get(links, as("marc")).ok(http.StatusOK)["links"].([]any)); n != 1 {
		t.Errorf("the buyer's owner sees %d links, want its own only", n)
	}
	a.do("DELETE", "/api/v1/links/"+seller["id"].(string), as("marc"), "").refused(404, "gone", "")
	a.do("DELETE", "/api/v1/links/"+seller["id"].(string), as("stranger"), "").refused(404, "gone", "")
	a.do("DELETE", "/api/v1/links/"+seller["id"].(string), nil, "").refused(401, "unauthorized", "")
}

func TestJoinByASideLink(t *testing.T) {
	a := newApp(t)
	token := a.post("/api/v1/rooms/"+string(roomA)+"/links", as("priya"), `{"side":"buyer","access":"editor"}`).ok(201)["token"].(string)

	plain := a.post("/api/v1/join", nil, `{"token":"`+token+`"}`)
	if got := plain.ok(http.StatusOK); got["me"] != nil || got["room"] != string(roomA) {
		t.Errorf("without a name = %v", got)
	}

	named := a.post("/api/v1/join", nil, `{"token":"`+token+`","name":" Dana Kim ","email":"Dana@acme.example"}`)
	dana := named.ok(http.StatusOK)["me"].(map[string]any)
	if dana["name"] != "Dana Kim" || dana["side"] != "buyer" || dana["access"] != "editor" {
		t.Errorf("me = %v", dana)
	}
	cookie := named.Result().Cookies()[0]
	if cookie.Name != sessionCookie || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure || cookie.Value != named.json()["session_token"] {
		t.Errorf("cookie = %+v", cookie)
	}
	if r := a.fake.requests[0]; !r.Internal || r.Ops[0].Kind != room.KindJoin || r.Ops[0].Set["email"] != "dana@acme.example" {
		t.Errorf("request = %+v", r)
	}

	eve := a.post("/api/v1/join", nil, `{"token":"`+token+`","name":"Dana","email":"dana@acme.example"}`).ok(200)["me"].(map[string]any)
	session := a.post("/api/v1/join", as(named.json()["session_token"].(string)), `{"token":"`+token+`","name":"D."}`).ok(200)["me"].(map[string]any)
	other := a.post("/api/v1/join", nil, `{"token":"`+token+`","name":"Dana Kim"}`).ok(200)["me"].(map[string]any)
	if session["id"] != dana["id"] {
		t.Errorf("joining again with the session made %v, want %v", session["id"], dana["id"])
	}
	if eve["id"] == dana["id"] {
		t.Error("typing somebody's address made their person")
	}
	if other["id"] == dana["id"] {
		t.Error("somebody with the same name became the same person")
	}
}

// A link lets a team in at once, and no script fill the room.
func TestArrivalsAreBounded(t *testing.T) {
	a := newAppWith(t, 50)
	token := a.post("/api/v1/rooms/"+string(roomA)+"/links", as("priya"), `{"side":"buyer","access":"viewer"}`).ok(201)["token"].(string)
	for i := range arrivalsBurst {
		a.post("/api/v1/join", nil, fmt.Sprintf(`{"token":"%s","name":"Guest %d"}`, token, i)).ok(http.StatusOK)
	}

	refused := a.post("/api/v1/join", nil, `{"token":"`+token+`","name":"One too many"}`)

	if refused.Code != http.StatusTooManyRequests || refused.Header().Get("Retry-After") == "" {
		t.Errorf("one more = %d, Retry-After %q", refused.Code, refused.Header().Get("Retry-After"))
	}
	a.post("/api/v1/join", nil, `{"token":"`+token+`"}`).ok(http.StatusOK) // reading goes on
}

func TestPersonalAndWatcherLinks(t *testing.T) {
	a := newApp(t)
	a.fake.links["parley_marc"] = room.Link{ID: "40000000-0000-4000-8000-0000000000aa", Workspace: workspaceA, Room: roomA, Side: room.SideBuyer, Access: room.Owner, Participant: marc}
	a.fake.links["parley_watch"] = room.Link{ID: "40000000-0000-4000-8000-0000000000bb", Workspace: workspaceA, Room: roomA, Side: room.NoSide, Access: room.Viewer}

	if got := a.post("/api/v1/join", nil, `{"token":"parley_marc"}`).ok(200)["me"].(map[string]any); got["name"] != "Marc Olsen" {
		t.Errorf("me = %v", got)
	}
	watch := a.post("/api/v1/join", nil, `{"token":"parley_watch","name":"Eve"}`)
	if watch.ok(200)["me"] != nil || len(watch.Result().Cookies()) != 0 {
		t.Errorf("watcher = %v, cookies %v", watch.json(), watch.Result().Cookies())
	}
	if len(a.fake.requests) != 0 {
		t.Errorf("a known person and a watcher wrote %d ops", len(a.fake.requests))
	}
}

func TestABadJoinIsRefusedByField(t *testing.T) {
	a := newApp(t)
	cases := map[string]struct{ body, field string }{
		"no token":                  {`{"name":"Eve"}`, "token"},
		"an empty name":             {`{"token":"t","name":""}`, "name"},
		"an address that is none":   {`{"token":"t","name":"Eve","email":"eve"}`, "email"},
		"an address with a name":    {`{"token":"t","name":"Eve","email":"Eve <eve@x.example>"}`, "email"},
		"an address without a name": {`{"token":"t","email":"eve@x.example"}`, "name"},
		"a ticket that is none":     {`{"token":"t","ticket":"1"}`, "ticket"},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) { a.post("/api/v1/join", nil, c.body).refused(422, "invalid", c.field) })
	}
}

// Nobody gets a link that opens the room as somebody who is in it.
func TestAPersonalLinkIsForWhoIsNotInYet(t *testing.T) {
	a := newApp(t)
	links := "/api/v1/rooms/" + string(roomA) + "/links"
	lena := room.RecordID("20000000-0000-4000-8000-000000000009")
	a.fake.people = append(a.fake.people,
		person{ID: lena, Name: "Lena Fischer", Side: room.SideBuyer, Access: room.Commenter, State: "invited"})

	made := a.post(links, as("priya"), `{"side":"buyer","participant":"`+string(lena)+`"}`).ok(http.StatusCreated)
	if made["participant"] != string(lena) {
		t.Errorf("participant = %v, want %s", made["participant"], lena)
	}
	a.post(links, as("priya"), `{"side":"seller","participant":"`+string(lena)+`"}`).refused(422, "invalid", "side")
	a.post(links, as("priya"), `{"side":"buyer","participant":"`+string(marc)+`"}`).refused(409, "conflict", "participant")
	a.post(links, as("priya"), `{"side":"buyer","participant":"20000000-0000-4000-8000-00000000000f"}`).refused(422, "invalid", "participant")
}

// Who came in by a personal link is in: their side stays, and no second link
// opens the room as them.
func TestAPersonalLinkLetsItsPersonIn(t *testing.T) {
	a := newApp(t)
	lena := room.RecordID("20000000-0000-4000-8000-000000000009")
	a.fake.people = append(a.fake.people,
		person{ID: lena, Name: "Lena Fischer", Side: room.SideBuyer, Access: room.Commenter, State: "added"})
	body := `{"side":"buyer","participant":"` + string(lena) + `"}`
	made := a.post("/api/v1/rooms/"+string(roomA)+"/links", as("priya"), body).ok(http.StatusCreated)

	for range 2 { // again on another device
		if me := a.post("/api/v1/join", nil, `{"token":"`+made["token"].(string)+`"}`).ok(200)["me"].(map[string]any); me["id"] != string(lena) {
			t.Errorf("me = %v", me)
		}
	}

	if len(a.fake.requests) != 1 {
		t.Fatalf("%d ops, want one: she came in once", len(a.fake.requests))
	}
	if r := a.fake.requests[0]; !r.Internal || r.Ops[0].Kind != room.KindJoin || r.Ops[0].ID != lena || r.Member.Side != room.SideBuyer {
		t.Errorf("request = %+v", r)
	}
	a.post("/api/v1/rooms/"+string(roomA)+"/links", as("priya"), body).refused(409, "conflict", "participant")
}
