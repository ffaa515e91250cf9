package room

// Stream is the part of a room that one audience sees. A private record lives
// in its side's stream and nowhere else, so privacy needs no filtering.
type Stream string

// The streams of a room, in lock order.
const (
	Shared Stream = "shared" // everyone
	Seller Stream = "seller" // the seller's side only
	Buyer  Stream = "buyer"  // the buyer's side only
)

// Streams lists every stream of a room, in lock order.
var Streams = [...]Stream{Shared, Seller, Buyer}

// Rev is a commit's place in its stream: 1, 2, 3, … without a hole.
type Rev int64

// Revs holds the newest rev of each stream; a missing one is 0.
type Revs map[Stream]Rev

// Epoch names a run of revs that was never rewound. It is opaque to clients:
// another epoch means that what they hold may not be what the room has.
type Epoch string

// Visibility is the value of a record's visibility field in the stream.
func (s Stream) Visibility() string {
	if s == Shared {
		return "shared"
	}
	return string(s) + "_only"
}

// Side says which company a person speaks for.
type Side string

// The sides. NoSide is that of a watcher, who holds a link and nothing else.
const (
	NoSide      Side = "none"
	SideSeller  Side = "seller"
	SideBuyer   Side = "buyer"
	SidePartner Side = "partner"
)

// Sees reports whether a participant of side s may read stream.
func (s Side) Sees(stream Stream) bool {
	switch stream {
	case Shared:
		return true
	case Seller:
		return s == SideSeller
	case Buyer:
		return s == SideBuyer
	default:
		return false
	}
}

// Access is how much a person may do, each level including the ones before.
type Access string

// The access levels, weakest first.
const (
	Viewer      Access = "viewer"      // reads
	Commenter   Access = "commenter"   // and comments
	Contributor Access = "contributor" // and completes, and meets own side's criteria
	Editor      Access = "editor"      // and edits the plan
	Owner       Access = "owner"       // and manages people and links
)

var accessRank = map[Access]int{Viewer: 1, Commenter: 2, Contributor: 3, Editor: 4, Owner: 5}

// AtLeast reports whether a includes what other may do.
func (a Access) AtLeast(other Access) bool {
	return accessRank[a] >= accessRank[other] && accessRank[a] > 0
}

// Valid reports whether a is one of the access levels.
func (a Access) Valid() bool { return accessRank[a] > 0 }
