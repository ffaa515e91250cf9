package room

import "testing"

func TestComments(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	w.json(kim, Shared, fill(`{"kind":"comment.add","id":"C","set":{"on":{"entity":"milestone","id":"M"},"body":"Ready, **Marc**?","mentions":["MARC"]}}`,
		map[string]RecordID{"C": uid(0x40), "M": m, "MARC": marc.ID})).ok(t)
	f := w.fields(Shared, Comment, uid(0x40))
	if f["author"] != string(kim.ID) || f["at"] != w.now.Format(InstantFormat) || f["visibility"] != "shared" || f["on"] != (Target{Milestone, m}) {
		t.Errorf("comment = %v", f)
	}

	w.as(kim, Shared, Op{Kind: "comment.update", ID: uid(0x40), Set: Fields{"body": "Ready?"}}).ok(t)
	edited := w.fields(Shared, Comment, uid(0x40))["edited_at"]
	w.as(kim, Shared, Op{Kind: "comment.update", ID: uid(0x40), Set: Fields{"mentions": nil}}).ok(t)
	if f := w.fields(Shared, Comment, uid(0x40)); edited == nil || f["edited_at"] != edited || f["mentions"] != nil {
		t.Errorf("comment = %v", f)
	}

	w.as(kim, Shared, Op{Kind: KindCommentResolve, ID: uid(0x40)}).ok(t)
	first := w.fields(Shared, Comment, uid(0x40))["resolved_at"]
	w.as(dana, Shared, Op{Kind: KindCommentResolve, ID: uid(0x40)}).ok(t)
	if got := w.fields(Shared, Comment, uid(0x40))["resolved_at"]; first == nil || got != first {
		t.Errorf("resolved at %v, then %v", first, got)
	}
	w.as(dana, Shared, Op{Kind: KindCommentReopen, ID: uid(0x40)}).ok(t)

	w.as(dana, Shared, Op{Kind: "comment.remove", ID: uid(0x40)}).ok(t)
	w.as(kim, Shared, Op{Kind: "comment.restore", ID: uid(0x40)}).ok(t)
	w.as(priya, Shared, Op{Kind: KindRevoke, ID: marc.ID}).ok(t)
	w.as(kim, Shared, Op{Kind: "comment.update", ID: uid(0x40), Set: Fields{"mentions": []string{string(marc.ID)}}}).refused(t, Gone, "set.mentions")
	w.as(workspace, Shared, Op{Kind: "comment.add", ID: uid(0x41), Set: Fields{"body": "From the portal"}}).ok(t)
	if f := w.fields(Shared, Comment, uid(0x41)); f["author"] != nil {
		t.Errorf("comment = %v", f)
	}
	w.checkLog()
}

// I11: a private comment on a shared milestone is in its side's stream only.
func TestPrivateComments(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	w.as(tomas, Seller, Op{Kind: "comment.add", ID: uid(0x40), Set: Fields{"on": Target{Milestone, m}, "body": "They will push back"}}).ok(t)
	if f := w.fields(Seller, Comment, uid(0x40)); f["visibility"] != "seller_only" {
		t.Errorf("comment = %v", f)
	}
	if len(w.plan.Streams[Shared][Comment]) > 0 || len(w.plan.Streams[Buyer][Comment]) > 0 {
		t.Error("the comment is in another stream too")
	}
	private := w.milestone(Seller, 0x31, nil)
	w.as(kim, Shared, Op{Kind: "comment.add", ID: uid(0x41), Set: Fields{"on": Target{Milestone, private}, "body": "x"}}).refused(t, Gone, "set.on")
}
