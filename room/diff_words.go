package room

import "strings"

// milestone tells what became of a milestone. One that is new or gone is told
// as that alone.
func (d *differ) milestone(id RecordID, was, now Fields) {
	tell := func(g DiffGroup, text string) *Difference { return d.say(g, Milestone, id, id, text) }
	if was == nil {
		added := title(now) + " was added"
		if due, dated := parseDay(now["due"]); dated {
			added += ", due " + dayText(due, d.today)
		}
		tell(DiffSteps, added)
		return
	}
	if now == nil {
		tell(DiffSteps, title(was)+" was removed")
		return
	}
	if !same(was["title"], now["title"]) {
		tell(DiffSteps, title(was)+" is now called "+title(now))
	}
	if now["is_go_live"] == true && was["is_go_live"] != true {
		tell(DiffGoLive, title(now)+" is the go-live now")
	}
	group := DiffDates
	if now["is_go_live"] == true {
		group = DiffGoLive
	}
	if said, days := d.move(title(now), was["due"], now["due"]); said != "" {
		tell(group, said).days = days
	}
	if said := d.status(was, now); said != "" {
		tell(DiffDone, said)
	}
	for _, side := range []string{"seller", "buyer"} {
		if field := side + "_owner"; !same(was[field], now[field]) {
			tell(DiffOwners, title(now)+": "+d.owned(side, was[field], now[field]))
		}
	}
}

// title is a milestone's title in a sentence.
func title(f Fields) string {
	s, _ := f["title"].(string)
	return clip(s)
}

// move tells how a date changed, "" when it did not, and by how many days.
func (d *differ) move(what string, was, now Value) (string, int) {
	from, before := parseDay(was)
	to, after := parseDay(now)
	switch {
	case before && after && from != to:
		return what + " moved from " + dayText(from, d.today) + " to " + dayText(to, d.today) + ", " + laterWords(int(to-from)), int(to - from)
	case after && !before:
		return what + " is due " + dayText(to, d.today) + " now, it had no date", 0
	case before && !after:
		return what + " has no date any more, it was due " + dayText(from, d.today), 0
	default:
		return "", 0
	}
}

func (d *differ) status(was, now Fields) string {
	if same(was["status"], now["status"]) {
		return ""
	}
	switch now["status"] {
	case "done":
		if why, ok := now["override_reason"].(string); ok {
			return title(now) + " was completed, though not all its criteria are met: " + clip(why)
		}
		return title(now) + " was completed"
	case "cancelled":
		return title(now) + " was cancelled"
	case "blocked":
		if why, ok := now["blocked_reason"].(string); ok {
			return title(now) + " is blocked: " + clip(why)
		}
		return title(now) + " is blocked"
	}
	switch was["status"] {
	case "done", "cancelled":
		return title(now) + " was opened again"
	case "blocked":
		return title(now) + " is no longer blocked"
	}
	if now["status"] == "in_progress" {
		return title(now) + " was started"
	}
	return title(now) + " has not been started after all"
}

// owned tells who owns something now on a side, and who did.
func (d *differ) owned(side string, was, now Value) string {
	who, before := d.name(d.b, now), d.name(d.a, was)
	company := d.company(side)
	switch {
	case before == "":
		return who + " of " + company + " owns it now"
	case who == "":
		return "nobody of " + company + " owns it any more, it was " + before
	default:
		return who + " of " + company + " owns it now, before it was " + before
	}
}

// name is a person's name, or a role's label with who fills it.
func (d *differ) name(p *Plan, ref Value) string {
	id, _ := ref.(string)
	for _, e := range owners {
		if rec := p.Streams[Shared][e][RecordID(id)]; rec != nil {
			for _, field := range []string{"name", "label"} {
				if s, ok := rec.Fields[field].(string); ok {
					return clip(s)
				}
			}
		}
	}
	return ""
}

func (d *differ) company(side string) string {
	for _, rec := range d.b.Streams[Shared][RoomEntity] {
		if name, ok := rec.Fields[side+"_company"].(string); ok {
			return clip(name)
		}
	}
	return "a " + side
}

// of names the milestone that a record is part of.
func (d *differ) of(f Fields) (RecordID, string) {
	id, _ := f["milestone"].(string)
	if m := d.anywhere(d.b, Milestone, RecordID(id)); m != nil {
		return RecordID(id), title(m)
	}
	return RecordID(id), title(d.anywhere(d.a, Milestone, RecordID(id)))
}

// newWithParent reports whether what a record is part of is as new, or as gone:
// that was told already.
func (d *differ) newWithParent(f Fields) bool {
	id, _ := f["milestone"].(string)
	there := func(p *Plan) bool {
		m := d.anywhere(p, Milestone, RecordID(id))
		return m != nil && m["removed"] != true
	}
	return there(d.a) != there(d.b)
}

func (d *differ) criterion(id RecordID, was, now Fields) {
	f := now
	if f == nil {
		f = was
	}
	if d.newWithParent(f) {
		return
	}
	milestone, of := d.of(f)
	said, _ := f["text"].(string)
	tell := func(text string) { d.say(DiffCriteria, Criterion, id, milestone, of+": “"+clip(said)+"” "+text) }
	switch {
	case was == nil && now["met_at"] != nil:
		tell("was added and is met")
	case was == nil:
		tell("was added as a criterion")
	case now == nil:
		tell("is no criterion any more")
	case was["met_at"] == nil && now["met_at"] != nil:
		tell("is met")
	case was["met_at"] != nil && now["met_at"] == nil:
		tell("is not met any more")
	case !same(was["text"], now["text"]) || !same(was["measure"], now["measure"]) || !same(was["target"], now["target"]):
		tell("asks for something else than before")
	}
}

func (d *differ) task(id RecordID, was, now Fields) {
	f := now
	if f == nil {
		f = was
	}
	if d.newWithParent(f) {
		return
	}
	milestone, of := d.of(f)
	tell := func(text string) { d.say(DiffTasks, Task, id, milestone, of+": “"+title(f)+"” "+text) }
	switch {
	case was == nil && now["done_at"] != nil:
		tell("was added and is done")
	case was == nil:
		tell("was added as a task")
	case now == nil:
		tell("was removed")
	case was["done_at"] == nil && now["done_at"] != nil:
		tell("is done")
	case was["done_at"] != nil && now["done_at"] == nil:
		tell("is open again")
	}
}

func (d *differ) phase(id RecordID, was, now Fields) {
	name := func(f Fields) string { s, _ := f["name"].(string); return "“" + clip(s) + "”" }
	tell := func(text string) { d.say(DiffSteps, Phase, id, "", "The phase "+text) }
	switch {
	case was == nil:
		tell(name(now) + " was added")
	case now == nil:
		tell(name(was) + " was removed")
	case !same(was["name"], now["name"]):
		tell(name(was) + " is now called " + name(now))
	}
}

// inRoom reports whether a person can come in.
func inRoom(f Fields) bool { return f != nil && f["state"] != "revoked" && f["state"] != "requested" }

func (d *differ) person(id RecordID, was, now Fields) {
	if d.stream != Shared {
		return // what one side keeps about people
	}
	f := now
	if f == nil {
		f = was
	}
	name, _ := f["name"].(string)
	side, _ := f["side"].(string)
	who := clip(name) + " of " + d.company(side)
	tell := func(text string) { d.say(DiffPeople, Participant, id, "", who+" "+text) }
	active := func(f Fields) bool { return inRoom(f) && f["state"] == "active" }
	switch {
	case active(now) && !active(was):
		tell("came into the room")
	case inRoom(now) && !inRoom(was):
		tell("was added")
	case inRoom(was) && !inRoom(now):
		tell("is no longer in the room")
	case inRoom(now) && !same(was["role"], now["role"]) && now["role"] != nil:
		role, _ := now["role"].(string)
		tell("is " + clip(role) + " now")
	}
}

func (d *differ) slot(id RecordID, was, now Fields) {
	if now == nil || was == nil || same(was["filled_by"], now["filled_by"]) {
		return
	}
	label, _ := now["label"].(string)
	if who := d.name(d.b, now["filled_by"]); who != "" {
		d.say(DiffOwners, RoleSlot, id, "", who+" is "+clip(label)+" now")
		return
	}
	d.say(DiffOwners, RoleSlot, id, "", "Nobody is "+clip(label)+" any more")
}

// roomTexts are the fields of a room that are told as changed.
var roomTexts = []struct{ field, name string }{
	{"name", "The room's name"}, {"buyer_company", "The buying company's name"}, {"seller_company", "The selling company's name"},
	{"purpose", "Why we do this"}, {"compelling_event", "The compelling event"}, {"time_zone", "The time zone"},
	{"amount", "The amount"}, {"currency", "The currency"}, {"crm_ref", "The CRM reference"}, {"close_date", "The close date"},
}

func (d *differ) room(id RecordID, was, now Fields) {
	if was == nil {
		was = Fields{}
		if d.stream == Shared {
			return // the room's first commit
		}
	}
	if d.stream == Shared && d.stillWithout() {
		if said, days := d.move("Go-live", was["go_live"], now["go_live"]); said != "" {
			d.say(DiffGoLive, RoomEntity, id, "", said).days = days
		}
	}
	if !same(was["status"], now["status"]) {
		status, _ := now["status"].(string)
		d.say(DiffRoom, RoomEntity, id, "", "The room is "+status+" now")
	}
	for _, t := range roomTexts {
		if !same(was[t.field], now[t.field]) {
			d.say(DiffRoom, RoomEntity, id, "", t.name+" changed")
		}
	}
	for _, side := range []string{"seller", "buyer"} {
		for _, field := range []string{"_weekend", "_holidays", "_country"} {
			if !same(was[side+field], now[side+field]) {
				d.say(DiffRoom, RoomEntity, id, "", "The days that "+d.company(side)+" works changed")
				break
			}
		}
	}
}

// stillWithout reports whether no milestone tells of go-live.
func (d *differ) stillWithout() bool {
	for _, rec := range d.b.Streams[Shared][Milestone] {
		if rec.Fields["is_go_live"] == true && rec.Fields["removed"] != true {
			return false
		}
	}
	return true
}

func (d *differ) proposal(id RecordID, was, now Fields) {
	if now == nil || was != nil && same(was["state"], now["state"]) {
		return
	}
	milestone, of := d.of(now)
	to, _ := parseDay(now["to"])
	side, _ := now["side"].(string)
	other := map[string]string{"seller": "buyer", "buyer": "seller"}[side]
	when := dayText(to, d.today) + " for " + of
	said := map[Value]string{
		"open":      d.company(side) + " proposes " + when,
		"accepted":  d.company(other) + " accepted " + when,
		"declined":  d.company(other) + " declined " + when,
		"countered": d.company(other) + " answered " + when + " with another date",
		"withdrawn": d.company(side) + " took back " + when,
	}[now["state"]]
	d.say(DiffAgreement, DateProposal, id, milestone, said)
}

func (d *differ) baseline(id RecordID, was, now Fields) {
	if was != nil || now == nil {
		return
	}
	if now["agreed"] == true {
		d.say(DiffAgreement, Baseline, id, "", "Both sides agreed on the dates")
		return
	}
	name, _ := now["name"].(string)
	d.say(DiffAgreement, Baseline, id, "", strings.TrimSpace("The dates were kept as “"+clip(name)+"”"))
}

func (d *differ) acceptance(id RecordID, was, now Fields) {
	side, _ := now["side"].(string)
	switch {
	case now == nil:
	case was == nil && now["stale_at"] == nil:
		d.say(DiffAgreement, Acceptance, id, "", d.company(side)+" said yes to the plan")
	case was != nil && was["stale_at"] == nil && now["stale_at"] != nil && now["baseline"] == nil:
		d.say(DiffAgreement, Acceptance, id, "", d.company(side)+"'s yes to the plan no longer holds: the terms changed")
	}
}
