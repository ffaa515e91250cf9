package room

import (
	"encoding/json"
	"time"
)

// Change is what became of one record: Set holds the fields the commit gave it
// (nil for one that was cleared), Was what they were before (nil for one that
// was absent). Was itself is nil when the commit created the record.
type Change struct {
	Entity Entity   `json:"entity"`
	ID     RecordID `json:"id"`
	Set    Fields   `json:"set"`
	Was    Fields   `json:"was"`
}

// Over says what an op replaced that its author had not seen.
type Over struct {
	By    *RecordID `json:"by"` // nil for the workspace itself
	Rev   Rev       `json:"rev"`
	Value Value     `json:"value"`
}

// Commit is one op, or one atomic group, that took effect in one stream. The
// JSON form is the wire's and the log's; it is encoded once, see [Encoded].
type Commit struct {
	Rev     Rev             `json:"rev"`
	Client  ClientID        `json:"client,omitempty"` // empty for a twin and for the server's own
	Seq     int64           `json:"seq,omitempty"`
	By      *RecordID       `json:"by"` // nil for the workspace itself
	At      string          `json:"at"` // [InstantFormat]
	Kind    Kind            `json:"kind"`
	Of      *Origin         `json:"of,omitempty"` // of a private twin
	Changes []Change        `json:"changes"`
	Over    map[string]Over `json:"over,omitempty"`

	// Twin is what the same op did in its sender's private stream, where the
	// commit was read to be taken back. Nil for nothing.
	Twin *Twin `json:"-"`
}

// Origin names the commit that a twin belongs to. Only a twin in a private
// stream has one: a shared twin would tell where the private stream stands.
type Origin struct {
	Stream Stream `json:"stream"`
	Rev    Rev    `json:"rev"`
}

// Twin is a commit in another stream than its op's.
type Twin struct {
	Stream Stream
	Commit Commit
}

// Encoded is a commit with the only bytes it ever has: those stored in the log
// and sent to every client.
type Encoded struct {
	Stream Stream
	Commit Commit
	Body   json.RawMessage
}

// Member is who sends an op, as the server knows it. The zero ID is the
// workspace itself (an API key).
type Member struct {
	ID     RecordID
	Name   string
	Side   Side
	Access Access
}

// Stamp is what the server knows about an op: who sent it, when, and as what.
// Clients never supply it.
type Stamp struct {
	By     Member
	At     time.Time // UTC, microsecond precision
	Client ClientID
	Seq    int64
	Base   Rev // the rev of the op's stream the author had seen
}

// Request is one op (or atomic group) on its way to the room's writer.
type Request struct {
	Member Member // as authenticated; Access and Side are checked again under the lock
	// Session is checked under the lock: an op of an ended session or revoked
	// link is forbidden. Empty for the workspace's own key and internal work.
	Session SessionID
	Client  ClientID
	Stream  Stream
	Seq     int64
	Base    Rev
	Ops     []Op
	Group   bool // sent as "ops": one commit of kind "group"
	// Malformed is why [DecodeOps] refused the op. Such a request is sent on all
	// the same: a refused op uses up its seq. Nil with well-formed Ops.
	Malformed *Error
	// Ended is set by the store under the lock: the session is no longer valid.
	Ended bool
	// Undone is the commit that an op.undo in Ops names, read from the log by
	// the store before the batch. Nil when there is none.
	Undone *Commit
	// Internal marks the server's own work (room.add, participant.join), which
	// may use internal kinds and has no cursor: Client is empty and Seq 0.
	Internal bool
}

// Verdict is the answer to one request: durable at Rev, or refused with Err.
type Verdict struct {
	Rev Rev
	Err *Error
}

// Cursor is how far a client has come in a stream.
type Cursor struct {
	// Actor is the participant the client belongs to, "" while it is new,
	// [WorkspaceActor] for the workspace's own key.
	Actor string
	Seq   int64 // last processed
	Rev   Rev   // rev of the last accepted op
	// Refused holds the newest refusals by seq, so a retry gets the same answer.
	Refused map[int64]*Error
	// Accepted holds the revs of accepted seqs that this batch asks about again,
	// looked up in the log by the store.
	Accepted map[int64]Rev
	Dirty    bool // set by Decide: to be stored
}

// WorkspaceActor is the cursor's actor for ops of the workspace's own key.
const WorkspaceActor = "workspace"

// CursorKey names a cursor within a room.
type CursorKey struct {
	Client ClientID
	Stream Stream
}

// Result is what came of a batch.
type Result struct {
	Verdicts []Verdict // one per request, in order
	// Commits holds, in rev order per stream, what other servers committed since
	// the plan was last brought up to date, then what this batch committed.
	Commits []Encoded
}

// Head is where a room stands: its epoch and the newest rev of each stream.
type Head struct {
	Epoch Epoch
	Revs  Revs
	// Revoked says that a link into the room was, within the last minute.
	Revoked bool
}

// StreamSnapshot is one stream's state at a rev, with the last processed seq of
// the client that asked, read in the same transaction.
type StreamSnapshot struct {
	Stream Stream          `json:"stream"`
	Epoch  Epoch           `json:"epoch"`
	Rev    Rev             `json:"rev"`
	Seq    int64           `json:"seq"`
	Body   json.RawMessage `json:"snapshot"` // {"entities": {entity: [{id, …}]}}
}

// Logged is one commit as the log keeps it.
type Logged struct {
	Rev  Rev
	Body json.RawMessage
}

// Outcome is what an op (or group) does, before it is a commit: the changes in
// each stream it writes, and what it replaces unseen in its own stream.
type Outcome struct {
	Changes map[Stream][]Change
	Over    map[string]Over
}
