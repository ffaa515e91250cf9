package watch

import (
	"strconv"

	"parley/room"
)

// words are all sentences and labels of the pages, in one language.
type words struct {
	SharedPlan, MutualPlan, Tabs, Runway, ToGoLive, PastGoLive, GoLiveToday, NoGoLive, GoLive, GoLiveNotSet, Today, Done, Next, NoOwner, NoOwnerYet, NoDate, Late,
	Agenda, Plan, Timeline, HowItStands, Purpose, Event, Success, Met, EitherConfirms, Confirms, With, Open, NothingWaiting, AsOf, Reload,
	Milestone, Status, Due, Before, Phases, NothingPlanned, Nobody, Role, Owns, Changes, LastWeek, NothingChanged, Agreed,
	Follow, Updates, UpdatesHow, Email, Daily, Weekly, Subscribe, Calendar, CalendarHow, AddCalendar, Print, PrintHow,
	NeedsYou, NothingNeeded, Trouble, NoTrouble, Live, ReadOnly, Drives, Progress, NoMilestones, More, Tasks, CriteriaMet, BackToPlan, PrintIt, LiveAt, HowOften, ToldByMail, StopMails, OpenWhole string
}

var english = words{
	SharedPlan: "Shared plan", MutualPlan: "Mutual action plan", Tabs: "Room", Runway: "Runway to go-live", ToGoLive: "to go-live", PastGoLive: "past go-live", GoLiveToday: "Go-live is today",
	NoGoLive: "No go-live date", GoLive: "Go-live", GoLiveNotSet: "Go-live has no date yet", Today: "Today", Done: "done", Next: "Next", NoOwner: "no owner yet", NoOwnerYet: "No owner yet", NoDate: "No date", Late: "late",
	Agenda: "What comes next", Plan: "Plan", Timeline: "Timeline", HowItStands: "How it stands", Purpose: "Why we do this", Event: "Why by then", Success: "Success criteria",
	Met: "Met", EitherConfirms: "Either side confirms", Confirms: "confirms", With: "With", Open: "open", NothingWaiting: "Nothing is waiting for",
	AsOf: "As of", Reload: "Reload to see changes.",
	Milestone: "Milestone", Status: "Status", Due: "Due", Before: "Before go-live", Phases: "Phases", NothingPlanned: "Nothing is in this phase yet.",
	Nobody: "Nobody yet", Role: "Role", Owns: "Owns", Changes: "What changed", LastWeek: "in the last 7 days", NothingChanged: "Nothing changed in the last 7 days.", Agreed: "agreed",
	Follow: "Follow this plan", Updates: "Get updates by e-mail", UpdatesHow: "One short mail when something changed. You confirm it first, and stop it with one click.",
	Email: "Your e-mail address", Daily: "Daily", Weekly: "On Mondays", Subscribe: "Get updates",
	Calendar: "Add to calendar", CalendarHow: "An address for your calendar that follows the dates. Google Calendar can take a day to catch up.",
	AddCalendar: "Make calendar address", Print: "One page to print", PrintHow: "The plan on one sheet, for a meeting or a sponsor.",
	NeedsYou: "Next steps", NothingNeeded: "Nothing is open.", Trouble: "Late or blocked", NoTrouble: "Nothing is late or blocked.",
	Live: "live", ReadOnly: "You can look, not change.", Drives: "Drives go-live", Progress: "Progress", NoMilestones: "No milestones yet.", More: "more", Tasks: "tasks", CriteriaMet: "criteria met",
	BackToPlan: "Back to the plan", PrintIt: "Print it with your browser: one page, A4 or Letter.", LiveAt: "Live:", HowOften: "How often", ToldByMail: "You are told by mail what changes here.", StopMails: "Stop these mails", OpenWhole: "Open full plan",
}

// statusWords and statusClasses are those of the room's page.
var (
	statusWords   = map[string]string{"not_started": "Not started", "in_progress": "In progress", "blocked": "Blocked", "done": "Done", "cancelled": "Not needed"}
	statusClasses = map[string]string{"not_started": "todo", "in_progress": "prog", "blocked": "block", "done": "done", "cancelled": "skip"}
	levelWords    = map[string]string{room.Late: "Late", room.AtRisk: "At risk", room.OnTrack: "On track"}
	levelClasses  = map[string]string{room.Late: "block", room.AtRisk: "risk", room.OnTrack: "done"}
)

// count writes "1 day", "2 days".
func count(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}

// of writes "8 of 16".
func of(n, all int) string { return strconv.Itoa(n) + " of " + strconv.Itoa(all) }

// slipWords says where go-live is heading, and against what.
func slipWords(s room.Schedule) (slip, against string) {
	agreed := s.AgreedGoLive != ""
	switch {
	case s.SlipDays == nil:
		return "", ""
	case *s.SlipDays == 0 && agreed:
		return "On the agreed plan", ""
	case *s.SlipDays == 0:
		return "On plan", ""
	}
	against = "vs plan"
	if agreed {
		against = "vs agreed plan"
	}
	if *s.SlipDays < 0 {
		return count(-*s.SlipDays, "day") + " ahead", against
	}
	return count(*s.SlipDays, "day") + " late", against
}

// shifted writes by how many days a date is not the agreed one: "+3 d".
func shifted(days int) string {
	if days > 0 {
		return "+" + strconv.Itoa(days) + " d"
	}
	return "−" + strconv.Itoa(-days) + " d"
}

// tMinus writes how long before go-live a day is: "T−39".
func tMinus(days int) string {
	if days >= 0 {
		return "T−" + strconv.Itoa(days)
	}
	return "T+" + strconv.Itoa(-days)
}
