package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"parley/room"
)

// Hub is the one way to write a plan.
type Hub interface {
	Submit(ctx context.Context, id room.ID, req room.Request) (room.Verdict, error)
}

// Store reads what is there.
type Store interface {
	Snapshot(ctx context.Context, id room.ID, streams []room.Stream, client room.ClientID) ([]room.StreamSnapshot, error)
}

// GoLive is the demo's go-live: six weeks from now, on a working day.
func GoLive(now time.Time) string {
	return goLive(now).Format(room.DateFormat)
}

func goLive(now time.Time) time.Time {
	day := today(now).AddDate(0, 0, 42)
	for !works(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// Play fills the room, which exists and has no plan yet or a part of this one.
func Play(ctx context.Context, hub Hub, store Store, id room.ID, now time.Time) error {
	p := &play{ctx: ctx, hub: hub, store: store, room: id, now: now, seqs: map[string]int64{}}
	p.look()
	if p.err == nil && p.plan.comments[p.id(lastWords)] {
		return nil // played to its end; what people did since is theirs
	}
	p.arrive()
	p.close()
	p.do(priya, room.Shared, room.Op{Kind: room.KindTemplateApply, Template: template, GoLive: GoLive(now)})
	p.look()
	p.perform()
	if p.err != nil {
		return fmt.Errorf("playing the demo: %w", p.err)
	}
	return nil
}

// play is one run of the script. After an error nothing more is done.
type play struct {
	ctx   context.Context
	hub   Hub
	store Store
	room  room.ID
	now   time.Time
	seqs  map[string]int64 // by person and stream
	plan  plan
	err   error
}

// idOf names a thing of this room, the same one at every start.
func idOf(id room.ID, what string) room.RecordID {
	return room.RecordID(uuid.NewSHA1(uuid.MustParse(string(id)), []byte(what)).String())
}

func (p *play) id(what string) room.RecordID { return idOf(p.room, what) }

// arrive lets everybody in who is not there.
func (p *play) arrive() {
	for _, who := range cast {
		if p.err != nil || p.plan.people[p.id(who.name)] {
			continue
		}
		p.submit(room.Request{
			Member: room.Member{ID: p.id(who.name), Name: who.name, Side: who.side, Access: who.access},
			Stream: room.Shared, Internal: true,
			Ops: []room.Op{{Kind: room.KindJoin, ID: p.id(who.name), Set: room.Fields{
				"name": who.name, "side": string(who.side), "access": string(who.access),
				"company": who.company(), "role": who.role, "email": who.email,
			}}},
		})
	}
}

// do is one thing that a person does: the next op of their client.
func (p *play) do(who person, s room.Stream, op room.Op) {
	if p.err != nil {
		return
	}
	key := who.name + "/" + string(s)
	p.seqs[key]++
	p.submit(room.Request{
		Member: room.Member{ID: p.id(who.name), Name: who.name, Side: who.side, Access: who.access},
		Client: room.ClientID(p.id("client of " + who.name)),
		Stream: s, Seq: p.seqs[key], Base: newest, Ops: []room.Op{op},
	})
}

// newest is a base that nothing is newer than: the script replaces what it means to.
const newest = room.Rev(1<<53 - 1)

func (p *play) submit(req room.Request) {
	verdict, err := p.hub.Submit(p.ctx, p.room, req)
	switch {
	case err != nil:
		p.err = err
	case verdict.Err != nil && verdict.Err.Code == room.Expired:
		// Done at an earlier start, too long ago for the verdict to be kept.
	case verdict.Err != nil:
		p.err = fmt.Errorf("%s by %s: %w", req.Ops[0].Kind, req.Member.Name, verdict.Err)
	}
}

// today is the day at the demo's place, at midnight UTC.
func today(now time.Time) time.Time {
	zone, err := time.LoadLocation(TimeZone)
	if err != nil {
		zone = time.UTC // a build without time zones; a day more or less is no matter here
	}
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// works reports whether the companies work on a day.
func works(day time.Time) bool {
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday && !slices.Contains(holidays(day), day.Format(room.DateFormat))
}

// workingDay returns the day n days of work from today.
func (p *play) workingDay(n int) string { return workingDay(today(p.now), n) }

// workingDay returns the day n days of work from another, before it where n is negative.
func workingDay(day time.Time, n int) string {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		day = day.AddDate(0, 0, step)
		if works(day) {
			n--
		}
	}
	return day.Format(room.DateFormat)
}
