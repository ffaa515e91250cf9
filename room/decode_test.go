package room

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	_ "time/tzdata"
)

const (
	idA = "0000000a-0000-4000-8000-000000000000"
	idB = "0000000b-0000-4000-8000-000000000000"
)

func decode(t testing.TB, body string) ([]Op, bool, error) {
	t.Helper()
	tree, err := ParseJSON([]byte(body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return DecodeOps(tree.(map[string]any))
}

func TestDecodeOps(t *testing.T) {
	reason := "agreed by phone"
	for body, want := range map[string]Op{
		`{"kind":"milestone.add","id":"A","set":{"phase":"B","title":" Legal ","due":"2026-02-28","duration_days":5,"pinned":false,"seller_owner":null},"after":"B"}`: {
			Kind: "milestone.add", ID: idA, Place: Place{Set: true, After: idB},
			Set: Fields{"phase": idB, "title": " Legal ", "due": "2026-02-28", "duration_days": int64(5), "pinned": false, "seller_owner": nil}},
		`{"kind":"phase.add","id":"A","set":{"name":"x"},"after":null}`: {Kind: "phase.add", ID: idA, Set: Fields{"name": "x"}, Place: Place{Set: true, First: true}},
		`{"kind":"task.move","id":"A","into":"B","before":null}`:        {Kind: "task.move", ID: idA, Into: idB, Place: Place{Set: true, Last: true}},
		`{"kind":"phase.move","id":"A","before":"B"}`:                   {Kind: "phase.move", ID: idA, Place: Place{Set: true, Before: idB}},
		`{"kind":"comment.add","id":"A","set":{"on":{"entity":"task","id":"B"},"body":"a\n\tb","mentions":["B"]}}`: {
			Kind: "comment.add", ID: idA, Set: Fields{"on": Target{Task, idB}, "body": "a\n\tb", "mentions": []string{idB}}},
		`{"kind":"comment.add","id":"A","set":{"on":null,"body":"x"}}`:               {Kind: "comment.add", ID: idA, Set: Fields{"on": nil, "body": "x"}},
		`{"kind":"room.update","set":{"amount":"00125.5","time_zone":"Asia/Tokyo"}}`: {Kind: KindRoomUpdate, Set: Fields{"amount": "125.50", "time_zone": "Asia/Tokyo"}},
		`{"kind":"milestone.complete","id":"A"}`:                                     {Kind: KindMilestoneComplete, ID: idA},
		`{"kind":"milestone.complete","id":"A","override":"agreed by phone"}`:        {Kind: KindMilestoneComplete, ID: idA, Override: &reason},
		`{"kind":"milestone.reschedule","id":"A","due":"2028-02-29","push":false}`:   {Kind: KindReschedule, ID: idA, Due: "2028-02-29"},
		`{"kind":"milestone.reschedule","id":"A","due":"2028-02-29","push":true,"reason":"The audit moved","unilateral":true}`: {
			Kind: KindReschedule, ID: idA, Due: "2028-02-29", Push: true, Reason: "The audit moved", Unilateral: true},
		`{"kind":"plan.shift","to":"2026-10-01","mode":"counted","reason":null}`:              {Kind: KindShift, Due: "2026-10-01", Mode: ShiftCounted},
		`{"kind":"date.propose","id":"A","milestone":"B","to":"2026-10-22","reason":"audit"}`: {Kind: KindDatePropose, ID: idA, Milestone: idB, To: "2026-10-22", Reason: "audit"},
		`{"kind":"date.propose","id":"A","milestone":"B","to":"2026-10-22"}`:                  {Kind: KindDatePropose, ID: idA, Milestone: idB, To: "2026-10-22"},
		`{"kind":"date.accept","id":"A","reason":null,"push":true}`:                           {Kind: KindDateAccept, ID: idA, Push: true},
		`{"kind":"date.counter","id":"A","to":"2026-10-22","reason":"audit"}`:                 {Kind: KindDateCounter, ID: idA, To: "2026-10-22", Reason: "audit"},
		`{"kind":"date.decline","id":"A","reason":"too late"}`:                                {Kind: KindDateDecline, ID: idA, Reason: "too late"},
		`{"kind":"date.withdraw","id":"A"}`:                                                   {Kind: KindDateWithdraw, ID: idA},
		`{"kind":"plan.accept","rev":41}`:                                                     {Kind: KindPlanAccept, Rev: 41},
		`{"kind":"baseline.add","name":"Before the audit"}`:                                   {Kind: KindBaselineAdd, Name: "Before the audit"},
		`{"kind":"template.apply","template":"blank","go_live":null}`:                         {Kind: KindTemplateApply, Template: "blank"},
		`{"kind":"template.apply","template":"blank","go_live":"2026-09-01"}`:                 {Kind: KindTemplateApply, Template: "blank", GoLive: "2026-09-01"},
		`{"kind":"op.undo","rev":12}`:                                                         {Kind: KindUndo, Rev: 12},
		`{"kind":"participant.revoke","id":"A"}`:                                              {Kind: KindRevoke, ID: idA},
	} {
		ops, group, err := decode(t, `{"op":`+fill(body, map[string]RecordID{"A": idA, "B": idB})+`}`)
		if err != nil || group || len(ops) != 1 || !reflect.DeepEqual(ops[0], want) {
			t.Errorf("%s\n got %+v, %v\nwant %+v", body, ops, err, want)
		}
	}
	ops, group, err := decode(t, `{"ops":[{"kind":"op.undo","rev":1}]}`)
	if err != nil || !group || len(ops) != 1 {
		t.Errorf("group = %v, %v, %v", ops, group, err)
	}
}

func TestDecodeOpsIsStrict(t *testing.T) {
	update := func(set string) string {
		return `{"op":{"kind":"milestone.update","id":"` + idA + `","set":` + set + `}}`
	}
	for name, c := range map[string]struct{ body, field, says string }{
		"nothing":                   {`{}`, "op", "missing"},
		"both":                      {`{"op":{},"ops":[]}`, "ops", "either"},
		"an op that is a list":      {`{"op":[]}`, "op", "object"},
		"no ops":                    {`{"ops":[]}`, "ops", "list"},
		"no kind":                   {`{"op":{"id":"` + idA + `"}}`, "op.kind", "missing"},
		"an unknown kind":           {`{"op":{"kind":"plan.mend"}}`, "op.kind", `"plan.mend" is not a kind`},
		"the kind of a group":       {`{"op":{"kind":"group"}}`, "op.kind", "not a kind"},
		"an internal kind":          {`{"op":{"kind":"participant.join","id":"` + idA + `","set":{}}}`, "op.kind", "not a kind"},
		"a kind in capitals":        {`{"op":{"kind":"Milestone.Update"}}`, "op.kind", "not a kind"},
		"no id":                     {`{"op":{"kind":"task.complete"}}`, "op.id", "missing"},
		"an id in capitals":         {`{"op":{"kind":"task.complete","id":"` + strings.ToUpper(idA) + `"}}`, "op.id", "lower case"},
		"an id that is a number":    {`{"op":{"kind":"task.complete","id":7}}`, "op.id", "not an id"},
		"an unknown key":            {`{"op":{"kind":"task.complete","id":"` + idA + `","zzz":1}}`, "op.zzz", "no such key"},
		"a key in another case":     {`{"op":{"kind":"task.complete","Id":"` + idA + `","id":"` + idA + `"}}`, "op.Id", `written "id"`},
		"an empty key":              {`{"op":{"kind":"task.complete","id":"` + idA + `","":1}}`, "op", "no such key"},
		"a key of another shape":    {`{"op":{"kind":"comment.add","id":"` + idA + `","set":{"body":"x"},"after":null}}`, "op.after", "no such key"},
		"into for a phase":          {`{"op":{"kind":"phase.move","id":"` + idA + `","into":"` + idB + `"}}`, "op.into", "no such key"},
		"after and before":          {`{"op":{"kind":"phase.move","id":"` + idA + `","after":null,"before":null}}`, "op.before", "either"},
		"into nothing":              {`{"op":{"kind":"task.move","id":"` + idA + `","into":null}}`, "op.into", "not an id"},
		"set that is null":          {update(`null`), "op.set", "not an object"},
		"a field it does not have":  {update(`{"colour":"red"}`), "op.set.colour", "no such key"},
		"a field in another case":   {update(`{"Due":"2026-01-01"}`), "op.set.Due", `written "due"`},
		"a field of the server":     {update(`{"completed_at":"2026-01-01T00:00:00Z"}`), "op.set.completed_at", "set by the server"},
		"the tombstone":             {update(`{"removed":true}`), "op.set.removed", "set by the server"},
		"the list key":              {update(`{"pos":"a0"}`), "op.set.pos", "set by the server"},
		"the parent":                {update(`{"phase":"` + idB + `"}`), "op.set.phase", "milestone.move"},
		"a required field, cleared": {update(`{"title":null}`), "op.set.title", "needs it"},
		"a blank title":             {update(`{"title":" \u00a0"}`), "op.set.title", "the title cannot be empty"},
		"a long title":              {update(`{"title":"` + strings.Repeat("é", MaxTitle+1) + `"}`), "op.set.title", "201 characters; the limit is 200"},
		"a line break in a title":   {update(`{"title":"a\nb"}`), "op.set.title", "line break"},
		"a control character":       {update(`{"description":"a\u0007b"}`), "op.set.description", "U+0007"},
		"carriage returns":          {update(`{"description":"a\r\nb"}`), "op.set.description", "line break"},
		"a day that is not there":   {update(`{"due":"2026-02-31"}`), "op.set.due", "31 Feb 2026 is not a date; use YYYY-MM-DD"},
		"a day in words":            {update(`{"due":"tomorrow"}`), "op.set.due", `"tomorrow" is not a date; use YYYY-MM-DD`},
		"a month that is not there": {update(`{"due":"2026-13-01"}`), "op.set.due", "is not a date"},
		"a day with a time":         {update(`{"due":"2026-01-01T00:00"}`), "op.set.due", "is not a date"},
		"a year long ago":           {update(`{"due":"0202-01-01"}`), "op.set.due", "outside 1970–2199"},
		"a due that is a number":    {update(`{"due":20260101}`), "op.set.due", "not text"},
		"half a day":                {update(`{"duration_days":1.5}`), "op.set.duration_days", "1.5 is not a whole number"},
		"a negative duration":       {update(`{"duration_days":-1}`), "op.set.duration_days", "outside 0 to 3650"},
		"a huge number":             {update(`{"duration_days":99999999999999999999}`), "op.set.duration_days", "not a whole number"},
		"a bool in words":           {update(`{"pinned":"yes"}`), "op.set.pinned", "neither true nor false"},
		"an unknown status":         {update(`{"status":"late"}`), "op.set.status", "use not_started, in_progress, blocked, done or cancelled"},
		"an owner by name":          {update(`{"buyer_owner":"Marc"}`), "op.set.buyer_owner", "not an id"},
		"an unknown zone":           {`{"op":{"kind":"room.update","set":{"time_zone":"Mars/Base"}}}`, "op.set.time_zone", "not a time zone"},
		"a zone outside the list":   {`{"op":{"kind":"room.update","set":{"time_zone":"../etc/passwd"}}}`, "op.set.time_zone", "not a time zone"},
		"an amount with a comma":    {`{"op":{"kind":"room.update","set":{"amount":"1,5"}}}`, "op.set.amount", "not an amount"},
		"an amount of fractions":    {`{"op":{"kind":"room.update","set":{"amount":"1.555"}}}`, "op.set.amount", "not an amount"},
		"a comment on the room":     {`{"op":{"kind":"comment.add","id":"` + idA + `","set":{"on":{"entity":"room","id":"` + idB + `"},"body":"x"}}}`, "op.set.on", "cannot be on"},
		"a comment on more":         {`{"op":{"kind":"comment.add","id":"` + idA + `","set":{"on":{"entity":"task","id":"` + idB + `","x":1},"body":"x"}}}`, "op.set.on", "not"},
		"a comment moved":           {`{"op":{"kind":"comment.update","id":"` + idA + `","set":{"on":null}}}`, "op.set.on", "cannot be changed"},
		"a mention twice":           {`{"op":{"kind":"comment.update","id":"` + idA + `","set":{"mentions":["` + idB + `","` + idB + `"]}}}`, "op.set.mentions", "twice"},
		"a mention of a number":     {`{"op":{"kind":"comment.update","id":"` + idA + `","set":{"mentions":[1]}}}`, "op.set.mentions", "list of ids"},
		"an empty override":         {`{"op":{"kind":"milestone.complete","id":"` + idA + `","override":" "}}`, "op.override", "cannot be empty"},
		"no push":                   {`{"op":{"kind":"milestone.reschedule","id":"` + idA + `","due":"2026-01-01"}}`, "op.push", "true nor false"},
		"a reason of nothing":       {`{"op":{"kind":"milestone.reschedule","id":"` + idA + `","due":"2026-01-01","push":true,"reason":" "}}`, "op.reason", "empty"},
		"a maybe":                   {`{"op":{"kind":"milestone.reschedule","id":"` + idA + `","due":"2026-01-01","push":true,"unilateral":1}}`, "op.unilateral", "true nor false"},
		"a shift to no date":        {`{"op":{"kind":"plan.shift","to":"2026-02-30","mode":"all"}}`, "op.to", "30 Feb 2026 is not a date"},
		"a shift without a date":    {`{"op":{"kind":"plan.shift","mode":"all"}}`, "op.to", "not a date"},
		"a shift of some":           {`{"op":{"kind":"plan.shift","to":"2026-10-01","mode":"some"}}`, "op.mode", "use all, counted or none"},
		"a weekend of seven days":   {`{"op":{"kind":"room.update","set":{"seller_weekend":["mon","tue","wed","thu","fri","sat","sun"]}}}`, "op.set.seller_weekend", "no day to work on"},
		"a weekend on a dies solis": {`{"op":{"kind":"room.update","set":{"seller_weekend":["sol"]}}}`, "op.set.seller_weekend", "not a day of the week"},
		"a weekend twice":           {`{"op":{"kind":"room.update","set":{"seller_weekend":["sun","sun"]}}}`, "op.set.seller_weekend", "sun twice"},
		"a holiday that is no day":  {`{"op":{"kind":"room.update","set":{"buyer_holidays":["2026-02-29"]}}}`, "op.set.buyer_holidays", "29 Feb 2026 is not a date"},
		"a due cleared":             {`{"op":{"kind":"milestone.reschedule","id":"` + idA + `","due":null,"push":false}}`, "op.due", "not a date"},
		"an unknown template":       {`{"op":{"kind":"template.apply","template":"piloto"}}`, "op.template", "use blank, enterprise-procurement, onboarding, pilot, renewal or software-purchase"},
		"rev 0":                     {`{"op":{"kind":"op.undo","rev":0}}`, "op.rev", "not the rev"},
		"a rev with a point":        {`{"op":{"kind":"op.undo","rev":1.0}}`, "op.rev", "not the rev"},
		"a proposal without a date": {`{"op":{"kind":"date.propose","id":"` + idA + `","milestone":"` + idB + `","reason":"x"}}`, "op.to", "not a date"},
		"a proposal for nothing":    {`{"op":{"kind":"date.propose","id":"` + idA + `","to":"2026-10-22","reason":"x"}}`, "op.milestone", "missing"},
		"a proposal on no day":      {`{"op":{"kind":"date.propose","id":"` + idA + `","milestone":"` + idB + `","to":"2026-02-30"}}`, "op.to", "30 Feb 2026"},
		"a long reason":             {`{"op":{"kind":"date.decline","id":"` + idA + `","reason":"` + strings.Repeat("x", MaxReason+1) + `"}}`, "op.reason", "1001 characters"},
		"a reason that is a number": {`{"op":{"kind":"date.withdraw","id":"` + idA + `","reason":1}}`, "op.reason", "not text"},
		"a push that is no flag":    {`{"op":{"kind":"date.accept","id":"` + idA + `","push":1}}`, "op.push", "neither true nor false"},
		"a mark that is no flag":    {`{"op":{"kind":"milestone.reschedule","id":"` + idA + `","due":"2026-10-22","push":false,"unilateral":"yes"}}`, "op.unilateral", "neither true nor false"},
		"a yes to no rev":           {`{"op":{"kind":"plan.accept"}}`, "op.rev", "not the rev"},
		"a baseline without a name": {`{"op":{"kind":"baseline.add"}}`, "op.name", "missing"},
		"a baseline with items":     {`{"op":{"kind":"baseline.add","name":"x","items":{}}}`, "op.items", "no such key"},
		"an agreed date set":        {`{"op":{"kind":"milestone.update","id":"` + idA + `","set":{"agreed_due":"2026-10-22"}}}`, "op.set.agreed_due", "set by the server"},
		"a fault in a group":        {`{"ops":[{"kind":"op.undo","rev":1},{"kind":"task.complete","id":""}]}`, "ops[0].kind", "part of a group"},
		"the second of a group":     {`{"ops":[{"kind":"task.complete","id":"` + idA + `"},{"kind":"task.complete","id":""}]}`, "ops[1].id", "not an id"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := decode(t, c.body)
			refusal, ok := errors.AsType[*Error](err)
			if !ok || refusal.Code != Invalid || refusal.Field != c.field || !strings.Contains(refusal.Message, c.says) {
				t.Errorf("refused with %v, want %q on %s", err, c.says, c.field)
			}
		})
	}
	many := strings.Repeat(`{"kind":"op.undo","rev":1},`, MaxGroup) + `{"kind":"op.undo","rev":1}`
	if _, _, err := decode(t, `{"ops":[`+many+`]}`); CodeOf(err) != Limit {
		t.Errorf("a long group: %v", err)
	}
}

// What passes the check of names can be loaded where zones are used.
func TestZonesCanBeLoaded(t *testing.T) {
	if len(zones) < 400 {
		t.Errorf("%d zones", len(zones))
	}
	for name := range zones {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}
	}
}

// Every field of the schema has a type that decoding knows.
func TestEveryFieldCanBeChecked(t *testing.T) {
	for _, k := range Schema {
		for i := range k.Fields {
			f := &k.Fields[i]
			if v, err := f.CheckValue(map[string]any{"x": true}); err == nil {
				t.Errorf("%s.%s accepts %v", k.Entity, f.Name, v)
			}
			if v, err := f.CheckValue(nil); v != nil || err != nil {
				t.Errorf("%s.%s with null: %v, %v", k.Entity, f.Name, v, err)
			}
		}
	}
}

// FuzzDecode: whatever is sent, it is read or refused with a typed error, and
// what is read can be applied or refused likewise.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"op":{"kind":"milestone.add","id":"A","set":{"phase":"P","title":"x","due":"2026-02-28"},"after":null}}`,
		`{"op":{"kind":"milestone.update","id":"M","set":{"title":"\ud83d\ude00","is_go_live":true,"description":null}}}`,
		`{"op":{"kind":"milestone.move","id":"M","into":"P","before":"M"}}`, `{"op":{"kind":"milestone.complete","id":"M","override":"x"}}`,
		`{"ops":[{"kind":"task.add","id":"A","set":{"milestone":"M","title":"x"}},{"kind":"task.move","id":"A"},{"kind":"task.remove","id":"A"},{"kind":"task.restore","id":"A"}]}`,
		`{"op":{"kind":"comment.add","id":"A","set":{"on":{"entity":"milestone","id":"M"},"body":"x","mentions":[]}}}`,
		`{"op":{"kind":"room.update","set":{"amount":"1.5","time_zone":"UTC","go_live":"2026-01-01"}}}`,
		`{"op":{"kind":"participant.add","id":"A","set":{"name":"x","side":"buyer","access":"viewer","email":"a@b"}}}`,
		`{"op":{"kind":"template.apply","template":"blank"}}`, `{"op":{"kind":"op.undo","rev":1}}`, `{"op":{"kind":"dependency.add","id":"A","set":{"from":"M","to":"M"}}}`,
		`{"op":{"kind":"milestone.withdraw","id":"M"}}`, `{"op":"\ud800"}`,
		`{"op":{"kind":"date.propose","id":"A","milestone":"M","to":"2026-10-22","reason":"x"}}`, `{"op":{"kind":"date.accept","id":"D","push":false}}`, `{"op":{"kind":"date.counter","id":"D","to":"2026-10-22"}}`,
		`{"op":{"kind":"plan.accept","rev":3}}`, `{"op":{"kind":"baseline.add","name":"x"}}`, `{"op":{"kind":"milestone.reschedule","id":"M","due":"2026-10-22","push":false,"unilateral":true,"reason":"x"}}`, "{\"op\":\"\x00\xff\"}", `{"a":1,"a":2}`, `[[[[[[[[[[[[[[[[[[[[`, `{"op":{"kind":"group"}}`,
	} {
		f.Add([]byte(fill(seed, map[string]RecordID{"A": uid(0x99), "P": phase1, "M": uid(0x30), "D": uid(0x98)})))
	}
	w := newWorld(f)
	w.milestone(Shared, 0x30, nil)
	w.as(dana, Shared, Op{Kind: KindDatePropose, ID: uid(0x98), Milestone: uid(0x30), To: "2026-10-15"}).ok(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		typed := func(err error) {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("error %v is a %T", err, err)
			}
		}
		parsed, err := ParseJSON(data)
		if err != nil {
			typed(err)
			return
		}
		tree, ok := parsed.(map[string]any)
		if !ok {
			return
		}
		ops, _, err := DecodeOps(tree)
		if err != nil {
			typed(err)
			return
		}
		out, err := Apply(w.plan, Stamp{By: priya, At: testNow}, Shared, ops, nil)
		if err != nil {
			typed(err)
			return
		}
		for s, changes := range out.Changes {
			c := Commit{Rev: w.plan.Revs[s] + 1, At: testNow.Format(InstantFormat), Kind: ops[0].Kind, Changes: changes}
			again, err := DecodeCommit(EncodeCommit(c))
			if err != nil || fmt.Sprint(again.Changes) != fmt.Sprint(c.Changes) {
				t.Fatalf("commit %s\nread back as %+v, %v", EncodeCommit(c), again, err)
			}
		}
	})
}
