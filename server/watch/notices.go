package watch

import (
	"html/template"
	"strings"
)

// The notices that need nothing of the room.
var (
	// Gone is the one answer for what is not there, not theirs, or over.
	Gone = Notice{
		Title: "This room is not here",
		Texts: []string{"The link may be incomplete, or it was taken back. Ask whoever sent it to you for a new one."},
	}
	// Unavailable is for a fault of ours.
	Unavailable = Notice{
		Title: "This plan cannot be shown right now",
		Texts: []string{"Load the page again in a moment."},
	}
	// UpdatesEnded and FeedEnded say that it was done.
	UpdatesEnded = Notice{Title: "You get no more mails about this plan", Texts: []string{"To be told again, open the plan and ask for updates."}}
	FeedEnded    = Notice{Title: "This calendar address is ended", Texts: []string{"Remove it from your calendar. To have another one, open the plan."}}
)

// NotAnAddress is said of what was typed.
const NotAnAddress = "This is not an e-mail address. It may have a typing mistake."

// MyMilestones is what the calendar of one person is called.
const MyMilestones = "My milestones"

// FollowPage offers updates by e-mail and a calendar address. Path is the
// page's; fault is what was wrong with what was sent, "" for nothing.
func FollowPage(p *Plan, path, fault string) Notice {
	n := Notice{Title: english.Follow, Texts: []string{p.Title + " · " + p.Seller + " × " + p.Buyer}, Fault: fault, Follow: path}
	n.Links = []NoticeLink{{english.BackToPlan, template.URL(path)}}
	return n
}

// FeedMade shows a calendar address, this once.
func FeedMade(url, back, stop string) Notice {
	return Notice{
		Title:   "Your calendar address",
		Texts:   []string{"Add it in your calendar as a subscription, from URL. It is shown this once, is yours alone, and follows the dates until the plan's link is taken back."},
		Address: url,
		Links:   []NoticeLink{{"Open in calendar", template.URL("webcal" + url[strings.IndexByte(url, ':'):])}, {english.BackToPlan, template.URL(back)}},
		Button:  &NoticeButton{"End this address", stop},
	}
}

// UpdatesAsked is the answer to every address.
func UpdatesAsked(back string) Notice {
	return Notice{
		Title: "Look into your mail",
		Texts: []string{"If the address is right, a mail is on its way with a button to confirm. Nothing is sent before you do."},
		Links: []NoticeLink{{english.BackToPlan, template.URL(back)}},
	}
}

// UpdatesConfirm asks the reader of a mail.
func UpdatesConfirm(p *Plan, action string) Notice {
	return Notice{
		Title:  "Get updates on " + p.Title + "?",
		Texts:  []string{p.Seller + " × " + p.Buyer, "One short mail when something changed. You stop it with one click."},
		Button: &NoticeButton{"Get updates", action},
	}
}

// UpdatesStop asks before it stops.
func UpdatesStop(action string) Notice {
	return Notice{Title: "Stop these mails?", Texts: []string{"You will not be told of changes to this plan any more."}, Button: &NoticeButton{"Stop mails", action}}
}
