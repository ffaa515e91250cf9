package postgres_test

import (
	"context"
	"testing"

	"parley/room"
)

// framed signs somebody in whom a portal names.
func (w *world) framed(m room.Member) room.Grant {
	w.Helper()
	ctx := context.Background()
	p, err := w.store.CreatePortal(ctx, w.workspace, "Acme's portal", []string{"https://acme.example"})
	if err != nil {
		w.Fatal(err)
	}
	key, err := w.store.AddPortalKey(ctx, w.workspace, p.ID, room.KeyHS256, make([]byte, 32))
	if err != nil {
		w.Fatal(err)
	}
	_, grant, err := w.store.CreateEmbedSession(ctx, room.Voucher{Workspace: w.workspace, Portal: p.ID, Key: key.ID},
		room.Framed{Room: w.id, Participant: m.ID, Parent: "https://acme.example"})
	if err != nil {
		w.Fatal(err)
	}
	return grant
}

// linked signs somebody in by a link.
func (w *world) linked(m room.Member) room.Grant {
	w.Helper()
	link, _, err := w.store.CreateLink(context.Background(), room.NewLink{Workspace: w.workspace, Room: w.id, Side: m.Side, Access: m.Access})
	if err != nil {
		w.Fatal(err)
	}
	_, grant, err := w.store.CreateSession(context.Background(), link, room.Visitor{Participant: m.ID})
	if err != nil {
		w.Fatal(err)
	}
	return grant
}

// An op is judged from memory in one round trip, wherever its session comes from,
// and no longer once the session, or what it comes from, has ended: without a turn
// of the room, as when its head is locked by something else. So does each in a
// batch of people who come by every way. // P36
func TestRememberedSessionEndsWithItsSource(t *testing.T) {
	w := newWorld(t)
	w.member(priyasAddress, room.RoleOwner)
	one := w.writing()
	ways := map[string]func(*world) room.Grant{
		"link":   func(w *world) room.Grant { return w.linked(w.marc) },
		"seat":   func(w *world) room.Grant { _, _, grant := w.enter(priyasAddress); return grant },
		"portal": func(w *world) room.Grant { return w.framed(w.marc) },
	}
	for _, step := range []struct{ way, end string }{
		{"link", `update sessions set revoked_at = now() where id = $1`},
		{"link", `update sessions set expires_at = now() where id = $1`},
		{"link", `update links set revoked_at = now() where id = (select link_id from sessions where id = $1)`},
		{"link", `update links set paused_at = now() where id = (select link_id from sessions where id = $1)`},
		{"portal", `update portal_keys set revoked_at = now() where id = (select portal_key_id from sessions where id = $1)`},
		{"portal", `update portals set removed_at = now() where id = (select portal_id from portal_keys k join sessions s on s.portal_key_id = k.id where s.id = $1)`},
		{"portal", `update portals set paused_at = now() where id = (select portal_id from portal_keys k join sessions s on s.portal_key_id = k.id where s.id = $1)`},
		{"portal", `update portals set origins = '{https://elsewhere.example}' where id = (select portal_id from portal_keys k join sessions s on s.portal_key_id = k.id where s.id = $1)`},
		{"seat", `update sessions set revoked_at = now() where id = $1`},
		{"seat", `update account_sessions set revoked_at = now() where id = (select account_session_id from sessions where id = $1)`},
		{"seat", `update account_sessions set expires_at = now() where id = (select account_session_id from sessions where id = $1)`},
		{"seat", `update members set removed_at = now() where account_id = (select account_id from account_sessions a join sessions s on s.account_session_id = a.id where s.id = $1)`},
	} {
		for _, company := range []bool{false, true} {
			s := &writing{w.anotherRoom(), one.store, one.trips, nil, room.Revs{}}
			people := []room.Grant{ways[step.way](s.world)}
			if company {
				for way, enter := range ways {
					if way != step.way {
						people = append(people, enter(s.world))
					}
				}
			}
			clients := make([]room.ClientID, len(people))
			batch := func(seq int64) []room.Request {
				reqs := make([]room.Request, len(people))
				for i, p := range people {
					if seq == 1 {
						clients[i] = newClient()
					}
					reqs[i] = s.request(clients[i], seq, p.Member, room.Shared, rename(s.first, title(clients[i], seq)))
					reqs[i].Session = p.Session
				}
				return reqs
			}
			s.commit(batch(1)...)
			result, trips := s.commit(batch(2)...)
			for i, v := range result.Verdicts {
				if v.Err != nil || trips != 1 {
					t.Errorf("%s, in company %t: %d: %v in %d round trips", step.end, company, i, v.Err, trips)
				}
			}
			tag, err := w.pool.Exec(context.Background(), step.end, people[0].Session)
			if err != nil || tag.RowsAffected() != 1 {
				t.Fatal(tag, err)
			}
			result, _ = s.commit(batch(3)...)
			for i, v := range result.Verdicts {
				if (i == 0) != (v.Err != nil) || i == 0 && v.Err.Code != room.Forbidden {
					t.Errorf("%s, in company %t: %d: %v", step.end, company, i, v.Err)
				}
			}
			if _, err := w.pool.Exec(context.Background(), `update members set removed_at = null`); err != nil { // back in, for the next
				t.Fatal(err)
			}
		}
	}
}
