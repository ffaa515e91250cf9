package realtime

import (
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Options configure a [Hub]. The zero value serves clients without an Origin
// header only, and does not limit ops.
type Options struct {
	// Origins are the accepted values of a browser's Origin header, compared
	// whole: "https://rooms.example.com".
	Origins []string
	// OpsPerSecond is the op allowance of one socket; its burst is four times
	// that. Zero means none.
	OpsPerSecond float64
	// MaxCommits bounds the rooms that this server commits to at once; what of them
	// share a transaction is for the store to say, and who waits for a place gathers
	// more ops meanwhile. Default 32.
	MaxCommits int
	// MaxReads bounds the catch-up reads this server has open at once, those of
	// one room to a quarter of it. Default 16.
	MaxReads int
	// MaxJoins bounds the sockets on their way from hello to welcome, those of one
	// room to a quarter of it; more wait, rooms in turn. Default 64.
	MaxJoins int
	// MaxMembers bounds the sockets of one room on this server, MaxWatchers those of
	// them that only watch: an audience keeps out nobody who works on the plan.
	// Defaults 11,000 and 10,000.
	MaxMembers, MaxWatchers int
	// Tracer makes the spans of ops on their way; nil for no tracing.
	Tracer trace.Tracer
	// Log receives what an operator acts on. Default: [slog.Default].
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.MaxCommits == 0 {
		o.MaxCommits = 32
	}
	if o.MaxReads == 0 {
		o.MaxReads = 16
	}
	if o.MaxJoins == 0 {
		o.MaxJoins = 64
	}
	if o.MaxMembers == 0 {
		o.MaxMembers = 11_000
	}
	if o.MaxWatchers == 0 {
		o.MaxWatchers = 10_000
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// The times and sizes of the protocol. PROTOCOL.md states those that a client sees.
const (
	helloTimeout   = 10 * time.Second // accept to the end of the first frame
	messageTimeout = 10 * time.Second // first to last byte of one message
	silenceTimeout = 60 * time.Second // between two messages; clients ping every 25 s
	heartbeat      = 25 * time.Second // what clients are told
	writeTimeout   = 10 * time.Second // one write to a socket
	closeTimeout   = 5 * time.Second  // for the other side's close frame

	helloLimit = 4 << 10  // bytes of the first frame: hello needs under 1 KB
	frameLimit = 64 << 10 // bytes of any later frame

	// inlineSnapshot is the largest snapshot sent over the socket; a larger one is
	// fetched over HTTP, where it is compressed and does not hold up commits.
	inlineSnapshot = 64 << 10
	// resumeLimit is the most commits replayed to one client. Above it a
	// snapshot is smaller than the replay.
	resumeLimit = 5_000
	// logPage is how many commits one catch-up read takes: about 100 KB.
	logPage = 256

	// windowCommits and windowBytes bound what a channel keeps for its sessions:
	// at 10 commits a second, a reader may fall 50 s behind.
	windowCommits = 512
	windowBytes   = 256 << 10
	// frameBytes is where a run of commits is cut into another frame.
	frameBytes = 64 << 10
	// earlyLimit bounds the batches kept while a hole before them is repaired.
	earlyLimit = 64
	// repairGrace is how long a hole may close by itself: a commit of this server
	// and one from the broker may arrive out of order by a few milliseconds.
	repairGrace = 30 * time.Millisecond

	// queueLimit bounds the requests that wait for a room's writer.
	queueLimit = 256
	// batchBytes bounds one transaction together with [room.MaxBatch].
	batchBytes = 256 << 10
	// commitTimeout bounds one transaction. The store's own statement timeouts
	// are shorter; this one catches a store that does not answer at all.
	commitTimeout = 10 * time.Second
	readTimeout   = 5 * time.Second

	// controlLimit bounds the frames queued for one session besides commits. An
	// op has one answer, and 32 ops may be unanswered.
	controlLimit = 256

	// roomShare is the part of the reads and joins that one room gets: one in so many.
	roomShare = 4
	// maxArrivals bounds the sockets that wait for their turn to join; more are
	// sent away for a moment.
	maxArrivals = 20_000

	// linger is how long a room stays loaded without a member, so that a reload
	// finds it warm. It is below 60 s, after which nothing may be left (I12).
	linger = 55 * time.Second
	// positionEvery is how often loaded rooms are compared with the store (P30).
	positionEvery = 10 * time.Second
	// positionEveryDown replaces it while the broker is down: lag stays below 1 s
	// (I13). It is also how often the hub looks whether it is.
	positionEveryDown = 400 * time.Millisecond
	// positionChunk is how many rooms one comparison reads.
	positionChunk = 500
	// recheckEvery is how often grants are read again without a sign of change.
	recheckEvery = 60 * time.Second

	presenceEvery = 100 * time.Millisecond // between two presence frames of a room …
	// presencePerVisitor is what each visitor adds to it above a hundred of them,
	// so that a room writes about a thousand presence frames a second at most until
	// presenceEveryShed is reached.
	presencePerVisitor = time.Millisecond
	leaveGrace         = 5 * time.Second  // a reload does not flicker
	peerEvery          = 15 * time.Second // between two full lists for other servers
	peerCheck          = 5 * time.Second  // between two looks for servers that are gone
	peerTimeout        = 35 * time.Second // another server's presence without a sign of it
	listedMembers      = 50               // presence entries shown in a crowd …
	crowd              = 100              // … of more than this many
	draftLimit         = 140              // characters of a draft
)
