package realtime

import (
	"testing"
	"time"

	"parley/room"
	"parley/room/postgres"
	"parley/room/postgres/pgtest"
)

// PostgreSQL fails over to a standby that lacks the last edits. Everybody is told
// to start over, gets what there is, and what was not acknowledged takes effect
// once; what was is told by the seq: it is lower than what was acknowledged. // P32, P7, I6
func TestFailoverThatLosesTheTail(t *testing.T) {
	pair := pgtest.NewReplicated(t)
	r := newPGRoomOn(t, pair.DSN())
	b := newBench(t, setup{real: postgres.NewSteady(r.store), room: r.id, loopback: true})
	author, w := r.join(b, "priya", uid(0xc1))
	reader, _ := r.join(b, "marc", uid(0xc2))
	author.patience, reader.patience = time.Minute, time.Minute
	before := w.entry(room.Shared)
	author.say(opText(room.Shared, 1, milestone, "On both"))
	author.until("ack")
	pair.CatchUp()
	pair.Detach()
	author.say(opText(room.Shared, 2, milestone, "Acknowledged, and lost"))
	author.until("ack")
	reader.until("commits")

	pair.FailOver()

	for _, c := range []*client2{author, reader} {
		f := c.startsOver()
		if f.Epoch == before.Epoch || f.Rev != before.Rev+1 || len(f.Snapshot) == 0 {
			t.Fatalf("joined = %s, was at %+v", f.raw, before)
		}
		if c == author && f.Seq != 1 {
			t.Errorf("the seq is %d, want 1: the second op is lost", f.Seq)
		}
	}
	author.say(opText(room.Shared, 2, milestone, "Proposed again"))
	ack := author.until("ack")
	if f := reader.until("commits"); f.From != before.Rev+2 || ack.Rev != before.Rev+2 {
		t.Errorf("ack %s, commits %s", ack.raw, f.raw)
	}
}

// A server that was away while the database was restored from a dump into another
// one: a client that was further does not go on from there. // P32
func TestClientFromBeforeARestoreStartsOver(t *testing.T) {
	r := newPGRoom(t)
	one := newBench(t, setup{real: r.store, room: r.id, loopback: true})
	_, w := r.join(one, "priya", uid(0xc1))
	at := w.entry(room.Shared)
	one.stop()
	restored := *r
	restored.dsn = pgtest.CopyOf(t, r.dsn, r.pool)

	two := newBench(t, setup{real: restored.open(t), room: r.id, loopback: true})
	_, w = restored.join(two, "priya", uid(0xc1), resumeAt(room.Shared, at.Epoch, at.Rev))

	if e := w.entry(room.Shared); e.Resumed || e.Epoch == at.Epoch || len(e.Snapshot) == 0 {
		t.Errorf("entry = %+v, was at %+v", e, at)
	}
}
