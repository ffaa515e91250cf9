package demo

import (
	"slices"
	"strings"
	"time"

	"parley/room"
)

// perform is the script. Its order is part of it: an op is known by its place.
func (p *play) perform() {
	p.introduce()
	p.assign()
	p.finish("Discovery recap and success criteria", marc, priya)
	p.finish("Technical evaluation", ines, omar)
	p.finish("Executive sponsor meeting", dana, priya)
	p.finish("Proposal review", dana, priya)
	p.date()
	p.agree()
	p.since()
	p.securityReview()
	p.contract()
	p.procurement()
	p.behindDoors()
	p.talk()
}

// introduce says what the deal is about; its size is the seller's to know.
func (p *play) introduce() {
	p.do(priya, room.Shared, room.Op{Kind: room.KindRoomUpdate, Set: room.Fields{
		"status":           "active",
		"purpose":          "Replace the spreadsheets that plan 40 warehouse shifts a week, so that nobody is called in on a free day.",
		"compelling_event": "The old planning tool loses support at the end of the quarter.",
		"amount":           "184000.00",
		"currency":         "EUR",
		"crm_ref":          "NW-2214",
	}})
	for _, who := range cast {
		if who.buyingRole != "" {
			p.do(priya, room.Seller, room.Op{Kind: "participant.update", ID: p.id(who.name), Set: room.Fields{"buying_role": who.buyingRole}})
		}
	}
}

// close says when nobody works, before any date is counted.
func (p *play) close() {
	p.do(priya, room.Shared, room.Op{Kind: room.KindRoomUpdate, Set: room.Fields{
		"seller_holidays": holidays(p.now), "buyer_holidays": holidays(p.now),
	}})
}

// holidays are the days around the turn of the year that both companies close.
func holidays(now time.Time) []string {
	var days []string
	for _, year := range []string{now.Format("2006"), now.AddDate(1, 0, 0).Format("2006")} {
		days = append(days, year+"-01-01", year+"-05-01", year+"-12-25", year+"-12-26")
	}
	return days
}

// assign puts people where the template had roles.
func (p *play) assign() {
	fill := slices.Clone(p.plan.slots)
	slices.SortFunc(fill, func(a, b slot) int { return strings.Compare(a.key, b.key) })
	for _, s := range fill {
		if who, ok := slots[s.key]; ok {
			p.do(priya, room.Shared, room.Op{Kind: "role_slot.update", ID: s.id, Set: room.Fields{"filled_by": string(p.id(who.name))}})
		}
	}
	for _, title := range titles {
		m, set := p.plan.milestones[title], room.Fields{}
		if who, ok := p.owner(m.seller); ok {
			set["seller_owner"] = string(p.id(who.name))
		}
		if who, ok := p.owner(m.buyer); ok {
			set["buyer_owner"] = string(p.id(who.name))
		}
		p.do(priya, room.Shared, room.Op{Kind: "milestone.update", ID: m.id, Set: set})
		for _, t := range m.tasks {
			if who, ok := p.owner(t.owner); ok {
				p.do(priya, room.Shared, room.Op{Kind: "task.update", ID: t.id, Set: room.Fields{"owner": string(p.id(who.name))}})
			}
		}
	}
}

// titles are the template's milestones, in its order.
var titles = []string{
	"Discovery recap and success criteria", "Technical evaluation", "Security review", "Executive sponsor meeting",
	"Proposal review", "Legal and contract negotiation", "Procurement and purchase order", "Contract signed",
	"Kick-off", "Integration and data", "Training", "Go-live",
}

// finish does a milestone's tasks, meets its criteria, each by the side that
// confirms it, and completes it.
func (p *play) finish(title string, buyer, seller person) {
	m := p.plan.milestones[title]
	for _, t := range m.tasks {
		p.complete(t)
	}
	for _, c := range m.criteria {
		p.meet(c, buyer, seller)
	}
	p.do(buyer, room.Shared, room.Op{Kind: room.KindMilestoneComplete, ID: m.id})
}

// complete is done by the task's owner.
func (p *play) complete(t task) {
	who, ok := p.owner(t.owner)
	if !ok {
		who = priya
	}
	p.do(who, room.Shared, room.Op{Kind: room.KindTaskComplete, ID: t.id})
}

func (p *play) meet(c criterion, buyer, seller person) {
	who := buyer
	if c.confirmBy == room.SideSeller {
		who = seller
	}
	p.do(who, room.Shared, room.Op{Kind: room.KindCriterionMeet, ID: c.id})
}

// securityReview is under way and late: the one late milestone.
func (p *play) securityReview() {
	m := p.plan.milestones["Security review"]
	p.do(marc, room.Shared, room.Op{Kind: "milestone.update", ID: m.id, Set: room.Fields{"status": "in_progress"}})
	for _, t := range m.tasks {
		p.complete(t)
	}
	for _, c := range m.criteria {
		if c.confirmBy == room.SideSeller {
			p.meet(c, ines, omar)
		}
	}
}

// contract is under way and in time.
func (p *play) contract() {
	m := p.plan.milestones["Legal and contract negotiation"]
	p.do(lena, room.Shared, room.Op{Kind: "milestone.update", ID: m.id, Set: room.Fields{"status": "in_progress"}})
	for _, t := range m.tasks {
		if t.title == "Send contract and data processing agreement" {
			p.complete(t)
		}
	}
}

// procurement waits for somebody outside the room.
func (p *play) procurement() {
	m := p.plan.milestones["Procurement and purchase order"]
	p.do(marc, room.Shared, room.Op{Kind: "milestone.update", ID: m.id, Set: room.Fields{
		"status": "blocked", "blocked_reason": "Acme’s finance system has no supplier number for Northwind yet",
	}})
}

// behindDoors is what each side keeps to itself.
func (p *play) behindDoors() {
	phase := string(p.plan.phases["Agree and sign"])
	approval, committee := p.id("discount approval"), p.id("budget committee")
	p.do(priya, room.Seller, room.Op{Kind: "milestone.add", ID: approval, Set: room.Fields{
		"phase": phase, "title": "Discount approved by finance", "due": p.workingDay(2), "seller_owner": string(p.id(priya.name)),
	}})
	p.do(priya, room.Seller, room.Op{Kind: "task.add", ID: p.id("discount request"), Set: room.Fields{
		"milestone": string(approval), "title": "Send the deal sheet to finance", "owner": string(p.id(omar.name)),
	}})
	p.do(marc, room.Buyer, room.Op{Kind: "milestone.add", ID: committee, Set: room.Fields{
		"phase": phase, "title": "Budget committee", "due": p.workingDay(4), "buyer_owner": string(p.id(dana.name)),
	}})
	p.do(marc, room.Buyer, room.Op{Kind: "task.add", ID: p.id("committee paper"), Set: room.Fields{
		"milestone": string(committee), "title": "Write the two-page paper for the committee", "owner": string(p.id(marc.name)),
	}})
	p.do(marc, room.Buyer, room.Op{Kind: room.KindTaskComplete, ID: p.id("committee paper")})
}

// talk is what they say about it.
func (p *play) talk() {
	security := p.plan.milestones["Security review"].id
	contract := p.plan.milestones["Legal and contract negotiation"].id
	procurement := p.plan.milestones["Procurement and purchase order"].id
	p.say(priya, room.Shared, security, "Marc, the last penetration test report is in your inbox. Does Ines need anything else from us?", marc)
	p.say(ines, room.Shared, security, "Two questions on sub-processors are still open. I will have them answered this week.")
	p.say(lena, room.Shared, contract, "Our comments are on clauses 4 and 9 only. The data processing agreement is fine.")
	p.say(omar, room.Shared, contract, "Thank you, Lena. Clause 4 is settled; I will bring a proposal for 9 to the call.", lena)
	p.say(priya, room.Seller, procurement, "Do not offer more than 12 % before the purchase order is out.")
	p.say(marc, room.Shared, procurement, lastWords, priya)
}

// lastWords end the script: where they are, it was played.
const lastWords = "Finance says the supplier number takes three working days once they have the bank details."

// say writes a comment on a milestone.
func (p *play) say(who person, s room.Stream, on room.RecordID, body string, to ...person) {
	set := room.Fields{"on": room.Target{Entity: room.Milestone, ID: on}, "body": body}
	var mentions []string
	for _, m := range to {
		mentions = append(mentions, string(p.id(m.name)))
	}
	if mentions != nil {
		set["mentions"] = mentions
	}
	p.do(who, s, room.Op{Kind: "comment.add", ID: p.id(body), Set: set})
}
