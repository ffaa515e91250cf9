package postgres

import (
	"fmt"
	"slices"
	"strings"
)

// source is what a session comes from, always the same: a link, somebody's being
// signed in, or a portal's word.
type source struct {
	column string // of sessions that is set
	tables string // where it is
	live   string // is true of a session s and those tables while it has not ended
}

// The places of the sources.
const (
	fromLink = iota
	fromSeat
	fromPortal
)

var sources = [...]source{
	fromLink: {"link_id", "links l", "l.id = s.link_id and " + liveLink},
	fromSeat: {"account_session_id", "account_sessions a, members m",
		"a.id = s.account_session_id and m.workspace_id = s.workspace_id and m.account_id = a.account_id and " + liveSeat},
	fromPortal: {"portal_key_id", "portal_keys k, portals o",
		"k.id = s.portal_key_id and o.id = k.portal_id and " + livePortalKey + " and " + mayFrame},
}

// liveSelf is true of a session s that has not ended by itself.
const liveSelf = `s.revoked_at is null and s.expires_at > clock_timestamp()`

// liveSession is true of a session s that may be used, wherever it comes from.
var liveSession = liveFrom(fromLink, fromSeat, fromPortal)

// livePortal is true of a session s of somebody for whom a portal vouched, on a
// page that the portal still names.
var livePortal = sources[fromPortal].exists()

// sourceColumn is the place of the source of a session s.
var sourceColumn = func() string {
	var b strings.Builder
	for i, src := range sources {
		fmt.Fprintf(&b, " when s.%s is not null then %d", src.column, i)
	}
	return "case" + b.String() + " end"
}()

// liveFrom is true of a session s that may be used and comes from one of these.
// The source is looked up by key for each session: as a join of all of them it was
// planned as a walk over all links. PostgreSQL gets ready for every source that is
// named, whether or not a session comes from it: a sixth of a commit's work.
func liveFrom(places ...int) string {
	var b strings.Builder
	for _, i := range places {
		fmt.Fprintf(&b, " when s.%s is not null then %s", sources[i].column, sources[i].exists())
	}
	return liveSelf + " and case" + b.String() + " else false end"
}

func (s source) exists() string {
	return "exists (select from " + s.tables + " where " + s.live + ")"
}

// alive is the part of a claim that asks whether all sessions of the turns may
// still be used, and its parameters: tables to join, and a condition on a room w.
// A session whose source is not remembered is asked about all of them.
func alive(turns []*turn, params int) (tables, condition string, args []any) {
	var rooms, sessions []string
	places := make([]int, 0, len(sources))
	for _, t := range turns {
		for _, session := range sessionsOf(t.reqs) {
			rooms, sessions = append(rooms, string(t.room)), append(sessions, session)
			if place, known := t.sources[session]; !known {
				places = []int{fromLink, fromSeat, fromPortal}
			} else if !slices.Contains(places, place) {
				places = append(places, place)
			}
		}
	}
	slices.Sort(places) // one text for the same question
	switch {
	case len(sessions) == 0:
		return "", "", nil
	case len(sessions) == 1 && len(turns) == 1 && len(places) == 1:
		src := &sources[places[0]] // each has one row, by its key
		return ", sessions s, " + src.tables, fmt.Sprintf(" and s.id = $%d::text::uuid and s.room_id = w.room and %s and %s", params+1, liveSelf, src.live),
			[]any{sessions[0]}
	default:
		return "", fmt.Sprintf(` and w.room <> all (array(select b.room from unnest($%d::text[]::uuid[], $%d::text[]::uuid[]) as b (room, session)
			where not exists (select from sessions s where s.id = b.session and s.room_id = b.room and %s)))`, params+1, params+2, liveFrom(places...)),
			[]any{rooms, sessions}
	}
}
