package realtime

import (
	"fmt"
	"strings"
	"testing"

	"parley/room"
)

// Who is in a room when it is archived stays, and reads; what they send is refused
// in words, on every server and every stream, until it is open again. Nothing that
// was refused is in the log.
func TestAnArchivedRoomIsOnlyRead(t *testing.T) { // I7
	r := newPGRoom(t)
	broker := NewMemoryBroker()
	one := newBench(t, setup{real: r.store, room: r.id, broker: broker, loopback: true})
	two := newBench(t, setup{real: r.open(t), room: r.id, broker: broker, loopback: true})
	owner, _ := r.join(one, "priya", uid(0xc1))
	buyer, _ := r.join(two, "marc", uid(0xc2))
	status := func(seq int, to string) string {
		return fmt.Sprintf(`{"t":"op","stream":"shared","seq":%d,"op":{"kind":"room.update","set":{"status":%q}}}`, seq, to)
	}
	buyer.say(opText(room.Shared, 1, milestone, "Before"))
	buyer.until("ack")

	owner.say(status(1, "archived"))
	owner.until("ack")
	for !strings.Contains(buyer.until("commits").raw, `"archived"`) {
	}
	head, err := r.store.After(t.Context(), r.id, room.Shared, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for seq, op := range []string{
		2: opText(room.Shared, 2, milestone, "Meanwhile"),
		3: fmt.Sprintf(`{"t":"op","stream":"shared","seq":3,"op":{"kind":"comment.add","id":%q,"set":{"on":null,"body":"Hello?"}}}`, uid(0x71)),
		4: status(4, "active"), // is the owners' to say
	} {
		if op == "" {
			continue
		}
		buyer.say(op)
		f := buyer.until("reject")
		if want := map[bool]string{true: "forbidden", false: "conflict"}[seq == 4]; f.Seq != int64(seq) || f.Code != want {
			t.Errorf("%s: %s, want code %s", op, f.raw, want)
		}
	}
	buyer.say(fmt.Sprintf(`{"t":"op","stream":"buyer","seq":1,"op":{"kind":"comment.add","id":%q,"set":{"on":null,"body":"Between us"}}}`, uid(0x72)))
	if f := buyer.until("reject"); f.Code != "conflict" || !strings.Contains(f.Message, "archived") {
		t.Errorf("on the buyer's own stream: %s", f.raw)
	}
	if now, err := r.store.After(t.Context(), r.id, room.Shared, 0, 1000); err != nil || len(now) != len(head) {
		t.Errorf("%d commits in the log, %v; %d when it was archived", len(now), err, len(head))
	}

	owner.say(status(2, "active"))
	owner.until("ack")
	buyer.say(opText(room.Shared, 5, milestone, "After"))
	if f := buyer.until("ack"); f.Seq != 5 {
		t.Errorf("after it was opened again: %s", f.raw)
	}
}
