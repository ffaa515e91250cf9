package postgres_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"parley/room"
)

// The database decides by the same table as the server (server/portal) and the
// browser (client/src/embed) who may frame a room: a session that began on another
// page is none.
func TestWhoMayFrameIsTheSameInTheDatabase(t *testing.T) {
	data, err := os.ReadFile("../../server/portal/testdata/allows.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		List   []string
		Origin string
		Allows bool
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	w, ctx, judged := newWorld(t), context.Background(), 0
	for _, c := range cases {
		if len(c.List) == 0 {
			continue // there is no such portal
		}
		judged++
		p, err := w.store.CreatePortal(ctx, w.workspace, "Acme's portal", c.List)
		if err != nil {
			t.Fatal(err)
		}
		key, err := w.store.AddPortalKey(ctx, w.workspace, p.ID, room.KeyHS256, make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = w.store.CreateEmbedSession(ctx, room.Voucher{Workspace: w.workspace, Portal: p.ID, Key: key.ID}, room.Framed{Room: w.id, Participant: w.marc.ID, Parent: c.Origin})
		if c.Allows && err != nil || !c.Allows && room.CodeOf(err) != room.Gone {
			t.Errorf("%q for %q: %v", c.List, c.Origin, err)
		}
	}
	if judged < 10 {
		t.Errorf("the table has %d cases", judged)
	}
}
