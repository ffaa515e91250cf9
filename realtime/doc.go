// Package realtime brings what happens in a room to everybody in it, at once and
// in order, and takes their ops to the store. PROTOCOL.md states what a client
// sees, in numbered rules.
//
// # The path of an op
//
//	session.read      a frame comes in, is decoded and counted against the allowance
//	writer.enqueue    it waits in the room's queue (at most 256)
//	writer.run        once there is a place, up to 64 go to Store.Commit as one transaction
//	channel.add       the commits are encoded into one frame, put in the window; members are woken
//	session.drain     each member writes what it lacks of the window, in one write
//	session.answer    the author gets ack or reject, behind the commit
//	Broker.Publish    the same bytes go to other servers, into their channel.add
//
// The log is the truth and the broker a hint. Every batch passes channel.add,
// which appends only what follows; what is missing is read from the log by
// liveRoom.repair. What was lost without a successor is found by Hub.Run, which
// compares rooms with the store: seldom while the broker is in order, often while
// it is down, and at once where the broker says that it lost something (suspects).
//
// # Words
//
//	session    one socket after its hello
//	channel    one stream of a loaded room: the newest commits and who follows them
//	window     those commits, encoded
//	batch      consecutive commits in one frame
//	feed       how far a session has been written a stream
//	run        the time between two restarts of a channel, within which revs count up
//	visitor    one client's presence
//
// # Goroutines
//
//	Hub.Run            one; compares rooms with the store, reads grants again
//	Hub.serve          one per socket until its welcome; owns the conn until then
//	session.read       one per socket; owns reading and the allowance
//	session.drain      at most one per session, while there is something to write;
//	                   owns writing, the feeds and the session's presence version
//	session join       at most one per session, while joins wait to be answered
//	writer.run         at most one per room, while requests wait; owns the plan
//	repeated.work      at most one per task: per stream to repair it, per room to
//	                   check its position, to read grants, to read which records
//	                   are shared, to answer another server, per stream to bring a
//	                   large audience up to date; per hub to compare
//	                   the suspects
//	pressure.run       one; measures whether the server keeps up
//	timers             per room: the next presence frame, and unloading; per visitor
//	                   that left: its grace; per session that expires: its end
//
// All but Hub.Run begin through Hub.begin, and Run returns after the last ended.
//
// # Locks
//
// None but corkConn's is held during I/O. Where one is taken under another, it is in this order:
//
//	liveRoom.restarts → channel.mu → presence.mu → records.mu → repeated.mu → Hub.mu
//	session.mu → Hub.mu
//	writer.mu  → Hub.mu
//
// presence.telling is taken before presence.mu, and held while a message is handed
// to the broker. The locks of gate and pressure are taken under others and take none.
//
// corkConn.mu orders what is written to one connection. It and suspects.mu are
// taken under none, and nothing is taken under them.
//
// session.wake takes no lock, so it may be called under any.
package realtime
