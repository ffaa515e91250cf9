package room

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/apply, testdata/diff and testdata/schedule anew")

// example is one file of testdata/apply: what an op does to a plan. The
// TypeScript tests read the same files: folding Commits over Before is After.
type example struct {
	Name    string                     `json:"name"`
	Before  map[Stream]json.RawMessage `json:"snapshot_before"`
	Revs    Revs                       `json:"revs_before"`
	Stream  Stream                     `json:"stream"`
	By      *RecordID                  `json:"by"`
	Base    Rev                        `json:"base"`
	Ops     []json.RawMessage          `json:"ops"`
	Commits []exampleCommit            `json:"commits,omitempty"`
	Error   *exampleError              `json:"error,omitempty"`
	After   map[Stream]json.RawMessage `json:"snapshot_after"`
}

type exampleCommit struct {
	Stream Stream          `json:"stream"`
	Commit json.RawMessage `json:"commit"`
}

type exampleError struct {
	Code  Code   `json:"code"`
	Field string `json:"field,omitempty"`
}

// examplePlan is the plan that the examples begin with.
func examplePlan(t *testing.T) *world {
	w := newWorld(t)
	w.json(sam, Shared, fill(`[
		{"kind":"milestone.add","id":"LEGAL","set":{"phase":"P1","title":"Legal review","due":"2026-06-01","buyer_owner":"DANA","description":"Contract and DPA"}},
		{"kind":"milestone.add","id":"KICKOFF","set":{"phase":"P1","title":"Kick-off","duration_days":1}},
		{"kind":"milestone.add","id":"LIVE","set":{"phase":"P2","title":"Go-live","is_go_live":true,"due":"2026-09-01"}},
		{"kind":"criterion.add","id":"SIGNED","set":{"milestone":"LEGAL","text":"Signed","confirm_by":"buyer"}},
		{"kind":"task.add","id":"DRAFT","set":{"milestone":"LEGAL","title":"Send the draft","owner":"SAM"}},
		{"kind":"task.add","id":"REPLY","set":{"milestone":"LEGAL","title":"Return comments"}},
		{"kind":"comment.add","id":"HELLO","set":{"on":{"entity":"milestone","id":"LEGAL"},"body":"Is this final?"}},
		{"kind":"task.add","id":"OLD","set":{"milestone":"KICKOFF","title":"Old"}},
		{"kind":"task.remove","id":"OLD"}]`, exampleIDs)).ok(t)
	w.json(sam, Seller, fill(`[
		{"kind":"milestone.add","id":"SECRET","set":{"phase":"P1","title":"Discount approval"},"after":"LEGAL"},
		{"kind":"criterion.add","id":"OK","set":{"milestone":"SECRET","text":"Finance agrees"}},
		{"kind":"task.add","id":"ASK","set":{"milestone":"SECRET","title":"Ask finance"}}]`, exampleIDs)).ok(t)
	return w
}

var exampleIDs = map[string]RecordID{
	"P1": phase1, "P2": phase2, "LEGAL": uid(0x30), "KICKOFF": uid(0x31), "LIVE": uid(0x32), "SECRET": uid(0x33),
	"SIGNED": uid(0x40), "OK": uid(0x41), "DRAFT": uid(0x50), "REPLY": uid(0x51), "ASK": uid(0x52), "OLD": uid(0x53), "HELLO": uid(0x60), "AGREED": /* made by the second yes */ "ec2020fd-8f20-8180-abe8-e551decab377",
	"NEW": uid(0x70), "NEW2": uid(0x71), "D1": uid(0x80), "D2": uid(0x81), "D3": uid(0x82), "D4": uid(0x83), "D5": uid(0x84), "D6": uid(0x85), "DANA": dana.ID, "SAM": sam.ID, "PRIYA": priya.ID, "MARC": marc.ID, "KIM": kim.ID, "GHOST": uid(0xff),
}

// pushSetup ties the plan together, over holidays and a weekend of three days.
const pushSetup = `[
	{"kind":"room.update","set":{"seller_weekend":["fri","sat","sun"],"buyer_holidays":["2026-08-31","2026-09-07"]}},
	{"kind":"milestone.update","id":"KICKOFF","set":{"due":"2026-08-03","seller_owner":"SAM","pinned":true}},
	{"kind":"milestone.add","id":"NEW","set":{"phase":"P1","title":"Security review","start":"2026-06-04","due":"2026-06-09","buyer_owner":"DANA"}},
	{"kind":"milestone.add","id":"NEW2","set":{"phase":"P2","title":"Training","due":"2026-08-25","duration_days":2}},
	{"kind":"dependency.add","id":"D1","set":{"from":"LEGAL","to":"NEW","lag_days":1}},
	{"kind":"dependency.add","id":"D2","set":{"from":"NEW","to":"NEW2"}},
	{"kind":"dependency.add","id":"D3","set":{"from":"NEW2","to":"LIVE","required":true}},
	{"kind":"dependency.add","id":"D4","set":{"from":"LEGAL","to":"KICKOFF"}}]`

// pushSecret ties what the seller keeps to itself to it.
const pushSecret = `[
	{"kind":"milestone.update","id":"SECRET","set":{"due":"2026-08-05","start":"2026-08-04"}},
	{"kind":"dependency.add","id":"D5","set":{"from":"KICKOFF","to":"SECRET"}},
	{"kind":"dependency.add","id":"D6","set":{"from":"SECRET","to":"LIVE"}}]`

// examples lists the cases by file name. Setup ops are sent first, by Marc.
var examples = map[string]struct {
	by     Member
	stream Stream
	setup  string
	first  string // before both agreed
	secret string // sent by Sam to the seller's stream
	op     string
	stale  bool // the author had not seen the setup
	agreed bool // both sides agreed to the plan first, at revs 3 and 4
}{
	"add-milestone-last":               {by: dana, op: `{"kind":"milestone.add","id":"NEW","set":{"phase":"P1","title":"Security review"}}`},
	"add-milestone-first":              {by: dana, op: `{"kind":"milestone.add","id":"NEW","set":{"phase":"P1","title":"Security review"},"after":null}`},
	"add-milestone-between":            {by: dana, op: `{"kind":"milestone.add","id":"NEW","set":{"phase":"P1","title":"Security review"},"before":"KICKOFF"}`},
	"add-private-milestone":            {by: sam, stream: Seller, op: `{"kind":"milestone.add","id":"NEW","set":{"phase":"P1","title":"Win plan"},"before":"KICKOFF"}`},
	"add-phase":                        {by: dana, op: `{"kind":"phase.add","id":"NEW","set":{"name":"Decide"},"before":"P2"}`},
	"add-role-slot":                    {by: dana, op: `{"kind":"role_slot.add","id":"NEW","set":{"side":"buyer","label":"Legal"}}`},
	"add-participant-with-email":       {by: priya, op: `{"kind":"participant.add","id":"NEW","set":{"name":"Jo","side":"buyer","access":"viewer","email":"jo@acme.example"}}`},
	"add-dependency":                   {by: dana, op: `{"kind":"dependency.add","id":"NEW","set":{"from":"LEGAL","to":"LIVE","lag_days":2,"required":true}}`},
	"add-comment":                      {by: kim, op: `{"kind":"comment.add","id":"NEW","set":{"on":{"entity":"milestone","id":"LEGAL"},"body":"Looks *good*\n\tto me","mentions":["SAM","MARC"]}}`},
	"add-comment-on-the-room":          {by: kim, op: `{"kind":"comment.add","id":"NEW","set":{"on":null,"body":"Hello"}}`},
	"add-twice-is-a-conflict":          {by: dana, op: `{"kind":"milestone.add","id":"LEGAL","set":{"phase":"P1","title":"Again"}}`},
	"add-to-what-was-removed":          {by: dana, setup: `{"kind":"milestone.remove","id":"LEGAL"}`, op: `{"kind":"task.add","id":"NEW","set":{"milestone":"LEGAL","title":"x"}}`},
	"update-a-field":                   {by: dana, op: `{"kind":"milestone.update","id":"LEGAL","set":{"title":"Contract"}}`},
	"update-unicode":                   {by: dana, op: `{"kind":"milestone.update","id":"LEGAL","set":{"title":"Æ 契約 \ud83d\ude00 \"quoted\" \\ </script> \u2028"}}`},
	"update-null-clears":               {by: dana, op: `{"kind":"milestone.update","id":"LEGAL","set":{"due":null,"buyer_owner":null,"start":null}}`},
	"update-false-is-kept":             {by: dana, op: `{"kind":"milestone.update","id":"LEGAL","set":{"pinned":false,"duration_days":0}}`},
	"update-nothing":                   {by: dana, op: `{"kind":"milestone.update","id":"LEGAL","set":{"title":"Legal review"}}`},
	"update-over-somebody":             {by: dana, stale: true, setup: `{"kind":"milestone.update","id":"LEGAL","set":{"due":"2026-06-15"}}`, op: `{"kind":"milestone.update","id":"LEGAL","set":{"due":"2026-06-20"}}`},
	"update-over-a-cleared-field":      {by: dana, stale: true, setup: `{"kind":"milestone.update","id":"LEGAL","set":{"due":null}}`, op: `{"kind":"milestone.update","id":"LEGAL","set":{"due":"2026-06-20"}}`},
	"update-go-live-moves-the-room":    {by: dana, op: `{"kind":"milestone.update","id":"LIVE","set":{"due":"2026-10-01"}}`},
	"update-to-done-is-invalid":        {by: dana, op: `{"kind":"milestone.update","id":"LEGAL","set":{"status":"done"}}`},
	"update-what-was-removed":          {by: dana, op: `{"kind":"task.update","id":"OLD","set":{"title":"x"}}`},
	"update-as-a-viewer":               {by: vera, op: `{"kind":"milestone.update","id":"LEGAL","set":{"title":"x"}}`},
	"update-makes-another-go-live":     {by: dana, op: `{"kind":"milestone.update","id":"KICKOFF","set":{"is_go_live":true}}`},
	"room-private-fields-are-split":    {by: sam, op: `{"kind":"room.update","set":{"purpose":"Faster month end","go_live":"2026-09-15","amount":"125000"}}`},
	"room-private-field-of-the-other":  {by: dana, op: `{"kind":"room.update","set":{"amount":"1"}}`},
	"room-private-fields-alone":        {by: sam, op: `{"kind":"room.update","set":{"amount":"125000","crm_ref":"NW-1"}}`},
	"room-private-fields-on-private":   {by: sam, stream: Seller, op: `{"kind":"room.update","set":{"amount":"125000","crm_ref":"NW-1"}}`},
	"criterion-asks-for-more":          {by: sam, setup: `{"kind":"criterion.meet","id":"SIGNED"}`, op: `{"kind":"criterion.update","id":"SIGNED","set":{"text":"Signed by both","measure":null}}`},
	"criterion-asks-for-the-same":      {by: sam, setup: `{"kind":"criterion.meet","id":"SIGNED"}`, op: `{"kind":"criterion.update","id":"SIGNED","set":{"text":"Signed"}}`},
	"criterion-of-the-other-side":      {by: sam, op: `{"kind":"criterion.update","id":"SIGNED","set":{"confirm_by":null}}`},
	"invite-who-was-revoked":           {by: priya, setup: `{"kind":"participant.revoke","id":"KIM"}`, op: `{"kind":"participant.invite","id":"KIM"}`},
	"revoke-the-last-owner":            {by: priya, op: `{"kind":"participant.revoke","id":"PRIYA"}`},
	"side-of-who-has-joined":           {by: priya, op: `{"kind":"participant.update","id":"SAM","set":{"side":"buyer"}}`},
	"move-in-the-list":                 {by: dana, op: `{"kind":"task.move","id":"DRAFT","after":"REPLY"}`},
	"move-to-another-phase":            {by: dana, op: `{"kind":"milestone.move","id":"LEGAL","into":"P2","before":"LIVE"}`},
	"move-between-private":             {by: sam, stream: Seller, op: `{"kind":"milestone.move","id":"SECRET","after":"KICKOFF"}`},
	"move-beside-what-is-private":      {by: sam, op: `{"kind":"milestone.move","id":"KICKOFF","after":"SECRET"}`},
	"remove":                           {by: dana, op: `{"kind":"milestone.remove","id":"LEGAL"}`},
	"remove-go-live-is-a-conflict":     {by: dana, op: `{"kind":"milestone.remove","id":"LIVE"}`},
	"restore":                          {by: dana, op: `{"kind":"task.restore","id":"OLD"}`},
	"complete-with-unmet-criteria":     {by: chris, op: `{"kind":"milestone.complete","id":"LEGAL"}`},
	"complete-with-a-reason":           {by: chris, op: `{"kind":"milestone.complete","id":"LEGAL","override":"The CFO agreed by phone"}`},
	"complete-a-milestone":             {by: chris, op: `{"kind":"milestone.complete","id":"KICKOFF"}`},
	"complete-a-task":                  {by: chris, op: `{"kind":"task.complete","id":"DRAFT"}`},
	"meet-a-criterion":                 {by: chris, op: `{"kind":"criterion.meet","id":"SIGNED"}`},
	"meet-the-other-side's":            {by: tomas, op: `{"kind":"criterion.meet","id":"SIGNED"}`},
	"reopen-clears-completion":         {by: chris, setup: `{"kind":"milestone.complete","id":"KICKOFF"}`, op: `{"kind":"milestone.reopen","id":"KICKOFF"}`},
	"resolve-a-comment":                {by: kim, op: `{"kind":"comment.resolve","id":"HELLO"}`},
	"reschedule":                       {by: dana, op: `{"kind":"milestone.reschedule","id":"LEGAL","due":"2026-06-08","push":false}`},
	"reschedule-with-push":             {by: dana, setup: pushSetup, op: `{"kind":"milestone.reschedule","id":"LEGAL","due":"2026-08-28","push":true,"reason":"The audit moved"}`},
	"reschedule-with-push-of-private":  {by: sam, setup: pushSetup, secret: pushSecret, op: `{"kind":"milestone.reschedule","id":"KICKOFF","due":"2026-09-04","push":true}`},
	"reschedule-what-is-private":       {by: sam, stream: Seller, setup: pushSetup, secret: pushSecret, op: `{"kind":"milestone.reschedule","id":"SECRET","due":"2026-09-10","push":true}`},
	"reschedule-keeps-a-duration":      {by: dana, setup: pushSetup, op: `{"kind":"milestone.reschedule","id":"NEW","due":"2026-07-01","push":true}`},
	"shift-all":                        {by: sam, setup: pushSetup, secret: pushSecret, op: `{"kind":"plan.shift","to":"2026-10-03","mode":"all","unilateral":true}`},
	"shift-counted":                    {by: dana, setup: pushSetup, secret: pushSecret, op: `{"kind":"plan.shift","to":"2026-08-20","mode":"counted"}`},
	"shift-none":                       {by: marc, setup: pushSetup, op: `{"kind":"plan.shift","to":"2026-10-03","mode":"none"}`},
	"shift-into-the-past":              {by: marc, op: `{"kind":"plan.shift","to":"2026-01-05","mode":"none"}`},
	"publish":                          {by: sam, stream: Seller, op: `{"kind":"milestone.publish","id":"SECRET"}`},
	"publish-what-was-moved":           {by: sam, stream: Seller, secret: `{"kind":"milestone.reschedule","id":"SECRET","due":"2026-06-08","push":false,"reason":"Their CFO wavers"}`, op: `{"kind":"milestone.publish","id":"SECRET"}`},
	"reopen-what-was-cancelled":        {by: dana, setup: `{"kind":"milestone.update","id":"KICKOFF","set":{"status":"cancelled"}}`, op: `{"kind":"milestone.reopen","id":"KICKOFF"}`},
	"withdraw":                         {by: dana, op: `{"kind":"milestone.withdraw","id":"LEGAL"}`},
	"group":                            {by: dana, op: `[{"kind":"milestone.add","id":"NEW","set":{"phase":"P2","title":"Training"},"before":"LIVE"},{"kind":"task.add","id":"NEW2","set":{"milestone":"NEW","title":"Book a room"}},{"kind":"task.complete","id":"NEW2"}]`},
	"group-is-all-or-nothing":          {by: dana, op: `[{"kind":"task.complete","id":"DRAFT"},{"kind":"task.complete","id":"GHOST"}]`},
	"undo":                             {by: marc, setup: `{"kind":"milestone.update","id":"LEGAL","set":{"title":"x","due":null}}`, op: `{"kind":"op.undo","rev":3}`},
	"undo-of-a-create":                 {by: marc, setup: `{"kind":"task.add","id":"NEW","set":{"milestone":"LEGAL","title":"x"}}`, op: `{"kind":"op.undo","rev":3}`},
	"undo-of-another's":                {by: dana, setup: `{"kind":"milestone.update","id":"LEGAL","set":{"title":"x"}}`, op: `{"kind":"op.undo","rev":3}`},
	"propose-a-date":                   {by: chris, op: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08","reason":"The auditor is away"}`},
	"propose-a-first-date":             {by: sam, op: `{"kind":"date.propose","id":"NEW","milestone":"KICKOFF","to":"2026-08-03"}`},
	"propose-the-same-date":            {by: dana, op: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-01","reason":"x"}`},
	"propose-for-what-is-done":         {by: dana, setup: `{"kind":"milestone.complete","id":"KICKOFF"}`, op: `{"kind":"date.propose","id":"NEW","milestone":"KICKOFF","to":"2026-06-08","reason":"x"}`},
	"propose-a-second-date":            {by: sam, setup: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08"}`, op: `{"kind":"date.propose","id":"NEW2","milestone":"LEGAL","to":"2026-06-15"}`},
	"propose-as-a-partner":             {by: pat, op: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08"}`},
	"propose-on-a-private-stream":      {by: sam, stream: Seller, op: `{"kind":"date.propose","id":"NEW","milestone":"SECRET","to":"2026-06-08"}`},
	"accept-a-date":                    {by: sam, agreed: true, setup: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08","reason":"The auditor is away"}`, op: `{"kind":"date.accept","id":"NEW","reason":"Fine with us"}`},
	"accept-and-push":                  {by: sam, first: `{"kind":"dependency.add","id":"D1","set":{"from":"LEGAL","to":"LIVE","lag_days":1}}`, agreed: true, setup: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-09-07"}`, op: `{"kind":"date.accept","id":"NEW","push":true}`},
	"accept-and-push-alone":            {by: sam, first: `{"kind":"dependency.add","id":"D1","set":{"from":"LEGAL","to":"LIVE","lag_days":1}}`, agreed: true, setup: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-09-07"}`, op: `{"kind":"date.accept","id":"NEW","push":true,"unilateral":true}`},
	"accept-a-go-live":                 {by: sam, setup: `{"kind":"date.propose","id":"NEW","milestone":"LIVE","to":"2026-10-01"}`, op: `{"kind":"date.accept","id":"NEW"}`},
	"accept-ones-own-date":             {by: dana, setup: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08"}`, op: `{"kind":"date.accept","id":"NEW"}`},
	"accept-a-date-that-moved-on":      {by: sam, setup: `[{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08"},{"kind":"milestone.update","id":"LEGAL","set":{"due":"2026-06-03"}}]`, op: `{"kind":"date.accept","id":"NEW"}`},
	"accept-what-was-withdrawn":        {by: sam, setup: `[{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08"},{"kind":"date.withdraw","id":"NEW"}]`, op: `{"kind":"date.accept","id":"NEW"}`},
	"counter-a-date":                   {by: sam, setup: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08"}`, op: `{"kind":"date.counter","id":"NEW","to":"2026-06-05","reason":"Legal needs the week"}`},
	"decline-a-date":                   {by: sam, setup: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08"}`, op: `{"kind":"date.decline","id":"NEW","reason":"Too late"}`},
	"decline-as-a-contributor":         {by: tomas, setup: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08"}`, op: `{"kind":"date.decline","id":"NEW"}`},
	"withdraw-a-date":                  {by: chris, setup: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08"}`, op: `{"kind":"date.withdraw","id":"NEW"}`},
	"withdraw-the-other-side's-date":   {by: sam, setup: `{"kind":"date.propose","id":"NEW","milestone":"LEGAL","to":"2026-06-08"}`, op: `{"kind":"date.withdraw","id":"NEW"}`},
	"agree-first":                      {by: sam, op: `{"kind":"plan.accept","rev":2}`},
	"agree-second":                     {by: sam, setup: `{"kind":"plan.accept","rev":2}`, op: `{"kind":"plan.accept","rev":3}`},
	"agree-twice":                      {by: dana, agreed: true, op: `{"kind":"plan.accept","rev":4}`},
	"agree-after-a-change":             {by: sam, setup: `[{"kind":"milestone.update","id":"LEGAL","set":{"buyer_owner":"MARC"}}]`, op: `{"kind":"plan.accept","rev":2}`},
	"agree-after-progress":             {by: sam, setup: `{"kind":"milestone.update","id":"LEGAL","set":{"status":"in_progress","title":"Legal"}}`, op: `{"kind":"plan.accept","rev":2}`},
	"agree-to-what-is-not-there":       {by: sam, op: `{"kind":"plan.accept","rev":99}`},
	"agree-as-a-partner":               {by: pat, op: `{"kind":"plan.accept","rev":2}`},
	"agree-for-whom-somebody-else-is":  {by: dana, setup: `{"kind":"room.update","set":{"buyer_approver":"MARC"}}`, op: `{"kind":"plan.accept","rev":3}`},
	"approver-of-the-other-company":    {by: sam, op: `{"kind":"room.update","set":{"buyer_approver":"DANA"}}`},
	"approver-from-the-other-company":  {by: dana, op: `{"kind":"room.update","set":{"buyer_approver":"SAM"}}`},
	"approver-without-access":          {by: dana, op: `{"kind":"room.update","set":{"buyer_approver":"KIM"}}`},
	"agreed-date-is-a-conflict":        {by: dana, agreed: true, op: `{"kind":"milestone.update","id":"LEGAL","set":{"due":"2026-06-08"}}`},
	"agreed-date-moved-alone":          {by: dana, agreed: true, op: `{"kind":"milestone.reschedule","id":"LEGAL","due":"2026-06-08","push":false,"unilateral":true,"reason":"The auditor is away"}`},
	"agreed-date-moved-by-a-partner":   {by: pat, agreed: true, op: `{"kind":"milestone.reschedule","id":"LEGAL","due":"2026-06-08","push":false,"unilateral":true}`},
	"agreed-date-comes-back":           {by: sam, agreed: true, setup: `{"kind":"milestone.reschedule","id":"LEGAL","due":"2026-06-08","push":false,"unilateral":true,"reason":"x"}`, op: `{"kind":"milestone.update","id":"LEGAL","set":{"due":"2026-06-01"}}`},
	"agreed-go-live-through-the-room":  {by: sam, agreed: true, op: `{"kind":"room.update","set":{"go_live":"2026-10-01"}}`},
	"agreed-milestone-done-and-moved":  {by: sam, agreed: true, setup: `{"kind":"milestone.complete","id":"LEGAL","override":"x"}`, op: `{"kind":"milestone.update","id":"LEGAL","set":{"due":"2026-06-08"}}`},
	"agreed-milestone-made-private":    {by: dana, agreed: true, op: `{"kind":"milestone.withdraw","id":"LEGAL"}`},
	"agreed-milestone-cancelled":       {by: dana, agreed: true, op: `{"kind":"milestone.update","id":"LEGAL","set":{"status":"cancelled"}}`},
	"agreed-plan-gets-a-criterion":     {by: dana, agreed: true, op: `{"kind":"criterion.add","id":"NEW","set":{"milestone":"LEGAL","text":"DPA signed"}}`},
	"reopen-what-was-done-when-agreed": {by: sam, first: `{"kind":"milestone.complete","id":"LEGAL","override":"x"}`, agreed: true, op: `{"kind":"milestone.reopen","id":"LEGAL"}`},
	"agreed-again":                     {by: dana, agreed: true, setup: `{"kind":"milestone.reschedule","id":"LEGAL","due":"2026-06-08","push":false,"unilateral":true}`, op: `{"kind":"plan.accept","rev":5}`},
	"undo-an-agreement":                {by: marc, setup: `{"kind":"plan.accept","rev":2}`, op: `{"kind":"op.undo","rev":3}`},
	"baseline-by-name":                 {by: dana, op: `{"kind":"baseline.add","name":"Before the audit"}`},
	"baseline-that-was-agreed":         {by: dana, agreed: true, op: `{"kind":"baseline.remove","id":"AGREED"}`},
	"template-on-a-plan":               {by: dana, op: `{"kind":"template.apply","template":"blank","go_live":null}`},
}

func TestExamples(t *testing.T) {
	for name, c := range examples {
		t.Run(name, func(t *testing.T) {
			if c.stream == "" {
				c.stream = Shared
			}
			w := examplePlan(t)
			base := w.plan.Revs[c.stream]
			if c.first != "" {
				w.json(marc, Shared, fill(c.first, exampleIDs)).ok(t)
			}
			if c.agreed {
				w.json(sam, Shared, `{"kind":"plan.accept","rev":2}`).ok(t)
				w.json(dana, Shared, `{"kind":"plan.accept","rev":3}`).ok(t)
			}
			if c.setup != "" {
				w.json(marc, Shared, fill(c.setup, exampleIDs)).ok(t)
			}
			if c.secret != "" {
				w.json(sam, Seller, fill(c.secret, exampleIDs)).ok(t)
			}
			if !c.stale {
				base = w.plan.Revs[c.stream]
			}
			got := w.example(t, c.by, c.stream, base, fill(c.op, exampleIDs))
			got.Name = strings.ReplaceAll(name, "-", " ")

			file := filepath.Join("testdata", "apply", strings.ReplaceAll(name, "'", "")+".json")
			body := indentedJSON(t, got)
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
				t.Errorf("%s is not what the rules give now; see the difference after go test ./room -run TestExamples -update", file)
			}
			checkExample(t, want)
		})
	}
	files, _ := filepath.Glob("testdata/apply/*.json")
	if len(files) != len(examples) {
		t.Errorf("%d files for %d examples", len(files), len(examples))
	}
}

// example sends the op and describes what came of it.
func (w *world) example(t *testing.T, by Member, s Stream, base Rev, op string) example {
	e := example{Stream: s, By: &by.ID, Base: base, Before: w.snapshots(), Revs: Revs{}}
	for stream, rev := range w.plan.Revs {
		e.Revs[stream] = rev
	}
	if op[0] != '[' {
		e.Ops = []json.RawMessage{json.RawMessage(op)}
	} else if err := json.Unmarshal([]byte(op), &e.Ops); err != nil {
		t.Fatal(err)
	}
	tree, err := ParseJSON([]byte(`{"ops":` + mustJSON(t, e.Ops) + `}`))
	if err != nil {
		t.Fatal(err)
	}
	ops, _, err := DecodeOps(tree.(map[string]any))
	if err != nil {
		t.Fatal(err)
	}
	req := w.request(by, s, ops...)
	req.Base = base
	a := w.send(req)
	if a.Err != nil {
		e.Error = &exampleError{a.Err.Code, a.Err.Field}
	}
	for _, c := range a.commits {
		e.Commits = append(e.Commits, exampleCommit{c.Stream, c.Body})
	}
	e.After = w.snapshots()
	return e
}

func (w *world) snapshots() map[Stream]json.RawMessage {
	out := map[Stream]json.RawMessage{}
	for _, s := range Streams {
		out[s] = w.plan.Snapshot(s)
	}
	return out
}

func indentedJSON(t *testing.T, v any) []byte {
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

// checkExample folds the commits of a file over its snapshots, as a client does.
func checkExample(t *testing.T, body []byte) {
	t.Helper()
	var e example
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatal(err)
	}
	p := NewPlan(testRoom, "e")
	for s, snapshot := range e.Before {
		if err := p.LoadSnapshot(s, e.Revs[s], compact(t, snapshot)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range e.Commits {
		commit, err := DecodeCommit(compact(t, c.Commit))
		if err != nil {
			t.Fatal(err)
		}
		p.Fold(c.Stream, commit)
	}
	for s, snapshot := range e.After {
		if got, want := string(p.Snapshot(s)), string(compact(t, snapshot)); got != want {
			t.Errorf("%s = %s\nwant %s", s, got, want)
		}
	}
}

func compact(t *testing.T, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, body); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
