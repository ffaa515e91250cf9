package watch_test

import (
	"slices"
	"testing"

	"parley/room"
	"parley/server/watch"
)

// Roles that nobody has stand in the order in which the plan needs them, whatever
// their ids are; those that nothing needs come last, by name.
func TestRolesStandInThePlansOrder(t *testing.T) {
	l := newLog()
	for id, slot := range map[room.RecordID]room.Fields{
		"20000000-0000-4000-8000-000000000009": {"side": "buyer", "label": "Legal"},
		"20000000-0000-4000-8000-000000000001": {"side": "buyer", "label": "Zoning"},
		"20000000-0000-4000-8000-000000000002": {"side": "buyer", "label": "Audit"},
		"20000000-0000-4000-8000-000000000003": {"side": "buyer", "label": "Finance"},
		"20000000-0000-4000-8000-000000000000": {"side": "seller", "label": "Engineer"},
		"20000000-0000-4000-8000-000000000004": {"side": "buyer", "label": "Filled", "filled_by": string(anaID)},
	} {
		l.set(room.RoleSlot, id, slot)
	}
	l.set(room.Milestone, oneID, room.Fields{"buyer_owner": "20000000-0000-4000-8000-000000000009", "seller_owner": "20000000-0000-4000-8000-000000000000"})
	l.set(room.Milestone, twoID, room.Fields{"buyer_owner": "20000000-0000-4000-8000-000000000003"})

	var got []string
	for _, role := range watch.NewPlan(l.plan, monday).Unfilled() {
		got = append(got, role.Text)
	}
	want := []string{"No one from Acme Legal yet", "No one from Acme Finance yet", "No one from Acme Audit yet", "No one from Acme Zoning yet", "No one from Northwind Engineer yet"}
	if !slices.Equal(got, want) {
		t.Errorf("roles = %q, want %q", got, want)
	}
}
