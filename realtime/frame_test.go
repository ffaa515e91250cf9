package realtime

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/room"
)

var update = flag.Bool("update", false, "write testdata/frames from the encoders")

// example is a file of testdata/frames.
type example struct {
	Direction string          `json:"direction"`
	Frame     json.RawMessage `json:"frame"`
}

const (
	exampleRoom   = "0b9d3f52-6a37-4c4e-9a53-0d6f5f0a9e11"
	exampleClient = "5f0c2f0e-8a55-4b43-a4ef-9b8f6a1f1a10"
	exampleMarc   = "8d1f4f8e-2a57-4a5c-b0b6-2f1d6f0c7a22"
	examplePriya  = "1c7e9a54-7f0b-4f6a-8a33-64f1f6f3b0c1"
	exampleTask   = "c2b6a3de-55a1-4d58-9a1e-7f1e0b8c9d33"
)

// exampleCommit is a commit as the log holds it.
const exampleCommit = `{"rev":42,"client":"` + exampleClient + `","seq":8,"by":"` + exampleMarc + `","at":"2026-05-04T09:30:01.000200Z",` +
	`"kind":"milestone.update","changes":[{"entity":"milestone","id":"` + exampleTask + `","set":{"due":"2026-06-01"},"was":{"due":"2026-05-20"}}],` +
	`"over":{"due":{"by":"` + examplePriya + `","rev":40,"value":"2026-05-20"}}}`

const exampleTwin = `{"rev":43,"by":null,"at":"2026-05-04T09:30:02.000000Z","kind":"milestone.update","changes":[]}`

const exampleSnapshot = `{"entities":{"phase":[{"id":"` + exampleTask + `","name":"Évaluation & <test>","pos":"a0"}]}}`

func exampleVisitor() *visitor {
	return &visitor{session: "uT3bq0mYc1Jw5xZp", participant: exampleMarc, home: 2,
		since: time.Date(2026, 5, 4, 9, 29, 58, 0, time.UTC), state: visitorState{
			name: "Marc Olsen", side: room.SideBuyer, editing: true, draft: "1 Ju", view: "plan",
			focus: focus{Entity: room.Milestone, ID: exampleTask, Field: "due"},
		}}
}

// serverFrames holds one of every frame that the server sends.
func serverFrames() map[string][]byte {
	v := exampleVisitor()
	list := []presenceEntry{v.entry(0)}
	busy := room.Errorf(room.Busy, "more ops than the allowance; send it again a little later")
	busy.RetryMS = 160
	invalid := room.FieldErrorf(room.Invalid, "op.set.due", "the due date is not a date; use YYYY-MM-DD")
	conflict := room.FieldErrorf(room.Conflict, "op.id", "2 criteria are not met")
	conflict.Current = []any{"Pen test passed", "DPA signed"}
	return map[string][]byte{
		"welcome": welcomeFrame(welcome{
			session: v.session, now: "2026-05-04T09:30:00.123456Z", here: mustJSON(list), watch: 2, count: 1,
			me: &me{ID: exampleMarc, Name: "Marc Olsen", Side: room.SideBuyer, Access: room.Editor},
			streams: []entry{
				{stream: room.Shared, epoch: "1.1", rev: 41, seq: 7, resumed: true},
				{stream: room.Buyer, epoch: "1.1", rev: 3, snapshot: json.RawMessage(exampleSnapshot)},
			},
		}),
		"welcome-watcher": welcomeFrame(welcome{
			session: "mVq2b1o0Xc9Kz7Lr", now: "2026-05-04T09:30:00.123456Z", here: []byte("[]"), watch: 1,
			streams: []entry{{stream: room.Shared, epoch: "1.1", rev: 900, url: snapshotURL(exampleRoom, room.StreamSnapshot{Stream: room.Shared, Rev: 900}, exampleClient)}},
		}),
		"joined-snapshot": joinedFrame(entry{stream: room.Shared, epoch: "2.1", rev: 12, seq: 3, snapshot: json.RawMessage(exampleSnapshot)}),
		"joined-resumed":  joinedFrame(entry{stream: room.Shared, epoch: "1.1", rev: 41, seq: 8, resumed: true}),
		"joined-url":      joinedFrame(entry{stream: room.Shared, epoch: "1.1", rev: 900, seq: 8, url: snapshotURL(exampleRoom, room.StreamSnapshot{Stream: room.Shared, Rev: 900}, exampleClient)}),
		"commits": newBatch(room.Shared, "1.1", 42, []json.RawMessage{
			json.RawMessage(exampleCommit), json.RawMessage(exampleTwin)}).frame,
		"ack":             ackFrame(room.Shared, 8, 42),
		"reject-invalid":  rejectFrame(room.Shared, 9, invalid),
		"reject-conflict": rejectFrame(room.Shared, 10, conflict),
		"reject-busy":     rejectFrame(room.Shared, 11, busy),
		"presence":        presenceBytes(list, nil, []string{"mVq2b1o0Xc9Kz7Lr"}, 2, 1),
		"presence-update": presenceBytes(nil, list, nil, 0, 1),
		"resync":          resyncFrame(room.Shared, 900, whySlow),
		"pong":            pongFrame(7, []streamRev{{room.Shared, 42}, {room.Buyer, 3}}),
		"bye":             byeFrame(byeRestart, 1250),
		"bye-revoked":     byeFrame(byeRevoked, 0),
		"error-bad-frame": errorFrame(fault{Code: badFrame, Message: "t is not the name of a frame", Fatal: true}),
		"error-seq-gap":   gapFrame(room.Shared, 12, 11),
	}
}

func TestServerFramesAreAsInTheExamples(t *testing.T) { // P1
	for name, frame := range serverFrames() {
		path := filepath.Join("testdata", "frames", "server-"+name+".json")
		if *update {
			writeExample(t, path, frame)
		}
		got := readExample(t, path)
		if got.Direction != "server" || string(compact(t, got.Frame)) != string(frame) {
			t.Errorf("%s: encoded %s, the example has %s", name, frame, compact(t, got.Frame))
		}
	}
	for _, path := range examples(t, "server-") {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "server-"), ".json")
		if serverFrames()[name] == nil {
			t.Errorf("%s is of no frame", path)
		}
	}
}

func writeExample(t *testing.T, path string, frame []byte) {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(`{"direction":"server","frame":`+string(frame)+`}`), "", "  "); err != nil {
		t.Fatalf("%s: %v", frame, err)
	}
	out.WriteByte('\n')
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readExample(t *testing.T, path string) (e example) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return e
}

func examples(t *testing.T, prefix string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "frames", prefix+"*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	return paths
}

func compact(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, data); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// clientFrames says what the examples of a client's frames decode to.
var clientFrames = map[string]any{
	"hello": helloFrame{client: exampleClient, token: "parley_mfrggzdfmztwq2lkmfrggzdfmztwq2lk", streams: 1,
		resume: [3]position{{set: true, epoch: "1.1", rev: 41}}},
	"hello-first": helloFrame{client: exampleClient},
	"op": opFrame{stream: room.Shared, seq: 8, base: 41, ops: []room.Op{{Kind: "milestone.update", ID: exampleTask,
		Set: room.Fields{"due": "2026-06-01"}}}},
	"ops": opFrame{stream: room.Seller, seq: 1, base: 3, group: true, ops: []room.Op{
		{Kind: "task.complete", ID: exampleTask},
		{Kind: "milestone.move", ID: exampleTask, Place: room.Place{Set: true, First: true}}}},
	"join":           joinFrame{stream: room.Shared, at: position{set: true, epoch: "1.1", rev: 60}},
	"join-snapshot":  joinFrame{stream: room.Shared, at: position{epoch: "1.1"}},
	"presence":       presenceFrame{focus: focus{Entity: room.Milestone, ID: exampleTask, Field: "due"}, editing: true, draft: "1 Ju", view: "plan"},
	"presence-clear": presenceFrame{view: "plan"},
	"ping":           pingFrame{n: 1},
}

func TestClientFramesDecode(t *testing.T) { // P1
	seen := map[string]bool{}
	for _, path := range examples(t, "client-") {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "client-"), ".json")
		seen[name] = true
		e := readExample(t, path)

		got, refusal := decodeFrame(e.Frame)

		if refusal != nil || e.Direction != "client" || !reflect.DeepEqual(got, clientFrames[name]) {
			t.Errorf("%s: got %+v (%v), want %+v", name, got, refusal, clientFrames[name])
		}
	}
	for name := range clientFrames {
		if !seen[name] {
			t.Errorf("there is no example of %s", name)
		}
	}
}

// A refused frame ends the socket; a refused op does not.
func TestMalformedFramesAreRefused(t *testing.T) { // P5, P12
	id := exampleTask
	tests := map[string]struct {
		frame string
		op    string // the field that refuses the op; "" when the frame is refused
	}{
		"nothing":                      {frame: ``},
		"no object":                    {frame: `[]`},
		"cut short":                    {frame: `{"t":"ping","n":1`},
		"cut short in an op":           {frame: `{"t":"op","stream":"shared","seq":1,"op":{"kind":"task.add"`},
		"two values":                   {frame: `{"t":"ping","n":1}{}`},
		"no name":                      {frame: `{"n":1}`},
		"unknown name":                 {frame: `{"t":"admin"}`},
		"name in another case":         {frame: `{"T":"ping","n":1}`},
		"member in another case":       {frame: `{"t":"ping","n":1,"N":2}`},
		"unknown member":               {frame: `{"t":"ping","n":1,"x":2}`},
		"doubled member":               {frame: `{"t":"ping","n":1,"n":2}`},
		"number as text":               {frame: `{"t":"ping","n":"1"}`},
		"fraction":                     {frame: `{"t":"ping","n":1.5}`},
		"exponent":                     {frame: `{"t":"ping","n":1e3}`},
		"negative":                     {frame: `{"t":"ping","n":-1}`},
		"beyond what JavaScript keeps": {frame: `{"t":"ping","n":9007199254740992}`},
		"invalid UTF-8":                {frame: "{\"t\":\"ping\",\"n\":1,\"x\":\"\xff\"}"},
		"NUL outside an op":            {frame: `{"t":"presence","draft":"a\u0000"}`},
		"lone surrogate":               {frame: `{"t":"presence","draft":"\ud800"}`},
		"too deep":                     {frame: `{"t":"presence","focus":` + strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40) + `}`},
		"hello of another version":     {frame: `{"t":"hello","v":2,"client":"` + exampleClient + `"}`},
		"hello without client":         {frame: `{"t":"hello","v":1}`},
		"hello with a shouted client":  {frame: `{"t":"hello","v":1,"client":"` + strings.ToUpper(exampleClient) + `"}`},
		"hello for unknown stream":     {frame: `{"t":"hello","v":1,"client":"` + exampleClient + `","streams":{"admin":{}}}`},
		"hello with odd position":      {frame: `{"t":"hello","v":1,"client":"` + exampleClient + `","streams":{"shared":{"rev":1,"Rev":2}}}`},
		"join of unknown stream":       {frame: `{"t":"join","stream":"admin"}`},
		"draft of 141 characters":      {frame: `{"t":"presence","draft":"` + strings.Repeat("é", 141) + `"}`},
		"view that is an id":           {frame: `{"t":"presence","view":"` + id + `"}`},
		"focus without id":             {frame: `{"t":"presence","focus":{"entity":"task"}}`},
		"focus on unknown entity":      {frame: `{"t":"presence","focus":{"entity":"user","id":"` + id + `"}}`},
		"op with seq 0":                {frame: `{"t":"op","stream":"shared","seq":0,"op":{"kind":"task.complete","id":"` + id + `"}}`},
		"op with doubled seq":          {frame: `{"t":"op","stream":"shared","seq":1,"seq":2,"op":{"kind":"task.complete","id":"` + id + `"}}`},
		"op of unknown stream":         {frame: `{"t":"op","stream":"x","seq":1,"op":{"kind":"task.complete","id":"` + id + `"}}`},

		"op missing":                {frame: `{"t":"op","stream":"shared","seq":1}`, op: "op"},
		"op of unknown kind":        {frame: `{"t":"op","stream":"shared","seq":1,"op":{"kind":"room.drop"}}`, op: "op.kind"},
		"op with doubled key":       {frame: `{"t":"op","stream":"shared","seq":1,"op":{"kind":"task.complete","kind":"x","id":"` + id + `"}}`, op: "op.kind"},
		"op with key in other case": {frame: `{"t":"op","stream":"shared","seq":1,"op":{"kind":"task.complete","ID":"` + id + `"}}`, op: "op.ID"},
		"op with NUL in a title":    {frame: `{"t":"op","stream":"shared","seq":1,"op":{"kind":"task.update","id":"` + id + `","set":{"title":"a\u0000"}}}`, op: "op.set.title"},
		"op with lone surrogate":    {frame: `{"op":{"kind":"task.update","id":"` + id + `","set":{"title":"\udc00"}},"t":"op","stream":"shared","seq":1}`, op: "op.set.title"},
		"group with a bad member":   {frame: `{"t":"op","stream":"shared","seq":1,"ops":[{"kind":"task.complete","id":"` + id + `"},{"kind":"no"}]}`, op: "ops[1].kind"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, refusal := decodeFrame([]byte(tt.frame))

			if tt.op == "" {
				if refusal == nil {
					t.Fatalf("decoded to %+v", got)
				}
				if refusal.Message == "" {
					t.Error("the refusal says nothing")
				}
				return
			}
			op, ok := got.(opFrame)
			if !ok || op.err == nil || op.err.Field != tt.op || op.seq != 1 {
				t.Fatalf("got %+v (%v), want an op refused at %s", got, refusal, tt.op)
			}
		})
	}
}

func FuzzDecodeFrame(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join("testdata", "frames", "client-*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		var e example
		if err := json.Unmarshal(data, &e); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(e.Frame))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, refusal := decodeFrame(data)
		if (frame == nil) == (refusal == nil) && refusal == nil {
			t.Fatalf("neither a frame nor a refusal for %q", data)
		}
		if op, ok := frame.(opFrame); ok && refusal == nil && (op.seq < 1 || streamIndex(op.stream) < 0) {
			t.Fatalf("decoded %q to %+v", data, op)
		}
	})
}
