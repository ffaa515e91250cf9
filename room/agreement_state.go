package room

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Agreement is how far both sides agree on a plan, and what changed since.
type Agreement struct {
	// Baseline is the newest that both sides agreed on, "" for none.
	Baseline RecordID  `json:"baseline"`
	At       string    `json:"at"` // when it was made, [InstantFormat]
	Seller   SideYes   `json:"seller"`
	Buyer    SideYes   `json:"buyer"`
	SlipDays *int      `json:"slip_days"` // go-live: days from agreed to now, nil without both
	Rows     []Changed `json:"rows"`
	Moved    int       `json:"moved"`   // of Rows: another date
	Alone    int       `json:"alone"`   // of those: moved by one side without the other
	Added    int       `json:"added"`   // dated milestones that were not, or not there
	Removed  int       `json:"removed"` // or cancelled
	Words    string    `json:"words"`   // "4 dates changed since both agreed"
}

// SideYes is one side's newest yes.
type SideYes struct {
	Agreed bool     `json:"agreed"` // it said yes once
	Holds  bool     `json:"holds"`  // and nothing of the terms changed since
	Rev    int64    `json:"rev"`
	At     string   `json:"at"`
	By     RecordID `json:"by"`  // "" for the workspace itself
	Why    string   `json:"why"` // what ended it: added, removed, date, owner or criterion
	On     RecordID `json:"on"`  // the milestone that changed, "" for several
	Words  string   `json:"words"`
}

// Changed is one milestone that is not as both sides agreed.
type Changed struct {
	Milestone RecordID `json:"milestone"`
	Title     string   `json:"title"`
	Kind      string   `json:"kind"`   // moved, added, removed or cancelled
	Agreed    string   `json:"agreed"` // the day, "" for none
	Now       string   `json:"now"`
	Days      int      `json:"days"`   // from agreed to now, negative when earlier
	Alone     string   `json:"alone"`  // the side that moved it without the other, "" for none
	Reason    string   `json:"reason"` // of the last move
	Words     string   `json:"words"`
}

// AgreementOf says how far both sides agree on the plan that they share. It
// takes time linear in the milestones and keeps nothing of the state.
func AgreementOf(shared State) Agreement {
	v := agreementView{shared}
	a := Agreement{Seller: v.yes(SideSeller), Buyer: v.yes(SideBuyer), Rows: []Changed{}}
	base := v.baseline()
	if base != nil {
		a.Baseline, a.At = base.ID, str(base.Fields["at"])
		items, _ := base.Fields["items"].(Dates)
		a.Rows = v.rows(items)
		a.SlipDays = v.slip(items)
	}
	for _, row := range a.Rows {
		switch row.Kind {
		case "moved":
			a.Moved++
			if row.Alone != "" {
				a.Alone++
			}
		case "added":
			a.Added++
		default:
			a.Removed++
		}
	}
	a.Words = v.words(&a)
	return a
}

// agreementView reads the shared plan.
type agreementView struct{ shared State }

// baseline returns the newest that both sides agreed on.
func (v agreementView) baseline() (newest *Record) {
	for _, rec := range v.shared[Baseline] {
		if rec.Fields["agreed"] != true || rec.Fields["removed"] == true {
			continue
		}
		if newest == nil || laterAcceptance(rec.ID, rec.Fields, newest.ID, newest.Fields) {
			newest = rec
		}
	}
	return newest
}

// yes returns the newest acceptance of a side.
func (v agreementView) yes(side Side) SideYes {
	var newest *Record
	for _, rec := range v.shared[Acceptance] {
		if rec.Fields["removed"] == true || rec.Fields["side"] != string(side) {
			continue
		}
		if newest == nil || laterAcceptance(rec.ID, rec.Fields, newest.ID, newest.Fields) {
			newest = rec
		}
	}
	company := v.company(side)
	if newest == nil {
		return SideYes{Words: company + " has not agreed yet"}
	}
	f := newest.Fields
	rev, _ := f["rev"].(int64)
	yes := SideYes{
		Agreed: true, Holds: f["stale_at"] == nil, Rev: rev, At: str(f["at"]), By: RecordID(str(f["by"])),
		Why: str(f["stale_why"]), On: RecordID(str(f["stale_on"])), Words: company + " agreed",
	}
	if yes.By != "" {
		yes.Words = v.name(yes.By) + " agreed for " + company
	}
	if !yes.Holds {
		yes.Words += "; since then " + v.name(RecordID(str(f["stale_by"]))) + " " + v.did(yes.Why, yes.On)
	}
	return yes
}

// did says what somebody did to the terms.
func (v agreementView) did(why string, on RecordID) string {
	rec := v.shared[Milestone][on]
	if rec == nil {
		if why == termAdded {
			return "brought a phase back"
		}
		return "removed a phase"
	}
	title := "“" + str(rec.Fields["title"]) + "”"
	switch why {
	case termAdded:
		return "added " + title
	case termRemoved:
		return "took out " + title
	case termDate:
		return "moved " + title
	case termOwner:
		return "gave " + title + " another owner"
	default:
		return "changed what makes " + title + " done"
	}
}

// rows compares the milestones with what was agreed, in the order of the days.
func (v agreementView) rows(items Dates) []Changed {
	rows := []Changed{}
	for id, rec := range v.shared[Milestone] {
		if row, ok := v.row(rec, items[string(id)]); ok {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b Changed) int {
		return cmp.Or(cmp.Compare(cmp.Or(a.Agreed, a.Now), cmp.Or(b.Agreed, b.Now)), cmp.Compare(a.Milestone, b.Milestone))
	})
	return rows
}

func (v agreementView) row(rec *Record, agreed string) (Changed, bool) {
	f := rec.Fields
	row := Changed{Milestone: rec.ID, Title: str(f["title"]), Agreed: agreed, Now: str(f["due"]), Kind: "moved"}
	counts := v.counts(f)
	switch {
	case counts && row.Now == agreed, agreed == "" && (!counts || row.Now == ""):
		return row, false
	case agreed == "":
		row.Kind = "added"
	case f["status"] == "cancelled" && f["removed"] != true:
		row.Kind = "cancelled"
	case !counts:
		row.Kind = "removed"
	default:
		row.Alone, row.Reason = str(f["moved_by"]), str(f["due_reason"])
	}
	if row.Kind == "moved" && row.Now != "" {
		row.Days = daysFrom(agreed, row.Now)
	}
	row.Words = v.rowWords(&row)
	return row, true
}

// counts reports whether a milestone is part of the plan.
func (v agreementView) counts(f Fields) bool {
	phase := v.shared[Phase][RecordID(str(f["phase"]))]
	hidden := f["removed"] == true || phase != nil && phase.Fields["removed"] == true
	return !hidden && f["status"] != "cancelled"
}

// slip is how far go-live is from where it was agreed, whichever milestone was
// go-live then.
func (v agreementView) slip(items Dates) *int {
	agreedDay := ""
	for _, rec := range v.shared[RoomEntity] {
		agreedDay = str(rec.Fields["agreed_go_live"])
	}
	for id, rec := range v.shared[Milestone] {
		due, agreed := str(rec.Fields["due"]), cmp.Or(agreedDay, items[string(id)])
		if rec.Fields["is_go_live"] == true && rec.Fields["removed"] != true && due != "" && agreed != "" {
			days := daysFrom(agreed, due)
			return &days
		}
	}
	return nil
}

func (v agreementView) rowWords(row *Changed) string {
	switch row.Kind {
	case "added":
		return fmt.Sprintf("“%s” on %s was added", row.Title, dayWords(row.Now))
	case "removed", "cancelled":
		return fmt.Sprintf("“%s” was %s, agreed for %s", row.Title, row.Kind, dayWords(row.Agreed))
	}
	words := fmt.Sprintf("“%s” has no date, agreed for %s", row.Title, dayWords(row.Agreed))
	if row.Now != "" {
		words = fmt.Sprintf("“%s” moved from %s to %s, %s", row.Title, dayWords(row.Agreed), dayWords(row.Now), laterWords(row.Days))
	}
	if row.Alone != "" {
		words += ", by " + v.company(Side(row.Alone)) + " alone"
	}
	return words
}

// words says it in one sentence.
func (v agreementView) words(a *Agreement) string {
	if a.Baseline == "" {
		if a.Seller.Holds || a.Buyer.Holds {
			return a.Seller.Words + "; " + a.Buyer.Words
		}
		return "The two sides have not agreed on the dates yet"
	}
	var parts []string
	for _, part := range []struct {
		n    int
		done string
	}{{a.Moved, "changed"}, {a.Added, "added"}, {a.Removed, "removed"}} {
		switch {
		case part.n == 0:
		case len(parts) > 0:
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.done))
		case part.n == 1:
			parts = append(parts, "1 date "+part.done)
		default:
			parts = append(parts, fmt.Sprintf("%d dates %s", part.n, part.done))
		}
	}
	if len(parts) == 0 {
		return "No date changed since both agreed"
	}
	return strings.Join(parts, ", ") + " since both agreed"
}

func (v agreementView) company(side Side) string {
	for _, rec := range v.shared[RoomEntity] {
		return str(rec.Fields[string(side)+"_company"])
	}
	return string(side)
}

func (v agreementView) name(id RecordID) string {
	if rec := v.shared[Participant][id]; rec != nil {
		return str(rec.Fields["name"])
	}
	return "the workspace"
}

// str is a text field's value, "" when absent.
func str(v Value) string {
	s, _ := v.(string)
	return s
}
