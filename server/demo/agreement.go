package demo

import "parley/room"

// date puts what is still open where two busy companies would: the template
// knows how long things take, not when this plan began.
func (p *play) date() {
	for _, to := range []struct {
		title string
		days  int // working days from today
	}{
		{"Security review", -2}, {"Legal and contract negotiation", 2}, {"Procurement and purchase order", 6}, {"Contract signed", 8},
		{"Kick-off", 10},
	} {
		p.do(priya, room.Shared, room.Op{Kind: room.KindReschedule, ID: p.plan.milestones[to.title].id, Due: p.workingDay(to.days)})
	}
}

// agree has both sides say yes to the plan as it is.
func (p *play) agree() {
	p.do(marc, room.Shared, room.Op{Kind: room.KindRoomUpdate, Set: room.Fields{"buyer_approver": string(p.id(dana.name))}})
	for _, who := range []person{priya, dana} {
		p.do(who, room.Shared, room.Op{Kind: room.KindPlanAccept, Rev: p.head()})
	}
}

// since is what became of the agreed dates: Acme moved one alone, both moved
// another, Northwind moved a third, and Acme asks for a fourth. The first is
// what go-live is late by.
func (p *play) since() {
	p.do(marc, room.Shared, room.Op{
		Kind: room.KindReschedule, ID: p.plan.milestones["Procurement and purchase order"].id, Due: p.workingDay(14), Unilateral: true,
		Reason: "Finance sets up new suppliers once a week",
	})
	proposal := p.id("contract by another day")
	p.do(lena, room.Shared, room.Op{
		Kind: room.KindDatePropose, ID: proposal, Milestone: p.plan.milestones["Legal and contract negotiation"].id, To: p.workingDay(6),
		Reason: "Our counsel is back then",
	})
	p.do(omar, room.Shared, room.Op{Kind: room.KindDateAccept, ID: proposal})
	p.do(priya, room.Shared, room.Op{
		Kind: room.KindReschedule, ID: p.plan.milestones["Training"].id, Due: workingDay(goLive(p.now), -1), Unilateral: true,
		Reason: "Our trainer is with another customer that week",
	})
	p.do(marc, room.Shared, room.Op{
		Kind: room.KindDatePropose, ID: p.id("kick-off later"), Milestone: p.plan.milestones["Kick-off"].id, To: p.workingDay(17),
		Reason: "The warehouse managers are at their yearly meeting",
	})
}

// head is the newest rev of the shared stream.
func (p *play) head() room.Rev {
	if p.err != nil {
		return 0
	}
	snapshots, err := p.store.Snapshot(p.ctx, p.room, []room.Stream{room.Shared}, "")
	if err != nil || len(snapshots) != 1 {
		p.err = err
		return 0
	}
	return snapshots[0].Rev
}
