// Package updates tells those who asked for it, by mail, what changed in a plan
// since they were last told: every day, or on Mondays, at eight in the morning
// where the room is, and not at all when nothing changed.
//
// What a mail says is what everybody in the room may read ([room.Diff] of the
// shared stream), so it needs no look at who reads it. A mail is claimed in the
// database before it is written: several servers tell nobody twice.
//
// # Goroutines
//
//	Sender.Run  one; it looks once a minute
package updates
