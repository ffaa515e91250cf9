package room

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// LedgerReport is what a ledger says on one day, to one side.
type LedgerReport struct {
	Rev        Rev         `json:"rev"` // of the shared stream
	Today      string      `json:"today"`
	Seller     SideLedger  `json:"seller"`
	Buyer      SideLedger  `json:"buyer"`
	People     []Promises  `json:"people"` // of the reader's own side
	Milestones []Slippings `json:"milestones"`
}

// SideLedger is one side's moves and promises. A promise is an agreed milestone
// that the side owns; it counts when it is done or its agreed day is over.
type SideLedger struct {
	Count
	Kept  int    `json:"kept"` // done by the agreed day
	Due   int    `json:"due"`
	Words string `json:"words"`
}

// Promises are what one person kept of what was agreed.
type Promises struct {
	Person RecordID `json:"person"`
	Kept   int      `json:"kept"`
	Due    int      `json:"due"`
}

// Slippings are the moves of one milestone, oldest first.
type Slippings struct {
	Milestone RecordID `json:"milestone"`
	Title     string   `json:"title"`
	Due       string   `json:"due"` // "" for none
	AgreedDue string   `json:"agreed_due"`
	SlipDays  *int     `json:"slip_days"` // nil without both dates
	Seller    Count    `json:"seller"`
	Buyer     Count    `json:"buyer"`
	Moves     []Move   `json:"moves"` // at most [KeptMoves], the newest
}

// Report says how dates moved and which were kept, as of an instant. People are
// named to their own side only; NoSide and partners get the two sides' sums.
func (l *Ledger) Report(at time.Time, reader Side) LedgerReport {
	zone := ""
	for _, rec := range l.plan.Streams[Shared][RoomEntity] {
		zone = str(rec.Fields["time_zone"])
	}
	r := LedgerReport{Rev: l.Rev(), Today: Today(at, zone), People: []Promises{}, Milestones: []Slippings{}}
	v := agreementView{l.plan.Streams[Shared]}
	people := map[RecordID]*Promises{}
	for id, rec := range l.plan.Streams[Shared][Milestone] {
		l.addMoves(&r, id, rec.Fields, v.counts(rec.Fields))
		if !v.counts(rec.Fields) {
			continue
		}
		kept, due := promise(rec.Fields, r.Today, zone)
		for side, sum := range map[Side]*SideLedger{SideSeller: &r.Seller, SideBuyer: &r.Buyer} {
			owner := RecordID(str(rec.Fields[string(side)+"_owner"]))
			if owner == "" || !due {
				continue
			}
			sum.add(kept)
			if side == reader {
				l.credit(people, owner, kept)
			}
		}
	}
	for _, p := range people {
		r.People = append(r.People, *p)
	}
	slices.SortFunc(r.People, func(a, b Promises) int { return cmp.Compare(a.Person, b.Person) })
	slices.SortFunc(r.Milestones, func(a, b Slippings) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Milestone, b.Milestone))
	})
	r.Seller.Words, r.Buyer.Words = r.Seller.words(v.company(SideSeller)), r.Buyer.words(v.company(SideBuyer))
	return r
}

// addMoves adds a milestone's moves to the report, also of one that is gone:
// a side's sums are of all it moved.
func (l *Ledger) addMoves(r *LedgerReport, id RecordID, f Fields, counts bool) {
	s := l.slips[id]
	if s == nil {
		s = &slip{}
	}
	m := Slippings{Milestone: id, Title: str(f["title"]), Due: str(f["due"]), AgreedDue: str(f["agreed_due"]), Moves: slices.Clone(s.moves)}
	for side, sums := range map[Side][2]*Count{SideSeller: {&m.Seller, &r.Seller.Count}, SideBuyer: {&m.Buyer, &r.Buyer.Count}} {
		if c := s.counts[side]; c != nil {
			*sums[0] = *c
			sums[1].Moves += c.Moves
			sums[1].Later += c.Later
			sums[1].Days += c.Days
		}
	}
	if !counts || m.Moves == nil && m.AgreedDue == "" {
		return
	}
	if m.Moves == nil {
		m.Moves = []Move{}
	}
	if m.Due != "" && m.AgreedDue != "" {
		days := daysFrom(m.AgreedDue, m.Due)
		m.SlipDays = &days
	}
	r.Milestones = append(r.Milestones, m)
}

// promise says whether an agreed milestone was kept, and whether that is known.
func promise(f Fields, today, zone string) (kept, due bool) {
	agreed := str(f["agreed_due"])
	switch {
	case agreed == "":
		return false, false
	case f["status"] != "done":
		return false, agreed < today
	}
	at, err := time.Parse(InstantFormat, str(f["completed_at"]))
	return err == nil && Today(at, zone) <= agreed, true
}

// credit gives a promise to the person who owns it, also through a role.
func (l *Ledger) credit(people map[RecordID]*Promises, owner RecordID, kept bool) {
	if slot := l.plan.Streams[Shared][RoleSlot][owner]; slot != nil {
		owner = RecordID(str(slot.Fields["filled_by"]))
	}
	if l.plan.Streams[Shared][Participant][owner] == nil {
		return // a role that nobody fills
	}
	p := people[owner]
	if p == nil {
		p = &Promises{Person: owner}
		people[owner] = p
	}
	p.Due++
	if kept {
		p.Kept++
	}
}

func (s *SideLedger) add(kept bool) {
	s.Due++
	if kept {
		s.Kept++
	}
}

func (s *SideLedger) words(company string) string {
	if s.Due == 0 {
		return company + " has had no agreed date to keep yet"
	}
	noun := "dates"
	if s.Due == 1 {
		noun = "date"
	}
	return fmt.Sprintf("%s kept %d of %d agreed %s", company, s.Kept, s.Due, noun)
}
