package demo

import (
	"testing"

	"parley/room"
)

// The demo shows an agreement that life has gone on from, whatever day it starts.
func TestTheDemoShowsAnAgreementAndWhatChangedSince(t *testing.T) {
	for day := range 7 {
		now := monday.AddDate(0, 0, day)
		m := newMemory(t, now)
		if err := Play(t.Context(), m, m, roomID, now); err != nil {
			t.Fatalf("%s: %v", now.Weekday(), err)
		}

		a := room.AgreementOf(m.plan.Streams[room.Shared])
		if a.Words != "3 dates changed since both agreed" || a.Alone != 2 || a.Seller.Holds || a.Buyer.Holds || !a.Buyer.Agreed {
			t.Errorf("%s: %s, %d of them alone; %s; %s", now.Weekday(), a.Words, a.Alone, a.Seller.Words, a.Buyer.Words)
		}
		ahead := room.NewView(m.plan, []room.Stream{room.Shared}).Schedule(now.Format(room.DateFormat))
		cause := m.plan.Streams[room.Shared][room.Milestone][ahead.Cause]
		if ahead.SlipDays == nil || *ahead.SlipDays < 1 || *ahead.SlipDays > 10 || cause == nil || cause.Fields["title"] != "Procurement and purchase order" {
			t.Errorf("%s: heading for %s instead of %s because of %v", now.Weekday(), ahead.ForecastGoLive, ahead.GoLive, cause)
		}
		open := 0
		for _, rec := range m.plan.Streams[room.Shared][room.DateProposal] {
			if rec.Fields["state"] == "open" && rec.Fields["side"] == "buyer" {
				open++
			}
		}
		if open != 1 {
			t.Errorf("%s: %d open proposals of the buyer's, want 1", now.Weekday(), open)
		}
	}
}
