package room

import "time"

// NewRoom is a room to be made.
type NewRoom struct {
	Workspace     WorkspaceID
	Name          string
	BuyerCompany  string
	SellerCompany string
	TimeZone      string
	GoLive        string    // "" for none yet
	Template      string    // a slug, or the id of the workspace's own one; "" for an empty plan
	Body          *Template // the workspace's own, read by the store
	// Calendars are the room's fields about days off, as [ParseJSON] gives them:
	// seller_weekend, buyer_holidays, …
	Calendars map[string]any
	// Founder owns the room from its first commit on; nil for a room that the
	// workspace's own key makes.
	Founder *Founder
}

// Founder is the person of the selling side who makes a room and owns it.
type Founder struct {
	ID      RecordID // of the participant in the new room
	Name    string
	Email   string    // a member's, verified; "" for who came by a link
	Account AccountID // a member's, "" for who came by a link
	Session SessionID // of who came by a link: the new link ends when its link does
}

// OwnTemplate is a template of a workspace's own.
type OwnTemplate struct {
	ID       TemplateID
	Template *Template
}

// Standing is where a room stands: what tells whether a [Summary] that was read
// before still holds, and what changes without a commit.
type Standing struct {
	ID      ID
	Epoch   Epoch
	Rev     Rev // of the shared stream
	Made    time.Time
	CameIn  time.Time // when somebody last came in by a link of the buyer's side; zero for never
	Asker   RecordID  // who the account that asks is in the room, "" when it is not in it
	Founder bool      // the account that asks founded the room
}

// Summary is one line of the list of rooms: what the shared stream says.
type Summary struct {
	ID            ID
	Name          string
	BuyerCompany  string
	SellerCompany string
	Status        string
	TimeZone      string
	GoLive        string    // "" for none
	Plan          *Plan     // of the shared stream, what a [View] is made of
	Founder       RecordID  // who made the room, "" for the workspace's own key
	Changed       time.Time // when the buyer's side last changed the shared plan; zero for never
}
