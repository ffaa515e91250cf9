package room

import (
	"slices"
	"strings"
	"time"
)

// Door is what a link asks of who comes by it. Each step asks for what the one
// before does, and more.
type Door string

// The steps of the ladder.
const (
	DoorOpen     Door = "open"     // nothing, until the first write
	DoorName     Door = "name"     // a name
	DoorEmail    Door = "email"    // an e-mail address, as typed
	DoorVerified Door = "verified" // the code that was mailed to it
	DoorNamed    Door = "named"    // and that it is on the link's list
)

// Doors lists the steps, lowest first.
var Doors = [...]Door{DoorOpen, DoorName, DoorEmail, DoorVerified, DoorNamed}

// Valid reports whether d is a step of the ladder.
func (d Door) Valid() bool { return slices.Contains(Doors[:], d) }

// AtLeast reports whether d asks for all that least does.
func (d Door) AtLeast(least Door) bool {
	return slices.Index(Doors[:], d) >= slices.Index(Doors[:], least)
}

// NewLink is a share link to be made.
type NewLink struct {
	Workspace     WorkspaceID
	Room          ID
	Side          Side
	Access        Access
	Label         string
	Participant   RecordID  // a personal link's person, "" for anybody
	By            RecordID  // who made it, "" for the workspace's own key
	Expires       time.Time // zero: never
	Door          Door      // "" is DoorOpen
	PasswordHash  string    // "" for none
	Emails        []string  // lower case; whom DoorNamed lets in
	Domains       []string  // lower case; and everybody of these
	Recipient     string    // the address that it was made for, "" for none
	ShowsProgress bool      // previews of it tell how far the plan is
}

// Link is a share link, without its token.
type Link struct {
	ID            LinkID
	Workspace     WorkspaceID
	Room          ID
	Side          Side
	Access        Access
	Label         string
	Participant   RecordID
	By            RecordID
	Created       time.Time
	Expires       time.Time // zero: never
	Revoked       time.Time // zero: not revoked
	Paused        time.Time // zero: not paused
	LastUsed      time.Time // zero: never; kept to the minute
	Views         int64
	Door          Door
	PasswordHash  string
	Emails        []string
	Domains       []string
	Recipient     string
	ShowsProgress bool
}

// Watching reports whether the link only watches: no name, no private stream.
func (l Link) Watching() bool { return l.Side == NoSide }

// Closed reports whether the link asks for anything before it shows the plan.
func (l Link) Closed() bool { return l.Door.AtLeast(DoorName) || l.PasswordHash != "" }

// Lists reports whether an address, in lower case, is on the link's list.
func (l Link) Lists(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	return slices.Contains(l.Emails, email) || domain != "" && slices.Contains(l.Domains, domain)
}

// LinkChange is what is to be changed of a link; nil leaves it as it is.
type LinkChange struct {
	Side          *Side
	Access        *Access
	Label         *string
	Expires       *time.Time // zero: never
	Paused        *bool
	Door          *Door
	PasswordHash  *string // "": no password any more
	Emails        *[]string
	Domains       *[]string
	ShowsProgress *bool
}

// Apply changes the link; a pause begins at now.
func (l *Link) Apply(c LinkChange, now time.Time) {
	put(&l.Side, c.Side)
	put(&l.Access, c.Access)
	put(&l.Label, c.Label)
	put(&l.Expires, c.Expires)
	put(&l.Door, c.Door)
	put(&l.PasswordHash, c.PasswordHash)
	put(&l.Emails, c.Emails)
	put(&l.Domains, c.Domains)
	put(&l.ShowsProgress, c.ShowsProgress)
	switch {
	case c.Paused == nil:
	case !*c.Paused:
		l.Paused = time.Time{}
	case l.Paused.IsZero():
		l.Paused = now.UTC()
	}
}

func put[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// Visitor is who comes in by a link, as far as the door knows.
type Visitor struct {
	Participant RecordID // "" for nobody in particular
	Name        string
	Email       string // lower case
	Verified    bool   // a code that was mailed to Email was told
}

// Meets reports whether a visitor is let in by a link's door, the password aside.
func (v Visitor) Meets(l Link) bool {
	switch l.Door {
	case DoorName:
		return v.Name != "" || v.Participant != ""
	case DoorEmail:
		return v.Email != ""
	case DoorVerified:
		return v.Verified
	case DoorNamed:
		return v.Verified && l.Lists(v.Email)
	default:
		return true
	}
}

// AccessRequest is somebody's wish to come in by a link whose list they are not on.
type AccessRequest struct {
	ID      RequestID
	Room    ID
	Link    LinkID
	Name    string
	Email   string
	Message string
	Created time.Time
}

// Budget bounds how often something may be done by a link: Burst times at once,
// and once more each time Every has passed. It counts for all servers together.
type Budget struct {
	Kind    string
	Burst   int
	Every   time.Duration
	Message string // for who has used it up
}
