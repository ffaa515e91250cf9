package room

// The ids of what follows a room from outside, UUIDs like the others.
type (
	// FeedID names a calendar address.
	FeedID string
	// SubscriptionID names somebody's being told by mail.
	SubscriptionID string
)

// NewFeed is a calendar address to be made.
type NewFeed struct {
	Workspace   WorkspaceID
	Room        ID
	Link        LinkID   // the link it dies with, "" for none
	Participant RecordID // the person it dies with, "" for a watcher's
}

// Feed is a calendar address, without its token.
type Feed struct {
	ID        FeedID
	Workspace WorkspaceID
	Room      ID
	Created   string // [InstantFormat]
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
