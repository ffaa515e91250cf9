// Package demo plays the demo room: Northwind sells, Acme buys, six people keep
// the plan. Everything goes through the hub as the person who does it, so the
// log of the room is a real one.
//
// Playing it again changes nothing: each person's client and the order of what
// they do are fixed, and an op takes effect at most once. A start that was
// broken off in the middle is completed by the next.
package demo
