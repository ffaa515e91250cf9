package room

import "testing"

// What somebody has read of one side's stream cannot be taken back: who came in
// stays on that side. Who was only asked in can still be put right.
func TestSideOfAParticipant(t *testing.T) {
	const (
		toBuyer  = `{"kind":"participant.update","id":"JO","set":{"side":"buyer"}}`
		toSeller = `{"kind":"participant.update","id":"JO","set":{"side":"seller"}}`
		revoke   = `{"kind":"participant.revoke","id":"JO"}`
		invite   = `{"kind":"participant.invite","id":"JO"}`
		restored = `[{"kind":"participant.remove","id":"JO"},{"kind":"participant.restore","id":"JO"}]`
	)
	for name, c := range map[string]struct {
		by     Member
		joined bool
		setup  []string
		op     string
		code   Code
	}{
		"added":                         {by: priya, op: toBuyer},
		"invited":                       {by: priya, setup: []string{invite}, op: toBuyer},
		"joined":                        {by: priya, joined: true, op: toBuyer, code: Conflict},
		"joined, the side they have":    {by: priya, joined: true, op: toSeller},
		"joined, by the workspace":      {by: workspace, joined: true, op: toBuyer, code: Conflict},
		"joined and revoked":            {by: priya, joined: true, setup: []string{revoke}, op: toBuyer, code: Conflict},
		"joined and invited again":      {by: priya, joined: true, setup: []string{revoke, invite}, op: toBuyer, code: Conflict},
		"joined and restored":           {by: priya, joined: true, setup: []string{restored}, op: toBuyer, code: Conflict},
		"added, revoked, invited again": {by: priya, setup: []string{revoke, invite}, op: toBuyer, code: Conflict},
		"added, by the other side":      {by: marc, op: toBuyer, code: Forbidden},
		"added, put right twice":        {by: priya, setup: []string{toBuyer}, op: toSeller},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ids := map[string]RecordID{"JO": uid(0x60)}
			w.json(priya, Shared, fill(`{"kind":"participant.add","id":"JO","set":{"name":"Jo","side":"seller","access":"editor"}}`, ids)).ok(t)
			if c.joined {
				w.send(Request{Internal: true, Stream: Shared, Ops: []Op{{Kind: KindJoin, ID: ids["JO"], Set: Fields{"name": "Jo"}}}}).ok(t)
			}
			for _, op := range c.setup {
				w.json(priya, Shared, fill(op, ids)).ok(t)
			}

			a := w.json(c.by, Shared, fill(c.op, ids))

			switch c.code {
			case "":
				a.ok(t)
			case Forbidden:
				a.refused(t, c.code, "id")
			default:
				a.refused(t, c.code, "set.side")
			}
			if want := "Jo has joined as Northwind; add them again for the other side"; a.Err != nil && c.code == Conflict && a.Err.Message != want {
				t.Errorf("refusal = %q", a.Err.Message)
			}
			w.checkLog()
		})
	}
}

// The seller's side always has somebody who can manage the room.
func TestTheLastOwnerStays(t *testing.T) {
	const (
		demote    = `{"kind":"participant.update","id":"PRIYA","set":{"access":"editor"}}`
		revoke    = `{"kind":"participant.revoke","id":"PRIYA"}`
		remove    = `{"kind":"participant.remove","id":"PRIYA"}`
		promote   = `{"kind":"participant.update","id":"SAM","set":{"access":"owner"}}`
		revokeSam = `{"kind":"participant.revoke","id":"SAM"}`
		demoteSam = `{"kind":"participant.update","id":"SAM","set":{"access":"viewer"}}`
		rename    = `{"kind":"participant.update","id":"PRIYA","set":{"name":"Priya N."}}`
	)
	for name, c := range map[string]struct {
		by    Member
		setup []string
		op    string
		field string // "" for accepted
	}{
		"demoted by themselves":           {priya, nil, demote, "set.access"},
		"demoted by the workspace":        {workspace, nil, demote, "set.access"},
		"revoked":                         {priya, nil, revoke, "id"},
		"removed":                         {priya, nil, remove, "id"},
		"renamed":                         {priya, nil, rename, ""},
		"demoted, with another owner":     {priya, []string{promote}, demote, ""},
		"revoked, with another owner":     {sam, []string{promote}, revoke, ""},
		"the other one, then they":        {priya, []string{promote, revokeSam}, remove, "id"},
		"a buyer's owner is not enough":   {workspace, []string{demoteSam}, revoke, "id"},
		"handed over in one group":        {priya, nil, "[" + promote + "," + demote + "]", ""},
		"handed over and back, both gone": {priya, nil, "[" + promote + "," + demote + "," + demoteSam + "]", "ops[2].set.access"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ids := map[string]RecordID{"PRIYA": priya.ID, "SAM": sam.ID}
			for _, op := range c.setup {
				w.json(priya, Shared, fill(op, ids)).ok(t)
			}

			a := w.json(c.by, Shared, fill(c.op, ids))

			if c.field == "" {
				a.ok(t)
				return
			}
			a.refused(t, Conflict, c.field)
			if a.Err.Message != "Northwind needs at least one owner" {
				t.Errorf("refusal = %q", a.Err.Message)
			}
		})
	}
}

// An owner who is only added can be put on the other side, unless nobody is left.
func TestTheLastOwnerKeepsTheirSide(t *testing.T) {
	w := newWorld(t)
	jo := uid(0x60)
	w.as(workspace, Shared, Op{Kind: "participant.add", ID: jo, Set: Fields{"name": "Jo", "side": "seller", "access": "owner"}}).ok(t)
	w.as(workspace, Shared, Op{Kind: KindRevoke, ID: priya.ID}).ok(t)
	w.as(workspace, Shared, Op{Kind: "participant.update", ID: jo, Set: Fields{"side": "buyer"}}).refused(t, Conflict, "set.side")
	w.as(workspace, Shared, Op{Kind: KindInvite, ID: priya.ID}).ok(t)
	w.as(workspace, Shared, Op{Kind: "participant.update", ID: jo, Set: Fields{"side": "buyer"}}).ok(t)

	// A room that nobody owned yet is no reason to refuse.
	empty := &world{TB: t, plan: NewPlan(testRoom, "e1"), cursors: map[CursorKey]*Cursor{}, now: testNow}
	empty.send(Request{Internal: true, Group: true, Stream: Shared, Ops: []Op{
		{Kind: KindRoomAdd, ID: RecordID(testRoom), Set: Fields{"name": "x", "seller_company": "Northwind", "buyer_company": "Acme", "time_zone": "UTC"}},
		{Kind: KindJoin, ID: sam.ID, Set: Fields{"name": "Sam", "side": "seller", "access": "editor"}},
	}}).ok(t)
	empty.as(workspace, Shared, Op{Kind: KindRevoke, ID: sam.ID}).ok(t)
}
