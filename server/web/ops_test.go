package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/room"
)

func TestAnOpReachesTheHubAsItsSender(t *testing.T) {
	a := newApp(t)
	body := `{"client":"` + string(clientID) + `","stream":"shared","seq":4,"base":2,"op":{"kind":"milestone.reopen","id":"` + string(priya) + `"}}`

	got := a.post("/api/v1/rooms/"+string(roomA)+"/ops", as("marc"), body).ok(http.StatusOK)

	if got["rev"] != json.Number("7") {
		t.Errorf("rev = %v, want 7", got["rev"])
	}
	want := room.Request{
		Member: a.fake.grants["marc"].Member, Session: a.fake.grants["marc"].Session, Client: clientID,
		Stream: room.Shared, Seq: 4, Base: 2, Ops: []room.Op{{Kind: room.KindMilestoneReopen, ID: priya}},
	}
	if diff := cmp.Diff(want, a.fake.requests[0]); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}

	body = strings.Replace(body, `"base":2,"op":`, `"ops":[`, 1)
	a.post("/api/v1/rooms/"+string(roomA)+"/ops", as(adminKey), body[:len(body)-1]+"]}").ok(http.StatusOK)
	if r := a.fake.requests[1]; !r.Group || r.Base != newest || r.Member.ID != "" || r.Session != "" || r.Member.Access != room.Owner || r.Internal {
		t.Errorf("the group of the workspace's key = %+v", r)
	}
}

func TestABadOpIsRefusedByField(t *testing.T) {
	a := newApp(t)
	const op = `"op":{"kind":"milestone.reopen","id":"20000000-0000-4000-8000-000000000001"}`
	head := `"client":"` + string(clientID) + `","stream":"shared","seq":1`
	cases := map[string]struct{ body, field string }{
		"no client":              {`{"stream":"shared","seq":1,` + op + `}`, "client"},
		"a client that is none":  {`{"client":"me","stream":"shared","seq":1,` + op + `}`, "client"},
		"no stream":              {`{"client":"` + string(clientID) + `","seq":1,` + op + `}`, "stream"},
		"a stream nobody has":    {`{"client":"` + string(clientID) + `","stream":"partner","seq":1,` + op + `}`, "stream"},
		"no seq":                 {`{"client":"` + string(clientID) + `","stream":"shared",` + op + `}`, "seq"},
		"seq 0":                  {`{"client":"` + string(clientID) + `","stream":"shared","seq":0,` + op + `}`, "seq"},
		"a broken seq":           {`{"client":"` + string(clientID) + `","stream":"shared","seq":1.5,` + op + `}`, "seq"},
		"seq as a text":          {`{"client":"` + string(clientID) + `","stream":"shared","seq":"1",` + op + `}`, "seq"},
		"a base below 0":         {`{` + head + `,"base":-1,` + op + `}`, "base"},
		"a key nobody knows":     {`{` + head + `,"by":"x",` + op + `}`, "by"},
		"a key of another case":  {`{` + head + `,"Base":1,` + op + `}`, "Base"},
		"a key twice":            {`{` + head + `,"seq":2,` + op + `}`, "seq"},
		"an op nobody knows":     {`{` + head + `,"op":{"kind":"milestone.explode"}}`, "op.kind"},
		"a kind of the server's": {`{` + head + `,"op":{"kind":"participant.join","id":"20000000-0000-4000-8000-000000000001","set":{}}}`, "op.kind"},
		"not an object":          {`[]`, ""},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a.post("/api/v1/rooms/"+string(roomA)+"/ops", as("marc"), c.body).refused(422, "invalid", c.field)
		})
	}
	for _, r := range a.fake.requests {
		if r.Malformed == nil || r.Seq != 1 {
			t.Errorf("a bad op reached the hub as %+v", r)
		}
	}
	if len(a.fake.requests) != 2 {
		t.Errorf("%d bad ops used up their seq, want those two whose seq could be read", len(a.fake.requests))
	}
}

// I11: nobody writes, or asks about, what it cannot see.
func TestOpsOnAHiddenStreamAreForbidden(t *testing.T) {
	a := newApp(t)
	body := `{"client":"` + string(clientID) + `","stream":"seller","seq":1,"op":{"kind":"milestone.reopen","id":"` + string(priya) + `"}}`

	for _, call := range []string{"/ops", "/preview"} {
		a.post("/api/v1/rooms/"+string(roomA)+call, as("marc"), body).refused(403, "forbidden", "stream")
		a.post("/api/v1/rooms/"+string(roomA)+call, as("watcher"), strings.Replace(body, "seller", "shared", 1)).refused(403, "forbidden", "")
	}
	if len(a.fake.requests) != 0 {
		t.Errorf("%d of them went through", len(a.fake.requests))
	}
}

func TestAPreviewShowsWhatItsReaderMaySee(t *testing.T) {
	a := newApp(t)
	a.fake.outcome = room.Outcome{
		Changes: map[room.Stream][]room.Change{
			room.Shared: {{Entity: room.RoomEntity, ID: "10000000-0000-4000-8000-00000000000a", Set: room.Fields{"name": "New"}, Was: room.Fields{"name": nil}}},
			room.Seller: {{Entity: room.RoomEntity, ID: "10000000-0000-4000-8000-00000000000a", Set: room.Fields{"amount": "1.00"}}},
		},
		Over: map[string]room.Over{"name": {By: new(priya), Rev: 3, Value: "Old"}},
	}
	body := `{"stream":"shared","op":{"kind":"milestone.reopen","id":"` + string(priya) + `"}}`

	for who, want := range map[string]int{"marc": 1, "priya": 2} {
		got := a.post("/api/v1/rooms/"+string(roomA)+"/preview", as(who), body).ok(http.StatusOK)
		if n := len(got["streams"].([]any)); n != want {
			t.Errorf("%s sees %d streams change, want %d", who, n, want)
		}
	}
}
