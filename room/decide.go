package room

import (
	"slices"
	"time"
)

// Decide judges a batch of requests in order, at one time. What it accepts it
// folds into the plan and returns as commits, encoded, in rev order per stream:
// that of the op's own stream, then the twins that it has in others. There is one
// verdict per request. Cursors are brought up to date and marked Dirty; one that
// is missing is added. On an error in storing all this the plan must be dropped.
func Decide(p *Plan, at time.Time, cursors map[CursorKey]*Cursor, reqs []Request) ([]Verdict, []Encoded) {
	b := &batch{plan: p, at: at.UTC().Truncate(time.Microsecond), cursors: cursors}
	verdicts := make([]Verdict, len(reqs))
	for i := range reqs {
		verdicts[i] = b.decide(&reqs[i])
	}
	return verdicts, b.out
}

// Preview returns what a request would do if it were sent now, with its
// sender's rights as the plan knows them. It changes nothing.
func Preview(p *Plan, at time.Time, req Request) (Outcome, error) {
	b := &batch{plan: p, at: at.UTC().Truncate(time.Microsecond)}
	out, _, err := b.outcome(&req)
	if err != nil {
		return Outcome{}, err
	}
	return out, nil
}

// batch is the requests that one transaction takes.
type batch struct {
	plan    *Plan
	at      time.Time
	cursors map[CursorKey]*Cursor
	out     []Encoded
}

func (b *batch) decide(req *Request) Verdict {
	if req.Internal {
		return b.take(req)
	}
	if err := req.usable(); err != nil {
		return Verdict{Err: err}
	}
	c, err := b.cursor(req)
	if err != nil {
		return Verdict{Err: err}
	}
	switch {
	case req.Seq <= c.Seq:
		return c.again(req.Seq)
	case c.Actor == "" && req.Seq > 1:
		return Verdict{Err: Errorf(Expired, "this client is not known any more; start a new one")}
	case req.Seq > c.Seq+1:
		err := Errorf(SeqGap, "the op with seq %d comes first", c.Seq+1)
		err.Expected = c.Seq + 1
		return Verdict{Err: err}
	}
	v := b.take(req)
	c.note(actorName(req.Member.ID), req.Seq, v)
	return v
}

// usable refuses a request that nobody known sent: it leaves no cursor behind.
func (req *Request) usable() *Error {
	switch {
	case req.Ended:
		return Errorf(Forbidden, "your session has ended; open your link again")
	case req.Member.ID == "" && req.Session != "":
		return Errorf(Forbidden, "say who you are first: viewers without a name only read")
	case !slices.Contains(Streams[:], req.Stream):
		return FieldErrorf(Invalid, "stream", "%q is not a stream; use shared, seller or buyer", clip(string(req.Stream)))
	case !ValidUUID(string(req.Client)):
		return FieldErrorf(Invalid, "client", "%q is not an id; use a UUID in lower case", clip(string(req.Client)))
	case req.Seq < 1:
		return FieldErrorf(Invalid, "seq", "%d is not a seq; they are 1, 2, 3, …", req.Seq)
	default:
		return nil
	}
}

func actorName(id RecordID) string {
	if id == "" {
		return WorkspaceActor
	}
	return string(id)
}

// cursor returns the cursor of the request's client in its stream. A client
// belongs to whoever used it first, in any stream.
func (b *batch) cursor(req *Request) (*Cursor, *Error) {
	for _, s := range Streams {
		c := b.cursors[CursorKey{req.Client, s}]
		if c != nil && c.Actor != "" && c.Actor != actorName(req.Member.ID) {
			return nil, FieldErrorf(Forbidden, "client", "this client belongs to somebody else")
		}
	}
	key := CursorKey{req.Client, req.Stream}
	c := b.cursors[key]
	if c == nil {
		c = &Cursor{}
		b.cursors[key] = c
	}
	return c, nil
}

// again returns the verdict that the seq got before.
func (c *Cursor) again(seq int64) Verdict {
	if err := c.Refused[seq]; err != nil {
		return Verdict{Err: err}
	}
	if rev, ok := c.Accepted[seq]; ok {
		return Verdict{Rev: rev}
	}
	if seq == c.Seq && c.Rev != 0 {
		return Verdict{Rev: c.Rev}
	}
	return Verdict{Err: Errorf(Expired, "op %d was answered too long ago to say how; look at the plan", seq)}
}

// note keeps the verdict of the next seq.
func (c *Cursor) note(actor string, seq int64, v Verdict) {
	c.Actor, c.Seq, c.Dirty = actor, seq, true
	if v.Err == nil {
		c.Rev = v.Rev
		if c.Accepted == nil {
			c.Accepted = map[int64]Rev{}
		}
		c.Accepted[seq] = v.Rev
		return
	}
	if c.Refused == nil {
		c.Refused = map[int64]*Error{}
	}
	c.Refused[seq] = v.Err
	for len(c.Refused) > KeptRefusals {
		oldest := seq
		for s := range c.Refused {
			oldest = min(oldest, s)
		}
		delete(c.Refused, oldest)
	}
}

// take applies a request and commits what it does.
func (b *batch) take(req *Request) Verdict {
	out, by, err := b.outcome(req)
	if err != nil {
		return Verdict{Err: err}
	}
	return Verdict{Rev: b.commit(req, by, out)}
}

// outcome returns what a request does, and who it turned out to be from.
func (b *batch) outcome(req *Request) (Outcome, Member, *Error) {
	by := req.Member
	switch {
	case req.Malformed != nil:
		return Outcome{}, by, req.Malformed
	case len(req.Ops) == 0:
		return Outcome{}, by, missing("op")
	case !req.Internal && by.ID != "":
		known, ok := b.plan.Member(by.ID) // the plan, not the session, says what they may do
		if !ok {
			return Outcome{}, by, Errorf(Forbidden, "you no longer have access to this room")
		}
		by = known
	}
	st := Stamp{By: by, At: b.at, Client: req.Client, Seq: req.Seq, Base: req.Base}
	out, err := apply(b.plan, st, req.Stream, req.Ops, b.undone(req), req.Internal)
	return out, by, refusal(err)
}

// undone returns the commit that an op.undo names, also one of this batch, with
// its twin.
func (b *batch) undone(req *Request) *Commit {
	if req.Undone != nil || req.Ops[0].Kind != KindUndo {
		return req.Undone
	}
	named := Origin{req.Stream, req.Ops[0].Rev}
	var found *Commit
	for _, e := range b.out {
		switch {
		case e.Stream == named.Stream && e.Commit.Rev == named.Rev:
			found = &e.Commit
		case found != nil && e.Commit.Of != nil && *e.Commit.Of == named:
			found.Twin = &Twin{e.Stream, e.Commit}
		}
	}
	return found
}

// commit makes the outcome the next commit of the request's stream, and of
// every other stream that it changes, and returns the rev in the former.
func (b *batch) commit(req *Request, by Member, out Outcome) Rev {
	c := Commit{
		Client: req.Client, Seq: req.Seq, At: b.at.Format(InstantFormat),
		Kind: req.Ops[0].Kind, Over: out.Over,
	}
	if req.Group {
		c.Kind = KindGroup
	}
	if by.ID != "" {
		c.By = &by.ID
	}
	rev := b.append(req.Stream, c, out.Changes[req.Stream])
	c.Client, c.Seq, c.Over = "", 0, nil
	for _, s := range Streams {
		if changes := out.Changes[s]; s != req.Stream && len(changes) > 0 {
			c.Of = nil
			if s != Shared {
				c.Of = &Origin{req.Stream, rev}
			}
			b.append(s, c, changes)
		}
	}
	return rev
}

func (b *batch) append(s Stream, c Commit, changes []Change) Rev {
	c.Rev, c.Changes = b.plan.Revs[s]+1, changes
	b.plan.Fold(s, c)
	b.out = append(b.out, Encoded{Stream: s, Commit: c, Body: EncodeCommit(c)})
	return c.Rev
}
