package room

import "time"

// Outline is a plan in one line, as the shared stream has it: how it stands and
// whose turn it is.
type Outline struct {
	GoLive         string // "" for none
	ForecastGoLive string // "" when nothing is known of it
	SlipDays       *int
	Progress       Progress
	Health         Health
	Next           *Next // the open milestone due first, nil when there is none
	Strip          Strip
	Owner          RecordID // of the deal, on the selling side; "" for nobody
	OwnerName      string
	Active         bool // people are at work on it, see [View.Active]
}

// Next is a milestone that is waited for, and with whom the ball is.
type Next struct {
	ID    RecordID
	Title string
	Due   string // "" for none
	Late  bool
	With  string // BallSeller, …
}

// With whom the ball is: the companies that own the next step.
const (
	BallSeller = "seller"
	BallBuyer  = "buyer"
	BallBoth   = "both"
	BallNobody = "nobody" // the step has no owner yet
)

// OutlineOf works the line out as of an instant. Founder is who made the room,
// "" when that was the workspace's own key.
func OutlineOf(p *Plan, founder RecordID, at time.Time) Outline {
	v := NewView(p, []Stream{Shared})
	today := v.Today(at)
	dates := v.Schedule(today)
	out := Outline{
		GoLive: dates.GoLive, ForecastGoLive: dates.ForecastGoLive, SlipDays: dates.SlipDays,
		Progress: dates.Progress, Health: dates.Health, Strip: v.strip(today, dates.ForecastGoLive), Active: v.Active(),
	}
	out.Owner = p.dealOwner(founder)
	if f, ok := p.present(out.Owner); ok {
		out.OwnerName, _ = f["name"].(string)
	}
	if rec := p.Streams[Shared][Milestone][dates.Next]; rec != nil {
		out.Next = nextOf(rec, today)
	}
	return out
}

func nextOf(rec *Record, today string) *Next {
	n := &Next{ID: rec.ID, With: BallNobody}
	n.Title, _ = rec.Fields["title"].(string)
	n.Due, _ = rec.Fields["due"].(string)
	n.Late = n.Due != "" && n.Due < today
	seller, buyer := rec.Fields["seller_owner"] != nil, rec.Fields["buyer_owner"] != nil
	switch {
	case seller && buyer:
		n.With = BallBoth
	case seller:
		n.With = BallSeller
	case buyer:
		n.With = BallBuyer
	}
	return n
}

// dealOwner is the person of the selling side whose deal it is: who made the
// room while they own it, else who agrees for their company, else the owner
// whose name comes first.
func (p *Plan) dealOwner(founder RecordID) RecordID {
	if p.ownsForSeller(founder) {
		return founder
	}
	for _, rec := range p.Streams[Shared][RoomEntity] {
		approver, _ := rec.Fields["seller_approver"].(string)
		if _, ok := p.present(RecordID(approver)); ok {
			return RecordID(approver)
		}
	}
	best, bestName := RecordID(""), ""
	for id, rec := range p.Streams[Shared][Participant] {
		name, _ := rec.Fields["name"].(string)
		if p.ownsForSeller(id) && (best == "" || name < bestName || name == bestName && id < best) {
			best, bestName = id, name
		}
	}
	return best
}

func (p *Plan) ownsForSeller(id RecordID) bool {
	f, ok := p.present(id)
	return ok && f["side"] == string(SideSeller) && f["access"] == string(Owner)
}
