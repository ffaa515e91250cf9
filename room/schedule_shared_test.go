package room

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// scheduled is one case of testdata/schedule: what follows from a plan on one
// day, for one audience. The TypeScript tests read the same files.
type scheduled struct {
	Name     string                     `json:"name"`
	Today    string                     `json:"today"`
	Streams  map[Stream]json.RawMessage `json:"streams"`
	Schedule Schedule                   `json:"schedule"`
}

// Each case begins with the chain A → B → C → go-live on 19 June, on a day in
// that summer, and changes it by ops of Sam's on the shared stream.
var schedules = map[string]struct {
	today   string // in June; 01 unless said
	ops     string
	private string // ops of Sam's on the seller's stream
	agreed  string // days in June agreed for A, B, C, go-live: "01 08 15 19"
	goLive  string // the day in June agreed for go-live, whichever milestone that was
	side    Stream // the reader's own, "" for none
}{
	"as planned":                           {today: "2026-05-20"},
	"the day work has to begin":            {today: "2026-06-09"},
	"a milestone is late":                  {today: "2026-06-03"},
	"late, and go-live with it":            {today: "2026-06-17"},
	"in progress and late":                 {today: "2026-06-10", ops: `[{"kind":"milestone.complete","id":"A"},{"kind":"milestone.update","id":"B","set":{"status":"in_progress"}}]`},
	"in progress too long":                 {today: "2026-06-18", ops: `[{"kind":"milestone.complete","id":"A"},{"kind":"milestone.update","id":"B","set":{"status":"in_progress"}}]`},
	"blocked, with time":                   {ops: `{"kind":"milestone.update","id":"B","set":{"status":"blocked","blocked_reason":"No number"}}`},
	"blocked, and drives go-live":          {today: "2026-06-12", ops: `{"kind":"milestone.update","id":"C","set":{"status":"blocked","blocked_reason":"No number"}}`},
	"no day to spare":                      {ops: `{"kind":"milestone.update","id":"C","set":{"due":"2026-06-19"}}`},
	"one day to spare":                     {ops: `{"kind":"milestone.update","id":"C","set":{"due":"2026-06-18"}}`},
	"two days to spare":                    {ops: `{"kind":"milestone.update","id":"C","set":{"due":"2026-06-17"}}`},
	"dates that do not fit together":       {ops: `{"kind":"milestone.update","id":"C","set":{"due":"2026-06-24"}}`},
	"a lag that is too long":               {ops: `[{"kind":"dependency.remove","id":"CL"},{"kind":"dependency.add","id":"AP","set":{"from":"C","to":"LIVE","lag_days":10}}]`},
	"a lag backwards":                      {ops: `[{"kind":"dependency.remove","id":"CL"},{"kind":"dependency.add","id":"AP","set":{"from":"C","to":"LIVE","lag_days":-2}}]`},
	"a link that is not required":          {today: "2026-06-17", ops: `[{"kind":"dependency.remove","id":"CL"},{"kind":"dependency.add","id":"AP","set":{"from":"C","to":"LIVE","required":false}}]`},
	"what is not needed is not waited for": {today: "2026-06-10", ops: `{"kind":"milestone.update","id":"B","set":{"status":"cancelled"}}`},
	"go-live is near and nobody's":         {today: "2026-06-05", ops: `{"kind":"milestone.complete","id":"A"}`},
	"go-live is far and nobody's":          {today: "2026-05-20", ops: `{"kind":"milestone.update","id":"LIVE","set":{"due":"2026-12-18"}}`},
	"go-live is past":                      {today: "2026-06-22", ops: `[{"kind":"milestone.complete","id":"A"},{"kind":"milestone.complete","id":"B"},{"kind":"milestone.complete","id":"C"}]`},
	"go-live is done":                      {today: "2026-06-22", ops: `[{"kind":"milestone.complete","id":"A"},{"kind":"milestone.complete","id":"LIVE"}]`},
	"all is done":                          {today: "2026-06-22", ops: `[{"kind":"milestone.complete","id":"A"},{"kind":"milestone.complete","id":"B"},{"kind":"milestone.complete","id":"C"},{"kind":"milestone.complete","id":"LIVE"}]`},
	"go-live is not needed":                {ops: `{"kind":"milestone.update","id":"LIVE","set":{"status":"cancelled"}}`},
	"no date for go-live":                  {ops: `{"kind":"milestone.update","id":"LIVE","set":{"due":null}}`},
	"no date at all":                       {ops: `[{"kind":"milestone.update","id":"A","set":{"due":null}},{"kind":"milestone.update","id":"B","set":{"due":null,"start":null}},{"kind":"milestone.update","id":"C","set":{"due":null}}]`},
	"a pinned date has to be kept":         {ops: `{"kind":"milestone.update","id":"B","set":{"pinned":true}}`, today: "2026-06-03"},
	"after go-live":                        {ops: `[{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P2","title":"Hypercare","due":"2026-07-17","duration_days":5}},{"kind":"dependency.add","id":"AP","set":{"from":"LIVE","to":"PRIVATE"}}]`, today: "2026-06-17"},
	"beside the way to go-live":            {ops: `{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P1","title":"Reference call","due":"2026-06-18","seller_owner":"SAM"}}`},
	"holidays of the buyer":                {ops: `{"kind":"room.update","set":{"buyer_holidays":["2026-06-16","2026-06-17","2026-06-18"]}}`},
	"holidays of the seller":               {ops: `{"kind":"room.update","set":{"seller_holidays":["2026-06-02","2026-06-03","2026-06-04","2026-06-05"]}}`},
	"a weekend on Friday":                  {ops: `{"kind":"room.update","set":{"seller_weekend":["fri","sat"],"buyer_weekend":["sat","sun"]}}`},
	"a week without a weekend":             {ops: `{"kind":"room.update","set":{"seller_weekend":[],"buyer_weekend":[]}}`, today: "2026-06-06"},
	"today is a day off":                   {today: "2026-06-07", ops: `{"kind":"milestone.update","id":"A","set":{"duration_days":null}}`},
	"agreed, and kept":                     {agreed: "01 08 15 19", today: "2026-05-20"},
	"agreed, and heading past":             {agreed: "01 08 15 19", today: "2026-06-12"},
	"agreed, and moved since":              {agreed: "01 08 12 17"},
	"agreed later than planned":            {agreed: "01 08 15 30"},
	"another is go-live since":             {agreed: "01 08 15 19", goLive: "19", ops: `[{"kind":"milestone.update","id":"C","set":{"is_go_live":true,"due":"2026-06-26"}}]`},
	"a new one is go-live since":           {agreed: "01 08 15 19", goLive: "19", ops: `[{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P2","title":"Go-live abroad","due":"2026-06-26","is_go_live":true}}]`},
	"what the seller keeps delays it":      {side: Seller, private: `[{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P1","title":"Discount approved by finance","due":"2026-06-16"}},{"kind":"dependency.add","id":"PC","set":{"from":"PRIVATE","to":"C"}}]`},
	"what the seller keeps, unseen":        {private: `[{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P1","title":"Discount approved by finance","due":"2026-06-16"}},{"kind":"dependency.add","id":"PC","set":{"from":"PRIVATE","to":"C"}}]`},
	"roles that nobody has": {ops: `[{"kind":"role_slot.add","id":"00000301-0000-4000-8000-000000000000","set":{"side":"buyer","label":"Legal"}},{"kind":"role_slot.add","id":"00000302-0000-4000-8000-000000000000","set":{"side":"partner","label":"Integrator"}},
		{"kind":"role_slot.add","id":"00000303-0000-4000-8000-000000000000","set":{"side":"seller","label":"Counsel","filled_by":"SAM"}}]`},
	"another year, in words":    {ops: `[{"kind":"plan.shift","to":"2027-01-22","mode":"none"}]`, today: "2027-01-25"},
	"a title that is too long":  {today: "2026-06-03", ops: `{"kind":"milestone.update","id":"A","set":{"title":"Æ 契約 😀 a title that goes on and on and on, and further"}}`},
	"a phase that was removed":  {ops: `[{"kind":"milestone.move","id":"A","into":"P2"},{"kind":"phase.remove","id":"P1"}]`},
	"completed in another zone": {today: "2026-05-05", ops: `[{"kind":"room.update","set":{"time_zone":"Pacific/Kiritimati"}},{"kind":"milestone.complete","id":"A"}]`},
}

func TestSchedules(t *testing.T) {
	if len(schedules) < 30 {
		t.Errorf("only %d cases", len(schedules))
	}
	for name, c := range schedules {
		t.Run(name, func(t *testing.T) {
			w := chain(t)
			if c.private != "" {
				w.json(sam, Seller, fill(c.private, chainIDs)).ok(t)
			}
			if c.ops != "" {
				w.json(sam, Shared, fill(c.ops, chainIDs)).ok(t)
			}
			for i, june := range strings.Fields(c.agreed) {
				w.plan.Streams[Shared][Milestone][uid(0x30+i)].Fields["agreed_due"] = "2026-06-" + june
			}
			if c.goLive != "" {
				w.plan.Streams[Shared][RoomEntity][RecordID(testRoom)].Fields["agreed_go_live"] = "2026-06-" + c.goLive
			}
			streams := []Stream{Shared}
			if c.side != "" {
				streams = append(streams, c.side)
			}
			got := scheduled{Name: name, Today: c.today, Streams: map[Stream]json.RawMessage{}}
			if got.Today == "" {
				got.Today = "2026-06-01"
			}
			for _, s := range streams {
				got.Streams[s] = datedOf(t, w.plan, s)
			}
			got.Schedule = NewView(w.plan, streams).Schedule(got.Today)
			checkFile(t, strings.NewReplacer(" ", "-", ",", "", "'", "").Replace(name)+".json", pretty(t, got))
		})
	}
	files, _ := filepath.Glob("testdata/schedule/*.json")
	if len(files) != len(schedules)+1 {
		t.Errorf("%d files for %d cases and the random ones", len(files), len(schedules))
	}
}

// Three hundred random plans, for the other language to find the same.
func TestRandomSchedules(t *testing.T) {
	const plans = 300
	var b bytes.Buffer
	b.WriteString("[\n")
	for seed := range uint64(plans) {
		p, o := randomPlan(rand.New(rand.NewPCG(seed, 1)))
		got := scheduled{
			Name: fmt.Sprintf("seed %d", seed), Today: o.today.String(), Streams: map[Stream]json.RawMessage{Shared: datedOf(t, p, Shared)},
			Schedule: NewView(p, []Stream{Shared}).Schedule(o.today.String()),
		}
		b.WriteString(short.Replace(mustJSON(t, got)))
		b.WriteString(map[bool]string{true: "\n]\n", false: ",\n"}[seed == plans-1])
	}
	checkFile(t, "random.json", b.Bytes())
}

// short shortens the ids of random plans: the file is read by people too.
var short = func() *strings.Replacer {
	var pairs []string
	for i := range 8 {
		pairs = append(pairs, string(uid(0x100+i)), fmt.Sprintf("m%d", i))
	}
	for i := range 64 {
		pairs = append(pairs, string(uid(0x200+i)), fmt.Sprintf("d%02d", i))
	}
	return strings.NewReplacer(append(pairs, string(phase1), "p1", string(sam.ID), "sam", string(dana.ID), "dana", string(testRoom), "room")...)
}()

// datedOf is the part of a snapshot that dates depend on.
func datedOf(t *testing.T, p *Plan, s Stream) json.RawMessage {
	t.Helper()
	entities := map[Entity][]Fields{}
	for _, e := range []Entity{RoomEntity, Participant, RoleSlot, Phase, Milestone, Dependency} {
		if e == Participant && len(p.Streams[s][RoleSlot]) == 0 {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(p.Streams[s][e])) {
			f := maps.Clone(p.Streams[s][e][id].Fields)
			f["id"] = string(id)
			entities[e] = append(entities[e], f)
		}
	}
	return json.RawMessage(mustJSON(t, map[string]any{"entities": entities}))
}

func pretty(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// checkFile compares what the rules give now with what testdata/schedule holds.
func checkFile(t *testing.T, name string, body []byte) {
	t.Helper()
	file := filepath.Join("testdata", "schedule", name)
	if *update {
		if err := os.WriteFile(file, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(body, want) {
		t.Errorf("%s is not what the rules give now; see the difference after go test ./room -run Schedules -update", file)
	}
}
