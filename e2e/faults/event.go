package faults

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Event is one line of a history. Which members are set depends on Kind.
type Event struct {
	At   int64  `json:"at"`             // nanoseconds since the run began, monotonic
	Kind string `json:"k"`              // one of the kinds below
	C    int    `json:"c,omitempty"`    // the client, from 1
	Sv   int    `json:"sv,omitempty"`   // the server, from 1
	Room string `json:"room,omitempty"` // its id
	S    string `json:"s,omitempty"`    // the stream

	Seq   int64    `json:"seq,omitempty"`
	Rev   int64    `json:"rev,omitempty"`
	From  int64    `json:"from,omitempty"`
	Epoch string   `json:"ep,omitempty"`
	Hash  string   `json:"h,omitempty"`  // of the state, or of a commit's bytes
	Each  []string `json:"hs,omitempty"` // the hash of each commit of a frame
	ID    string   `json:"id,omitempty"` // of a client, participant, record, room
	Name  string   `json:"n,omitempty"`  // of a fault, an op's kind, a side, an entity
	Code  string   `json:"code,omitempty"`
	Note  string   `json:"note,omitempty"`
	May   []string `json:"may,omitempty"`  // the codes that an op may be refused with
	Undo  int64    `json:"undo,omitempty"` // the rev that an op.undo names
	Wall  int64    `json:"wall,omitempty"` // PostgreSQL's clock, microseconds of Unix time
	N     int      `json:"num,omitempty"`

	Body    json.RawMessage    `json:"body,omitempty"`  // of a commit, or the fields of a row
	Marks   json.RawMessage    `json:"marks,omitempty"` // of a row
	Metrics map[string]float64 `json:"m,omitempty"`
}

// What a client writes down.
const (
	KindClient   = "client"   // its Room, ID, Name (the side), Note (the participant), Code (the link)
	KindOpen     = "open"     // a socket to Sv is open and hello is sent
	KindWelcome  = "welcome"  // hello was answered
	KindPlace    = "place"    // welcome or joined: where S stands; Name says resumed or snapshot, Seq what was processed
	KindClosed   = "closed"   // the socket is gone; Code is the close code, Note why
	KindInvoke   = "invoke"   // op Seq is sent for the first time; Name, May, Undo
	KindResend   = "resend"   // it is sent again
	KindAck      = "ack"      // Seq is durable at Rev
	KindReject   = "reject"   // Seq was refused with Code
	KindGap      = "gap"      // Seq comes too early; From is expected
	KindCommits  = "commits"  // From … were folded, Each their hashes
	KindSkipped  = "skipped"  // a frame From … Rev was old, or showed a hole
	KindResync   = "resync"   // the server stopped S; Code says why
	KindBye      = "bye"      // the server sends the client away; Code
	KindPresence = "presence" // N entries seen, Hash of them
	KindLeak     = "leak"     // it saw what is the other side's; Note is where
	KindFinal    = "final"    // at the end: S at Rev with Hash, N ops pending
	KindBroken   = "broken"   // the server broke the protocol; Note says how
	KindGone     = "gone"     // it was told to stop and did
)

// What the harness writes down.
const (
	KindRun     = "run"     // the run's Name, its seed in Note
	KindFault   = "fault"   // Name begins; Note says of what
	KindHealed  = "healed"  // Name is over
	KindEnds    = "ends"    // the link that Room has for Name ends at Wall, which is in Rev nanoseconds
	KindExit    = "exit"    // server Sv ended; N is the exit code, Rev milliseconds
	KindMetrics = "metrics" // Sv's /metrics; Note is "" or "empty", after everybody left
	KindStall   = "stall"   // the machine kept the harness waiting for Rev nanoseconds
	KindAudit   = "audit"   // right after an ack: N is 1 when PostgreSQL had it
	KindQuiet   = "quiet"   // no client offers ops any more, all faults are healed
	KindSettled = "settled" // every client stands where PostgreSQL does
	KindIdle    = "idle"    // the time for that is over, and they do not
)

// What PostgreSQL holds at the end.
const (
	KindHead    = "head"    // S of Room is at Rev of Epoch
	KindLogged  = "logged"  // its commit Rev: ID and Seq of the client, Wall, Body
	KindRow     = "row"     // a record: Name the entity, ID, Body its fields, Marks
	KindOrder   = "order"   // a list as PostgreSQL sorts it: Name the entity, ID the parent, Each the ids
	KindRevoked = "revoked" // ID is a participant, Wall when their link was revoked
)

// hashOf names bytes in a history.
func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}
