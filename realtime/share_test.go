package realtime

import (
	"net"
	"strings"
	"testing"

	"parley/room"
)

// Members whose sockets are full sit in the same shares as those who read: each
// waits in a drain of its own, and goes on where its socket stopped.
func TestFullSocketHoldsUpNobodyOfItsShare(t *testing.T) { // P21, P34, I4
	b := newBench(t, setup{loopback: true})
	b.store.grant("unread", testRoom, room.Member{Side: room.NoSide, Access: room.Viewer})
	var readers, full []*client
	for range 3 {
		c, _ := b.join("watcher")
		readers = append(readers, c)
		full = append(full, b.joinUnread("unread"))
	}
	var stuck []*session
	for _, s := range b.hub.loaded()[0].members() {
		if s.login == "session-unread" { // a few KB fill its socket
			stuck = append(stuck, s)
			if err := s.conn.cork.Conn.(*net.TCPConn).SetWriteBuffer(4 << 10); err != nil {
				t.Fatal(err)
			}
		}
	}

	waiting := func() (n int) {
		for _, s := range stuck {
			if state := s.state.Load(); state == writing || state == again {
				n++
			}
		}
		return n
	}

	last := room.Rev(1)
	for edits := 0; waiting() < len(stuck); edits += 20 {
		if edits > 5_000 {
			t.Fatalf("%d of %d drains wait for their sockets", waiting(), len(stuck))
		}
		before := last
		last = b.submit(20, strings.Repeat("busy day ", 30))
		for _, c := range readers {
			c.collect(before, last)
		}
	}

	for _, c := range full {
		go c.read()
		at := room.Rev(1)
		for f := c.next(); f.T != "resync" && at < last; f = c.next() {
			if f.T != "commits" {
				continue
			}
			if f.From != at+1 {
				t.Fatalf("a frame from %d after %d", f.From, at)
			}
			at = f.To
			if at == last {
				break
			}
		}
		if at == 1 {
			t.Error("nothing was written before the socket was full")
		}
	}
	b.stop()
}

// What is not commits of the window goes through a drain: an ack behind its
// commit (P17), also to a member of a share.
func TestAnswersComeBehindTheirCommitsInAShare(t *testing.T) { // P17
	b := newBench(t, setup{loopback: true})
	author, _ := b.join("marc")
	for range shareSize {
		b.join("watcher")
	}
	for seq := int64(1); seq <= 200; seq++ {
		author.say(opText(room.Shared, seq, milestone, "edit "+itoa(seq)))
		seen := false
		f := author.next()
		for ; f.T != "ack" && f.T != "reject"; f = author.next() {
			seen = seen || f.T == "commits"
		}
		if f.T != "ack" || !seen {
			t.Fatalf("seq %d: %s, its commit came before: %v", seq, f.raw, seen)
		}
	}
	b.stop()
}
