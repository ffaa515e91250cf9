package room

import "testing"

// Each access level may do what the ones before it may, and its own.
func TestAccessLevels(t *testing.T) {
	ops := map[string]struct {
		op    string
		least Access
	}{
		"rename oneself":      {`{"kind":"participant.update","id":"SELF","set":{"name":"Other","role":"Legal"}}`, Viewer},
		"comment":             {`{"kind":"comment.add","id":"NEW","set":{"body":"Hi"}}`, Commenter},
		"resolve a thread":    {`{"kind":"comment.resolve","id":"COMMENT"}`, Commenter},
		"complete a task":     {`{"kind":"task.complete","id":"TASK"}`, Contributor},
		"meet a criterion":    {`{"kind":"criterion.meet","id":"CRITERION"}`, Contributor},
		"reopen a milestone":  {`{"kind":"milestone.reopen","id":"M"}`, Contributor},
		"edit a milestone":    {`{"kind":"milestone.update","id":"M","set":{"due":"2026-06-01"}}`, Editor},
		"move a task":         {`{"kind":"task.move","id":"TASK"}`, Editor},
		"remove a comment":    {`{"kind":"comment.remove","id":"COMMENT"}`, Editor},
		"edit the room":       {`{"kind":"room.update","set":{"purpose":"x"}}`, Editor},
		"set the room status": {`{"kind":"room.update","set":{"status":"won"}}`, Owner},
		"revoke somebody":     {`{"kind":"participant.revoke","id":"KIM"}`, Owner},
		"grant access":        {`{"kind":"participant.update","id":"SELF","set":{"access":"owner"}}`, Owner},
	}
	levels := []Member{vera, kim, chris, dana, marc}
	for name, c := range ops {
		for _, m := range levels {
			t.Run(name+" as "+string(m.Access), func(t *testing.T) {
				w := newWorld(t)
				ids := map[string]RecordID{
					"NEW": uid(0x99), "M": w.milestone(Shared, 0x30, nil), "TASK": uid(0x40), "CRITERION": uid(0x41),
					"COMMENT": uid(0x42), "KIM": kim.ID, "SELF": m.ID,
				}
				w.json(sam, Shared, fill(`[
					{"kind":"task.add","id":"TASK","set":{"milestone":"M","title":"x"}},
					{"kind":"criterion.add","id":"CRITERION","set":{"milestone":"M","text":"x","confirm_by":"buyer"}},
					{"kind":"comment.add","id":"COMMENT","set":{"body":"x"}}]`, ids)).ok(t)

				a := w.json(m, Shared, fill(c.op, ids))

				if want := m.Access.AtLeast(c.least); (a.Err == nil) != want {
					t.Errorf("refusal = %v, want allowed = %v", a.Err, want)
				}
				if a.Err != nil && a.Err.Code != Forbidden {
					t.Errorf("refused with %v", a.Err)
				}
			})
		}
	}
}

func TestWhoManagesWhom(t *testing.T) {
	for name, c := range map[string]struct {
		by    Member
		op    string
		field string
	}{
		"a buyer's owner and the seller's people": {marc, `{"kind":"participant.revoke","id":"SAM"}`, "id"},
		"a buyer's owner adding to the seller":    {marc, `{"kind":"participant.add","id":"NEW","set":{"name":"x","side":"seller","access":"viewer"}}`, "set.side"},
		"a buyer's owner moving people over":      {marc, `{"kind":"participant.update","id":"DANA","set":{"side":"seller"}}`, "set.side"},
		"an editor and other people":              {dana, `{"kind":"participant.update","id":"VERA","set":{"name":"x"}}`, ""},
		"somebody raising the own access":         {dana, `{"kind":"participant.update","id":"DANA","set":{"access":"owner"}}`, ""},
		"a comment of another":                    {priya, `{"kind":"comment.update","id":"COMMENT","set":{"body":"x"}}`, "id"},
		"a comment of another, removed":           {chris, `{"kind":"comment.remove","id":"COMMENT"}`, "id"},
		"the other side's stream":                 {priya, `{"kind":"comment.add","id":"NEW","set":{"body":"x"}}`, "stream"},
		"a partner in a private stream":           {pat, `{"kind":"comment.add","id":"NEW","set":{"body":"x"}}`, "stream"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.json(kim, Shared, fill(`{"kind":"comment.add","id":"COMMENT","set":{"body":"x"}}`, map[string]RecordID{"COMMENT": uid(0x42)})).ok(t)
			stream := Shared
			if c.field == "stream" {
				stream = Buyer
			}
			w.json(c.by, stream, fill(c.op, map[string]RecordID{
				"SAM": sam.ID, "DANA": dana.ID, "VERA": vera.ID, "NEW": uid(0x99), "COMMENT": uid(0x42),
			})).refused(t, Forbidden, c.field)
		})
	}
	w := newWorld(t)
	w.json(marc, Shared, fill(`{"kind":"participant.update","id":"DANA","set":{"access":"owner"}}`, map[string]RecordID{"DANA": dana.ID})).ok(t)
	w.json(priya, Shared, fill(`{"kind":"participant.revoke","id":"DANA"}`, map[string]RecordID{"DANA": dana.ID})).ok(t)
	w.json(workspace, Shared, fill(`{"kind":"participant.invite","id":"DANA"}`, map[string]RecordID{"DANA": dana.ID})).ok(t)
}

// Internal kinds are the server's own, from any sender.
func TestInternalKindsAreRefused(t *testing.T) {
	w := newWorld(t)
	for _, kind := range []Kind{KindRoomAdd, KindJoin} {
		w.as(workspace, Shared, Op{Kind: kind, ID: uid(0x99), Set: Fields{"name": "x"}}).refused(t, Invalid, "kind")
	}
	if err := Authorize(w.plan, priya, Shared, Op{Kind: KindJoin}); CodeOf(err) != Invalid {
		t.Errorf("Authorize: %v", err)
	}
	if err := Authorize(w.plan, priya, Shared, Op{Kind: "phase.update", ID: phase1}); err != nil {
		t.Errorf("Authorize: %v", err)
	}
}

func TestAnArchivedRoomIsOnlyRead(t *testing.T) {
	w := newWorld(t)
	w.json(priya, Shared, `{"kind":"room.update","set":{"status":"archived"}}`).ok(t)
	for _, op := range []string{`{"kind":"phase.remove","id":"P"}`, `{"kind":"milestone.update","id":"P","set":{"status":"done"}}`, `{"kind":"room.update","set":{"name":"Another"}}`} {
		w.json(priya, Shared, fill(op, map[string]RecordID{"P": phase1})).refused(t, Conflict, "")
	}
	w.json(priya, Shared, `{"kind":"room.update","set":{"status":"active"}}`).ok(t)
	w.json(priya, Shared, fill(`{"kind":"phase.remove","id":"P"}`, map[string]RecordID{"P": phase1})).ok(t)
}

// A person who comes through a link is added, or becomes active, and never
// gains by coming again.
func TestJoin(t *testing.T) {
	w := newWorld(t)
	join := func(set Fields) answer {
		return w.send(Request{Internal: true, Stream: Shared, Ops: []Op{{Kind: KindJoin, ID: uid(0x60), Set: set}}})
	}
	join(Fields{"name": "Jo", "side": "buyer", "access": "viewer", "email": "jo@acme.example"}).ok(t)
	if f := w.fields(Shared, Participant, uid(0x60)); f["state"] != "active" || f["email"] != nil {
		t.Errorf("participant = %v", f)
	}
	join(Fields{"name": "Josephine", "side": "seller", "access": "owner", "verified": true}).ok(t)
	if m, ok := w.plan.Member(uid(0x60)); !ok || m != (Member{uid(0x60), "Jo", SideBuyer, Viewer}) {
		t.Errorf("member = %+v, %v", m, ok)
	}
	if f := w.fields(Seller, Participant, uid(0x60)); f["verified"] != true || f["email"] != "jo@acme.example" {
		t.Errorf("satellite = %v", f)
	}
	w.as(priya, Shared, Op{Kind: KindRevoke, ID: uid(0x60)}).ok(t)
	join(Fields{"name": "Jo"}).refused(t, Forbidden, "id")
	if _, ok := w.plan.Member(uid(0x60)); ok {
		t.Error("a revoked participant is a member")
	}
	w.as(priya, Shared, Op{Kind: KindInvite, ID: uid(0x60)}).ok(t)
	join(Fields{"name": "Jo"}).ok(t)
	w.as(priya, Shared, Op{Kind: KindInvite, ID: uid(0x60)}).refused(t, Conflict, "id")
	w.checkLog()
}
