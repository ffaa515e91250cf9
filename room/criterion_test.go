package room

import "testing"

// The side that confirms a criterion alone says that another one does.
func TestWhoChangesTheConfirmingSide(t *testing.T) {
	for name, c := range map[string]struct {
		was string
		by  Member
		to  Value
		ok  bool
	}{
		"nobody's, for the other side":    {"", sam, "buyer", true},
		"nobody's, for the own side":      {"", sam, "seller", true},
		"nobody's, by a partner":          {"", pat, "buyer", true},
		"the buyer's, by the buyer":       {"buyer", dana, "seller", true},
		"the buyer's, cleared by them":    {"buyer", dana, nil, true},
		"the buyer's, by the seller":      {"buyer", sam, "seller", false},
		"the buyer's, cleared by seller":  {"buyer", priya, nil, false},
		"the buyer's, by a partner":       {"buyer", pat, nil, false},
		"the buyer's, left to the buyer":  {"buyer", sam, "buyer", true},
		"the seller's, by the buyer":      {"seller", marc, nil, false},
		"the seller's, by the seller":     {"seller", sam, nil, true},
		"the buyer's, by the workspace":   {"buyer", workspace, nil, false},
		"the seller's, by the workspace":  {"seller", workspace, "buyer", true},
		"nobody's, left to nobody at all": {"", dana, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := newCriterion(t, c.was)
			a := w.as(c.by, Shared, Op{Kind: "criterion.update", ID: id, Set: Fields{"text": "Other", "confirm_by": c.to}})
			if c.ok {
				a.ok(t)
			} else {
				a.refused(t, Forbidden, "set.confirm_by")
			}
			w.checkLog()
		})
	}
}

// newCriterion returns a world with one criterion, confirmed by a side if any.
func newCriterion(t *testing.T, confirmBy string) (*world, RecordID) {
	t.Helper()
	w, id := newWorld(t), uid(0x40)
	set := Fields{"milestone": string(w.milestone(Shared, 0x30, nil)), "text": "Signed", "measure": "days", "target": "3"}
	if confirmBy != "" {
		set["confirm_by"] = confirmBy
	}
	w.as(sam, Shared, Op{Kind: "criterion.add", ID: id, Set: set}).ok(t)
	return w, id
}

// A criterion is met for what it said then; when it says something else, it is to
// be met again.
func TestACriterionThatChangesIsToBeMetAgain(t *testing.T) {
	for name, c := range map[string]struct {
		set Fields
		met bool
	}{
		"text":                   {Fields{"text": "Signed by both"}, false},
		"measure":                {Fields{"measure": "weeks"}, false},
		"target cleared":         {Fields{"target": nil}, false},
		"the same again":         {Fields{"text": "Signed", "measure": "days", "target": "3"}, true},
		"who confirms, the same": {Fields{"confirm_by": "buyer"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := newCriterion(t, "buyer")
			w.as(chris, Shared, Op{Kind: KindCriterionMeet, ID: id}).ok(t)

			a := w.as(sam, Shared, Op{Kind: "criterion.update", ID: id, Set: c.set}).ok(t)

			f := w.fields(Shared, Criterion, id)
			if met := f["met_at"] != nil && f["met_by"] != nil; met != c.met {
				t.Errorf("criterion = %v", f)
			}
			w.undo(sam, Shared, a.Rev).ok(t) // what was met is what it says again
			if f := w.fields(Shared, Criterion, id); f["met_by"] != string(chris.ID) {
				t.Errorf("after undo: %v", f)
			}
			w.checkLog()
		})
	}
}

// In one group, what is met after the change stays met.
func TestACriterionIsMetForItsNewText(t *testing.T) {
	w, id := newCriterion(t, "")
	w.as(chris, Shared, Op{Kind: KindCriterionMeet, ID: id}).ok(t)
	w.as(sam, Shared,
		Op{Kind: "criterion.update", ID: id, Set: Fields{"text": "Signed by both"}},
		Op{Kind: KindCriterionMeet, ID: id},
	).ok(t)
	if f := w.fields(Shared, Criterion, id); f["met_by"] != string(sam.ID) {
		t.Errorf("criterion = %v", f)
	}
}

// I8: undo is no way around the rules of a criterion.
func TestUndoOfACriterionsChange(t *testing.T) {
	text := func(s string) Op { return Op{Kind: "criterion.update", ID: uid(0x40), Set: Fields{"text": s}} }
	measure := Op{Kind: "criterion.update", ID: uid(0x40), Set: Fields{"measure": "weeks"}}
	meet := Op{Kind: KindCriterionMeet, ID: uid(0x40)}
	unmeet := Op{Kind: KindCriterionUnmeet, ID: uid(0x40)}
	confirm := func(v Value) Op { return Op{Kind: "criterion.update", ID: uid(0x40), Set: Fields{"confirm_by": v}} }
	type sent struct {
		by Member
		op Op
	}
	for name, c := range map[string]struct {
		before []sent
		undone sent
		since  []sent
		code   Code // "" for accepted
		met    bool
	}{
		"a text that was met since":            {nil, sent{sam, text("B")}, []sent{{chris, meet}}, "", false},
		"an unmeet, after another's new text":  {[]sent{{chris, meet}}, sent{chris, unmeet}, []sent{{sam, text("B")}}, Conflict, false},
		"an unmeet, after the own new text":    {[]sent{{dana, meet}}, sent{dana, unmeet}, []sent{{dana, text("B")}}, "", false},
		"an unmeet":                            {[]sent{{chris, meet}}, sent{chris, unmeet}, nil, "", true},
		"a text, after another's new measure":  {[]sent{{chris, meet}}, sent{sam, text("B")}, []sent{{marc, measure}}, Conflict, false},
		"a text, after the own new measure":    {[]sent{{chris, meet}}, sent{sam, text("B")}, []sent{{sam, measure}}, "", false},
		"a meet that somebody's text took":     {nil, sent{chris, meet}, []sent{{sam, text("B")}}, Conflict, false},
		"a meet that is the other side's now":  {nil, sent{chris, meet}, []sent{{sam, confirm("seller")}}, Forbidden, true},
		"naming the other side":                {nil, sent{sam, confirm("buyer")}, nil, Forbidden, false},
		"naming the own side":                  {nil, sent{sam, confirm("seller")}, nil, "", false},
		"a text that the other side confirmed": {[]sent{{sam, confirm("buyer")}, {chris, meet}}, sent{sam, text("B")}, nil, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := newCriterion(t, "")
			for _, s := range c.before {
				w.as(s.by, Shared, s.op).ok(t)
			}
			rev := w.as(c.undone.by, Shared, c.undone.op).ok(t).Rev
			for _, s := range c.since {
				w.as(s.by, Shared, s.op).ok(t)
			}

			a := w.undo(c.undone.by, Shared, rev)

			if c.code == "" {
				a.ok(t)
			} else {
				a.refused(t, c.code, "rev")
			}
			if f := w.fields(Shared, Criterion, id); (f["met_at"] != nil) != c.met {
				t.Errorf("criterion = %v", f)
			}
			w.checkLog()
		})
	}
}
