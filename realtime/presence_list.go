package realtime

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"parley/room"
)

// presenceEntry is a visitor as a frame shows it.
type presenceEntry struct {
	Session     string        `json:"session"`
	Participant room.RecordID `json:"participant"`
	Name        string        `json:"name"`
	Side        room.Side     `json:"side"`
	Focus       *focus        `json:"focus"`
	Editing     bool          `json:"editing"`
	Draft       string        `json:"draft"`
	View        string        `json:"view"`
	Presenting  bool          `json:"presenting"`
	Since       string        `json:"since"`
}

func (v *visitor) entry(audience int) presenceEntry {
	state := v.seenBy(audience)
	e := presenceEntry{
		Session: v.session, Participant: v.participant, Name: state.name, Side: state.side,
		Editing: state.editing, Draft: state.draft, View: state.view, Presenting: state.presenting,
		Since: v.since.UTC().Format(time.RFC3339),
	}
	if state.focus != (focus{}) {
		at := state.focus
		at.Stream = room.Streams[v.focusIn]
		e.Focus = &at
	}
	return e
}

// cutListLocked decides who is listed: everybody, or in a crowd those who have
// been there longest.
func (p *presence) cutListLocked() {
	if !p.relist {
		return
	}
	p.relist = false
	named := p.namedLocked()
	most := len(named)
	if elsewhere := p.unlistedLocked(); most+elsewhere.Named > crowd {
		most = min(most, listedMembers)
	}
	for i, v := range named {
		switch listed := i < most; {
		case listed && !v.listed:
			p.version++
			v.listed, v.listedAt = true, p.version
		case !listed && v.listed:
			p.version++
			v.listed = false
			p.departed = append(p.departed, departure{session: v.session, version: p.version, at: time.Now(), listed: true})
		}
	}
}

// namedLocked returns the visitors with a name, longest present first.
func (p *presence) namedLocked() []*visitor {
	named := make([]*visitor, 0, len(p.visitors))
	for _, v := range p.visitors {
		if !v.watcher {
			named = append(named, v)
		}
	}
	slices.SortFunc(named, func(a, b *visitor) int {
		return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.session, b.session))
	})
	return named
}

// all returns the list for a welcome, and the version that it is of.
func (p *presence) all(audience int) (here []byte, watching, count int, version uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	entries := []presenceEntry{}
	named := p.namedLocked()
	for _, v := range named {
		if v.listed {
			entries = append(entries, v.entry(audience))
		}
	}
	more := p.unlistedLocked()
	return mustJSON(entries), len(p.visitors) - len(named) + more.Watching, len(named) + more.Named, p.shown
}

// since returns the frame that takes an audience from a version to the newest
// shown one, nil when it sees no difference. Those who were at the same version
// get the same bytes.
func (p *presence) since(audience int, from uint64) (frame []byte, version uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if from == p.shown {
		return nil, from
	}
	frame, done := p.rendered[audience][from]
	if !done {
		frame = p.renderLocked(audience, from)
		if p.rendered[audience] == nil {
			p.rendered[audience] = map[uint64][]byte{}
		}
		p.rendered[audience][from] = frame
	}
	return frame, p.shown
}

func (p *presence) renderLocked(audience int, from uint64) []byte {
	var join, update []presenceEntry
	var leave []string
	named := p.namedLocked()
	for _, v := range named {
		changed := max(v.changed[audience], v.listedAt)
		switch {
		case !v.listed || changed <= from:
		case v.listedAt > from:
			join = append(join, v.entry(audience))
		default:
			update = append(update, v.entry(audience))
		}
	}
	for _, d := range p.departed {
		v := p.visitors[d.session]
		if d.listed && d.version > from && (v == nil || !v.listed) && !slices.Contains(leave, d.session) {
			leave = append(leave, d.session)
		}
	}
	if len(join)+len(update)+len(leave) == 0 && p.counted <= from {
		return nil
	}
	more := p.unlistedLocked()
	return presenceBytes(join, update, leave, len(p.visitors)-len(named)+more.Watching, len(named)+more.Named)
}

func presenceBytes(join, update []presenceEntry, leave []string, watching, count int) []byte {
	dst := append(make([]byte, 0, 512), `{"t":"presence"`...)
	if len(join) > 0 {
		dst = append(append(dst, `,"join":`...), mustJSON(join)...)
	}
	if len(update) > 0 {
		dst = append(append(dst, `,"update":`...), mustJSON(update)...)
	}
	if len(leave) > 0 {
		dst = append(append(dst, `,"leave":`...), mustJSON(leave)...)
	}
	dst = strconv.AppendInt(append(dst, `,"watching":`...), int64(watching), 10)
	dst = strconv.AppendInt(append(dst, `,"count":`...), int64(count), 10)
	return append(dst, '}')
}
