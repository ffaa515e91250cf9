package room

import "slices"

// KeptMoves is how many moves of one milestone a [Ledger] lists; older ones are
// only counted.
const KeptMoves = 40

// Ledger keeps every move of a date in the shared plan, read from its log, and
// who kept the dates that both sides agreed on. It is not safe for concurrent use.
type Ledger struct {
	plan  *Plan // what of the shared plan the ledger needs
	slips map[RecordID]*slip
}

// slip is what the ledger knows of one milestone.
type slip struct {
	moves  []Move
	counts map[Side]*Count
}

// Move is one move of a milestone's date.
type Move struct {
	Rev    Rev      `json:"rev"`
	From   string   `json:"from"` // "" for none
	To     string   `json:"to"`
	Days   int      `json:"days"` // negative: earlier; 0 without both dates
	By     RecordID `json:"by"`   // "" for the workspace itself
	Side   Side     `json:"side"`
	At     string   `json:"at"` // [InstantFormat]
	Reason string   `json:"reason"`
	Agreed bool     `json:"agreed"` // both sides had agreed on a date
	Alone  bool     `json:"alone"`  // and one moved it without the other
	Undone bool     `json:"undone"` // taken back, or taking one back: it counts for nothing
}

// Count sums moves up.
type Count struct {
	Moves int `json:"moves"`
	Later int `json:"later"` // of those, pushes to a later day
	Days  int `json:"days"`  // in all, moves to an earlier day subtracted
}

// NewLedger returns the ledger of a room in which nothing has happened yet.
func NewLedger() *Ledger { return &Ledger{plan: NewPlan("", ""), slips: map[RecordID]*slip{}} }

// Rev is the rev of the shared stream that the ledger has come to.
func (l *Ledger) Rev() Rev { return l.plan.Revs[Shared] }

// Add takes the next commit of the shared stream.
func (l *Ledger) Add(c Commit) {
	side := l.sideOf(c.By)
	var moved []Change
	kept := c
	kept.Changes = nil
	for _, change := range c.Changes {
		if change = concise(change); len(change.Set) == 0 {
			continue
		}
		kept.Changes = append(kept.Changes, change)
		if _, ok := change.Set["due"]; ok && change.Entity == Milestone && change.Was != nil {
			moved = append(moved, change)
		}
	}
	l.plan.Fold(Shared, kept)
	for i := range moved {
		l.note(&c, &moved[i], side)
	}
}

// ledgerFields are what the ledger reads of each entity.
var ledgerFields = map[Entity][]string{
	RoomEntity:  {"time_zone", "seller_company", "buyer_company"},
	Participant: {"name", "side"},
	RoleSlot:    {"filled_by"},
	Phase:       {"removed"},
	Milestone: {
		"phase", "title", "status", "due", "agreed_due", "moved_by", "due_reason", "completed_at",
		"seller_owner", "buyer_owner", "removed",
	},
}

// concise leaves out what the ledger does not read.
func concise(c Change) Change {
	set := Fields{}
	for _, name := range ledgerFields[c.Entity] {
		if v, ok := c.Set[name]; ok {
			set[name] = v
		}
	}
	c.Set = set
	return c
}

// sideOf is the side that somebody speaks for; the workspace is the seller's.
func (l *Ledger) sideOf(by *RecordID) Side {
	if by == nil {
		return SideSeller
	}
	if rec := l.plan.Streams[Shared][Participant][*by]; rec != nil {
		return Side(str(rec.Fields["side"]))
	}
	return NoSide
}

// note keeps one move; a first date is none.
func (l *Ledger) note(c *Commit, change *Change, side Side) {
	s := l.slips[change.ID]
	m := Move{Rev: c.Rev, From: str(change.Was["due"]), To: str(change.Set["due"]), Side: side, At: c.At}
	if m.From == "" && s == nil || m.From == m.To {
		return
	}
	if s == nil {
		s = &slip{counts: map[Side]*Count{}}
		l.slips[change.ID] = s
	}
	if c.By != nil {
		m.By = *c.By
	}
	if m.From != "" && m.To != "" {
		m.Days = daysFrom(m.From, m.To)
	}
	f := l.plan.Streams[Shared][Milestone][change.ID].Fields
	m.Reason, m.Agreed = str(f["due_reason"]), f["agreed_due"] != nil
	m.Alone = m.Agreed && f["moved_by"] == string(side)
	if c.Kind == KindUndo {
		s.takeBack(&m)
	}
	if !m.Undone {
		s.count(&m, 1)
	}
	s.moves = append(s.moves, m)
	if len(s.moves) > KeptMoves {
		s.moves = slices.Delete(s.moves, 0, 1)
	}
}

// takeBack finds the move that an undo takes back: neither counts.
func (s *slip) takeBack(m *Move) {
	for i := len(s.moves) - 1; i >= 0; i-- {
		last := &s.moves[i]
		if last.Undone {
			continue
		}
		if last.By == m.By && last.From == m.To && last.To == m.From {
			last.Undone, m.Undone = true, true
			s.count(last, -1)
		}
		return
	}
}

func (s *slip) count(m *Move, by int) {
	c := s.counts[m.Side]
	if c == nil {
		c = &Count{}
		s.counts[m.Side] = c
	}
	c.Moves += by
	c.Days += by * m.Days
	if m.Days > 0 {
		c.Later += by
	}
}
