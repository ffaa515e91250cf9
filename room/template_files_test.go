package room

import (
	"fmt"
	"slices"
	"testing"
)

// The templates of this build, by their slugs.
func TestTemplateSlugs(t *testing.T) {
	want := []string{"blank", "enterprise-procurement", "onboarding", "pilot", "renewal", "software-purchase"}
	if got := TemplateSlugs(); !slices.Equal(got, want) {
		t.Errorf("templates = %v, want %v", got, want)
	}
}

// A template is a plan that people can keep: 6 to 20 steps, each with an owner on
// a side, work that fits between the dates, and texts that say what done means.
// ParseTemplate has checked keys, loops, the one go-live and the limits.
func TestTemplatesAreSound(t *testing.T) {
	for _, slug := range TemplateSlugs() {
		tpl := BuiltInTemplate(slug)
		if n := tpl.Steps(); slug != "blank" && (n < 6 || n > 20) {
			t.Errorf("%s has %d steps", slug, n)
		}
		if tpl.Description == "" {
			t.Errorf("%s does not say what it is for", slug)
		}
		calendar := newCalendar(usualWeekend, nil)
		goLive, _ := parseDay("2026-11-30")
		due, used, before := map[string]day{}, map[string]bool{}, day(0)
		for _, p := range tpl.Phases {
			if len(p.Milestones) == 0 {
				t.Errorf("%s: the phase %s is empty", slug, p.Name)
			}
			for _, m := range p.Milestones {
				if m.OffsetDays == nil {
					t.Fatalf("%s: %s has no offset", slug, m.Key)
				}
				due[m.Key] = calendar.add(goLive, *m.OffsetDays)
				if due[m.Key] < before {
					t.Errorf("%s: %s is due before the step above it", slug, m.Key)
				}
				before = due[m.Key]
				if slug == "blank" {
					continue
				}
				if m.SellerOwner == "" && m.BuyerOwner == "" {
					t.Errorf("%s: %s has no owner", slug, m.Key)
				}
				if len(m.Criteria) == 0 || m.DurationDays == 0 {
					t.Errorf("%s: %s has %d criteria and takes %d days", slug, m.Key, len(m.Criteria), m.DurationDays)
				}
				used[m.SellerOwner], used[m.BuyerOwner] = true, true
				for _, task := range m.Tasks {
					used[task.Owner] = true
				}
			}
		}
		for _, s := range tpl.RoleSlots {
			if !used[s.Key] {
				t.Errorf("%s: nobody needs the role %s", slug, s.Key)
			}
		}
		for _, p := range tpl.Phases {
			for _, m := range p.Milestones {
				for _, w := range m.WaitsFor {
					if earliest := calendar.add(due[w.For], w.LagDays+m.DurationDays); due[m.Key] < earliest {
						t.Errorf("%s: %s is due %s; after %s it cannot be before %s", slug, m.Key, due[m.Key], w.For, earliest)
					}
				}
			}
		}
	}
}

// Every template is applied whole, and what it makes is what an op could say.
func TestTemplatesAreApplied(t *testing.T) {
	for _, slug := range TemplateSlugs() {
		w := newWorld(t)
		a := w.json(sam, Shared, fmt.Sprintf(`{"kind":"template.apply","template":%q,"go_live":"2026-09-01"}`, slug)).ok(t)
		for _, c := range a.changes(Shared) {
			for name, v := range c.Set {
				checkStored(t, SchemaOf(c.Entity).Field(name), v)
			}
		}
		w.checkLog()
	}
}

// What would not make a plan is refused at its place.
func TestParseTemplateRefuses(t *testing.T) {
	const milestone = `{"key":"a","title":"A","offset_days":0,"go_live":true%s}`
	for name, c := range map[string]struct{ body, field string }{
		"no go-live":          {`{"name":"T","role_slots":[],"phases":[{"name":"P","milestones":[{"key":"a","title":"A"}]}]}`, "phases"},
		"two of a key":        {`{"name":"T","role_slots":[],"phases":[{"name":"P","milestones":[{"key":"a","title":"A"},{"key":"a","title":"B"}]}]}`, "phases[0].milestones[1].key"},
		"no title":            {`{"name":"T","role_slots":[],"phases":[{"name":"P","milestones":[{"key":"a","title":" "}]}]}`, "phases[0].milestones[0].title"},
		"an owner of nowhere": {fmt.Sprintf(`{"name":"T","role_slots":[],"phases":[{"name":"P","milestones":[`+milestone+`]}]}`, `,"buyer_owner":"x"`), "phases[0].milestones[0].buyer_owner"},
		"a loop": {`{"name":"T","role_slots":[],"phases":[{"name":"P","milestones":[{"key":"a","title":"A","waits_for":["b"]},
			{"key":"b","title":"B","waits_for":[{"for":"a","lag_days":1}],"offset_days":0,"go_live":true}]}]}`, "phases"},
		"an unknown field": {fmt.Sprintf(`{"name":"T","role_slots":[],"phases":[{"name":"P","milestones":[`+milestone+`]}]}`, `,"amount":"1.00"`), ""},
	} {
		_, err := ParseTemplate([]byte(c.body))
		refused, ok := err.(*Error)
		if !ok || refused.Code != Invalid || refused.Field != c.field {
			t.Errorf("%s: %v, want invalid at %q", name, err, c.field)
		}
	}
}
