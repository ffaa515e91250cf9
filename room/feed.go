package room

import "time"

// The ids of what follows a room from outside, UUIDs like the others.
type (
	// FeedID names a calendar address.
	FeedID string
	// SubscriptionID names somebody's being told by mail.
	SubscriptionID string
)

// FeedShows says what a calendar has of a plan.
type FeedShows string

// What a calendar has.
const (
	FeedPlan FeedShows = "plan" // every milestone with a date
	FeedMine FeedShows = "mine" // those that its person owns
)

// NewFeed is a calendar address to be made. It ends with its source, which is one
// of Link, Session and Account.
type NewFeed struct {
	Workspace   WorkspaceID
	Room        ID // "" for a member's over all their rooms
	Shows       FeedShows
	Link        LinkID    // a watcher's
	Session     SessionID // of a person who came in by a link
	Account     AccountID // a member's
	Participant RecordID  // its person in the room, "" for a watcher's and for one over all rooms
	Side        Side      // its person's, "" without one
}

// Feed is a calendar address, without its token.
type Feed struct {
	ID          FeedID
	Workspace   WorkspaceID
	Room        ID
	Shows       FeedShows
	Link        LinkID
	Account     AccountID
	Participant RecordID
	Side        Side
	Created     time.Time
	LastUsed    time.Time // zero: never; kept to the hour
	RoomName    string    // where they are listed
	LinkLabel   string    // there too
}

// FeedsOf says whose calendar addresses are meant; what is "" does not matter.
type FeedsOf struct {
	Workspace   WorkspaceID
	Room        ID
	Participant RecordID
	Account     AccountID
	Side        Side // that of its person; a watcher's is of every side
}

// Subscription is somebody who is told by mail what changed in a room.
type Subscription struct {
	ID        SubscriptionID
	Workspace WorkspaceID
	Room      ID
	Link      LinkID
	Email     string
	Every     string // daily or weekly
	Confirmed bool
	Ended     bool
	Told      Rev // of the shared stream
}
