package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A room is archived under those who are in it: they stay, and read, and what
// they send is refused with the reason, whichever stream it is of. Once it is
// open again the same sockets go on, and the list says who may open it.
func TestAnArchivedRoomIsReadUntilItIsOpenAgain(t *testing.T) {
	data := dataDirectory(t)
	w := &world{process: start(t, databaseURL(t), "PARLEY_OWNER="+ownerAddress, "PARLEY_OPS_PER_SECOND=0", "PARLEY_DATA="+data)}
	ada := signIn(t, w.process, data, ownerAddress)
	ada.must("POST", "/api/v1/members", `{"email":"robin@northwind.example","role":"member"}`)
	w.furnish()
	robin := signIn(t, w.process, data, "robin@northwind.example")
	omar, _ := connect(t, w.process, w.room, w.seller, "", nil)
	dana, _ := connect(t, w.process, w.room, w.buyer, "", nil)
	inRoom := robin.enter(w.room, w.process)

	seqs := map[*member]int64{}
	send := func(m *member, op map[string]any) frame {
		t.Helper()
		seqs[m]++
		m.op(seqs[m], 1<<40, op)
		return m.next("ack", "reject", "bye")
	}
	status := func(s string) map[string]any {
		return map[string]any{"kind": "room.update", "set": map[string]any{"status": s}}
	}
	for round := range 2 {
		if f := send(dana, title(w.milestone, fmt.Sprintf("Before %d", round))); f.T != "ack" {
			t.Fatalf("an edit of the open room: %s", f.raw)
		}
		if f := send(omar, status("archived")); f.T != "ack" {
			t.Fatalf("archiving: %s", f.raw)
		}
		before, _ := w.log()
		for who, m := range map[string]*member{"Dana": dana, "Omar": omar, "Robin": inRoom} {
			for _, op := range []map[string]any{
				title(w.milestone, "Too late"),
				{"kind": "comment.add", "id": w.milestone, "set": map[string]any{"on": map[string]any{"entity": "milestone", "id": w.milestone}, "body": "Too late"}},
				{"kind": "room.update", "set": map[string]any{"name": "Too late"}},
			} {
				if f := send(m, op); f.T != "reject" || f.Code != "conflict" || !strings.Contains(f.Message, "archived") {
					t.Errorf("%s sends %v: %s", who, op["kind"], f.raw)
				}
			}
		}
		if f := send(dana, status("active")); f.T != "reject" || f.Code != "forbidden" {
			t.Errorf("who does not own the room opens it: %s", f.raw)
		}
		if after, _ := w.log(); len(after) != len(before) {
			t.Errorf("%d commits of an archived room", len(after)-len(before))
		}
		if code, body := w.call("GET", "/api/v1/rooms/"+w.room+"/snapshot?stream=shared", w.buyer, ""); code != http.StatusOK {
			t.Errorf("reading: %d %s", code, body)
		}
		for who, owns := range map[*seated]bool{ada: true, robin: false} {
			_, body, _ := who.call("GET", "/api/v1/rooms?filter=closed", "")
			var list struct{ Rooms []struct{ Owned bool } }
			if err := json.Unmarshal(body, &list); err != nil || len(list.Rooms) != 1 || list.Rooms[0].Owned != owns {
				t.Errorf("the list of closed rooms: %s, want owned %v", body, owns)
			}
		}
		if f := send(omar, status("active")); f.T != "ack" {
			t.Fatalf("opening it again: %s", f.raw)
		}
	}
	for _, m := range []*member{dana, omar, inRoom} {
		if f := send(m, title(w.milestone, "Goes on")); f.T != "ack" {
			t.Errorf("after it is open again: %s", f.raw)
		}
	}
}
