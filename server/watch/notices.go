package watch

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
)
