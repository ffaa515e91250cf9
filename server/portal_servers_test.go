package main

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// portalLosses takes from people what a portal gave them, in each way there is, from
// somebody who edits and somebody who only looks, at the other server.
func (c *couple) portalLosses(t *testing.T, within time.Duration) {
	for what, change := range map[string]func(p *portal, eve string){
		"its key is revoked": func(p *portal, _ string) {
			c.must("DELETE", "/api/v1/portals/"+p.id+"/keys/"+p.kid, adminKey, "", nil)
		},
		"it is paused": func(p *portal, _ string) {
			c.must("PUT", "/api/v1/portals/"+p.id, adminKey, fmt.Sprintf(`{"name":"P","origins":[%q],"paused":true}`, portalOrigin), nil)
		},
		"the origin is taken from its list": func(p *portal, _ string) {
			c.must("PUT", "/api/v1/portals/"+p.id, adminKey, `{"name":"P","origins":["https://portal.acme.example:8443"]}`, nil)
		},
		"it is removed": func(p *portal, _ string) { c.must("DELETE", "/api/v1/portals/"+p.id, adminKey, "", nil) },
		"the person is sent away": func(_ *portal, eve string) {
			op := fmt.Sprintf(`{"client":%q,"stream":"shared","seq":1,"op":{"kind":"participant.revoke","id":%q}}`, uuid.NewString(), eve)
			c.must("POST", "/api/v1/rooms/"+c.room+"/ops", c.seller, op, nil)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := newPortal(c.world, portalOrigin)
			session := p.enter(p.token(map[string]any{"sub": "eve of " + t.Name(), "name": "Eve"}), "")
			eve, hello := connect(t, c.other, c.room, session.SessionToken, "", nil)
			quiet, _ := connect(t, c.other, c.room, session.SessionToken, "", nil)
			if hello.T != "welcome" {
				t.Fatalf("hello was answered by %s", hello.raw)
			}
			var changed time.Time
			c.ends(t, eve, within, func() time.Time {
				changed = time.Now()
				change(p, session.Me.ID)
				// In its room's turn the session ended, or the person was sent away.
				return c.moment(t, `select coalesce((select max(revoked_at) from sessions where participant = $1), (select max(at) from activity
					where room_id = $2 and body::text like '%"revoked"%' and body::text like '%' || $1::text || '%'))`, session.Me.ID, c.room)
			})
			if _, err := quiet.drain(within - time.Since(changed)); err != nil {
				t.Errorf("%s after the change, with nothing sent: %v", time.Since(changed), err)
			}
			if status, _ := c.other.call("GET", "/api/v1/rooms/"+c.room, session.SessionToken, ""); status != http.StatusNotFound {
				t.Errorf("her session still reads: %d", status)
			}
		})
	}
}

// useOnce hands the same token to both servers at the same moment, many times.
func (c *couple) useOnce(t *testing.T) {
	p := newPortal(c.world, portalOrigin)
	body := p.body(p.token(nil))
	var wg sync.WaitGroup
	var taken, refused atomic.Int32
	for i := range 8 {
		wg.Go(func() {
			at := []*process{c.process, c.other}[i%2]
			switch status, _ := at.call("POST", "/api/v1/embed/session", "", body); status {
			case http.StatusOK:
				taken.Add(1)
			case http.StatusUnauthorized:
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 || refused.Load() != 7 {
		t.Errorf("%d servers took it, %d refused it", taken.Load(), refused.Load())
	}
}

// changeKeys has somebody work on while the portal goes from one key to another.
func (c *couple) changeKeys(t *testing.T) {
	p := newPortal(c.world, portalOrigin)
	session := p.enter(p.token(nil), "").SessionToken
	dana, _ := connect(t, c.other, c.room, session, "", nil)
	if on := p.enter(signed(t, jwt.SigningMethodEdDSA, p.pairKid, p.pair, p.claims(nil), nil), session).SessionToken; on != session {
		t.Fatal("the new key's token does not let the session go on")
	}
	c.must("DELETE", "/api/v1/portals/"+p.id+"/keys/"+p.kid, adminKey, "", nil)
	dana.op(1, 1<<40, title(c.milestone, "Still here"))
	if f := dana.next("ack", "reject", "bye"); f.T != "ack" {
		t.Errorf("after the old key was revoked her op is answered by %s", f.raw)
	}
}
