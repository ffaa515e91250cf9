// Package watch writes what those see who follow a plan and do not edit it: the
// watcher's page, the page to print, the card of a link preview, the calendar
// and the digest.
//
// Everything is made of the shared stream alone, on the room's day, from the
// same figures as the room's own page ([room.View], [room.Schedule],
// [room.Diff]); so nothing private can be in it (I11). The package is pure: the
// plan, the clock and the addresses come as values, and what goes out is bytes.
//
// What people read comes from words.go and from package room, which every
// template and writer takes it from; text of the plan is escaped by
// html/template.
package watch
