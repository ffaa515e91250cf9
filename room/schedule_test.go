package room

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// activity is one line of a textbook's project: what it takes and waits for.
type activity struct {
	name  string
	days  int
	after string
	slack int
}

// Critical paths that textbooks work out by hand. // rules 6 and 7
func TestTextbookProjects(t *testing.T) {
	for name, project := range map[string]struct {
		takes      int
		critical   string
		activities []activity
	}{
		// F. S. Hillier, G. J. Lieberman, Introduction to Operations Research, the Reliable Construction Co. project.
		"Reliable Construction": {44, "ABCEFJLN", []activity{
			{"A", 2, "", 0}, {"B", 4, "A", 0}, {"C", 10, "B", 0}, {"D", 6, "C", 4}, {"E", 4, "C", 0}, {"F", 5, "E", 0}, {"G", 7, "D", 4},
			{"H", 9, "EG", 4}, {"I", 7, "C", 2}, {"J", 8, "FI", 0}, {"K", 4, "J", 1}, {"L", 5, "J", 0}, {"M", 2, "H", 4}, {"N", 6, "KL", 0},
		}},
		// J. Heizer, B. Render, Operations Management, the Milwaukee Paper Manufacturing project.
		"Milwaukee Paper": {15, "ACEGH", []activity{
			{"A", 2, "", 0}, {"B", 3, "", 1}, {"C", 2, "A", 0}, {"D", 4, "AB", 1}, {"E", 4, "C", 0}, {"F", 3, "C", 6}, {"G", 5, "DE", 0}, {"H", 2, "FG", 0},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			const monday = "2026-06-01"
			end := worked(stepDays(monday, -1), project.takes)
			p := textbookPlan(project.activities, end)

			got := NewView(p, []Stream{Shared}).Schedule(monday)

			if got.ForecastGoLive != end || *got.SlipDays != 0 {
				t.Errorf("it ends on %s, %d days late; want %s", got.ForecastGoLive, *got.SlipDays, end)
			}
			critical := ""
			for i, a := range project.activities {
				if is := got.Milestones[i]; is.SlackDays == nil || *is.SlackDays != a.slack {
					t.Errorf("%s: %+v, want a slack of %d", a.name, is, a.slack)
				}
				if got.Milestones[i].Drives {
					critical += a.name
				}
			}
			if critical != project.critical || len(got.Driving) != len(critical)+1 {
				t.Errorf("the critical path is %s, driving %v; want %s", critical, got.Driving, project.critical)
			}
		})
	}
}

func textbookPlan(activities []activity, end string) *Plan {
	p := NewPlan(testRoom, "")
	p.record(Shared, Phase, phase1).Fields = Fields{"name": "All", "pos": "a0"}
	p.record(Shared, RoomEntity, RecordID(testRoom)).Fields = Fields{"time_zone": "UTC", "go_live": end}
	add := func(name string, f Fields) RecordID {
		id := uid(0x100 + int(name[0]))
		f["phase"], f["title"], f["status"], f["pos"] = string(phase1), name, "not_started", "a"+name
		p.record(Shared, Milestone, id).Fields = f
		return id
	}
	last := add("Z", Fields{"is_go_live": true, "due": end})
	for i, a := range activities {
		id := add(a.name, Fields{"duration_days": int64(a.days), "seller_owner": string(sam.ID)})
		p.record(Shared, Dependency, uid(0x800+i)).Fields = Fields{"from": string(id), "to": string(last)}
		for j, from := range a.after {
			p.record(Shared, Dependency, uid(0x900+16*i+j)).Fields = Fields{"from": string(uid(0x100 + int(from))), "to": string(id)}
		}
	}
	return p
}

// What one audience does not see changes nothing of what it reads. // I11
func TestAScheduleIsOfWhatItsAudienceSees(t *testing.T) {
	w := chain(t)
	before := mustJSON(t, NewView(w.plan, []Stream{Shared, Buyer}).Schedule("2026-06-01"))

	w.json(sam, Seller, fill(`[
		{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P1","title":"Discount","due":"2026-05-05"}},
		{"kind":"dependency.add","id":"PC","set":{"from":"PRIVATE","to":"C","lag_days":30}}]`, chainIDs)).ok(t)

	if after := mustJSON(t, NewView(w.plan, []Stream{Shared, Buyer}).Schedule("2026-06-01")); after != before {
		t.Errorf("the buyer reads\n%s\nbefore\n%s", after, before)
	}
	seller := NewView(w.plan, []Stream{Shared, Seller}).Schedule("2026-06-01")
	if seller.Health.Level != Late || seller.Cause != chainIDs["PRIVATE"] || seller.Progress.Total != 5 {
		t.Errorf("the seller reads %+v", seller)
	}
}

// A loop that private dependencies close with later shared ones is cut there.
func TestAScheduleCutsALoopOfWhichOneSideKnows(t *testing.T) {
	w := chain(t)
	w.json(sam, Shared, fill(`{"kind":"dependency.remove","id":"BC"}`, chainIDs)).ok(t)
	w.json(sam, Seller, fill(`[
		{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P1","title":"Discount","due":"2026-06-05"}},
		{"kind":"dependency.add","id":"AP","set":{"from":"PRIVATE","to":"A"}},
		{"kind":"dependency.add","id":"PC","set":{"from":"C","to":"PRIVATE"}}]`, chainIDs)).ok(t)
	w.json(dana, Shared, fill(`{"kind":"dependency.restore","id":"BC"}`, chainIDs)).ok(t)

	got := NewView(w.plan, []Stream{Shared, Seller}).Schedule("2026-06-01")

	if len(got.Milestones) != 5 || slices.ContainsFunc(got.Milestones, func(m Scheduled) bool { return m.Forecast == "" }) {
		t.Errorf("milestones = %+v", got.Milestones)
	}
}

// Dates that lead out of the calendar end with it.
func TestAScheduleEndsWithTheCalendar(t *testing.T) {
	w := newWorld(t)
	var ops []string
	for i := range 40 {
		ops = append(ops, fmt.Sprintf(`{"kind":"milestone.add","id":"%s","set":{"phase":"%s","title":"x","duration_days":3650,"is_go_live":%v,"due":"2026-06-01"}}`, uid(0x100+i), phase1, i == 39))
		if i > 0 {
			ops = append(ops, fmt.Sprintf(`{"kind":"dependency.add","id":"%s","set":{"from":"%s","to":"%s","lag_days":365}}`, uid(0x200+i), uid(0x100+i-1), uid(0x100+i)))
		}
	}
	w.json(sam, Shared, "["+strings.Join(ops, ",")+"]").ok(t)

	got := NewView(w.plan, []Stream{Shared}).Schedule("2026-06-01")

	if got.ForecastGoLive != "2199-12-31" || got.Milestones[0].LatestStart != "1970-01-01" {
		t.Errorf("go-live is heading for %s, the first had to start on %s", got.ForecastGoLive, got.Milestones[0].LatestStart)
	}
}
