package web

import (
	"context"
	"net/http"
	"strings"

	"parley/room"
)

// sessionCookie holds the session token of the newest side link a browser
// joined by; it is for page loads, the script sends its own as a bearer.
const sessionCookie = "parley_session"

// credentials are what a request carries to say who is asking. A bearer wins
// over both cookies.
type credentials struct {
	bearer  string
	cookie  string // of a session of a room
	account string // of being signed in
}

type credentialsKey struct{}

// credentialsOf reads the request's credentials. An Authorization header of
// another scheme counts as none: it must not fall back to the cookies.
func (s *server) credentialsOf(r *http.Request) credentials {
	header := r.Header.Get("Authorization")
	if scheme, token, _ := strings.Cut(header, " "); strings.EqualFold(scheme, "bearer") {
		return credentials{bearer: strings.TrimSpace(token)}
	}
	if header != "" {
		return credentials{}
	}
	return credentials{cookie: cookieOf(r, sessionCookie), account: cookieOf(r, s.accountCookie())}
}

func cookieOf(r *http.Request, name string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

// withCredentials makes the request's credentials, and where it comes from,
// known to the handlers.
func (s *server) withCredentials(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), credentialsKey{}, s.credentialsOf(r))
		ctx = context.WithValue(ctx, sourceKey{}, s.sourceOf(r))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// token is what stands for a session of a room, or an API key.
func (c credentials) token() string {
	if c.bearer != "" {
		return c.bearer
	}
	return c.cookie
}

func (c credentials) none() bool { return c == credentials{} }

func credentialsIn(ctx context.Context) credentials {
	c, _ := ctx.Value(credentialsKey{}).(credentials)
	return c
}

// enter returns what the caller may do in a room: the bearer of a session of it,
// or of an API key with the call's scope. A room that does not exist, one of
// others and an ended session give the same error.
func (s *server) enter(ctx context.Context, id string) (room.Grant, error) {
	c := credentialsIn(ctx)
	switch {
	case c.none():
		return room.Grant{}, errUnauthorized
	case !room.ValidUUID(id):
		return room.Grant{}, errNotHere
	case c.token() == "":
		return room.Grant{}, errNotHere // signed in, and not in the room
	}
	if key, ok, err := s.keyOf(ctx, c); ok || err != nil {
		if err != nil {
			return room.Grant{}, hidden(err)
		}
		return s.enterByKey(ctx, key, room.ID(id))
	}
	grant, err := s.Store.Authenticate(ctx, c.token())
	if err != nil {
		return room.Grant{}, hidden(err)
	}
	if grant.Room != room.ID(id) {
		s.audit(ctx, grant.Workspace, room.AuditEvent{Action: room.ActDenied, Actor: actorOf(grant), Detail: "a room that the session is not for"})
		return room.Grant{}, errNotHere
	}
	return grant, nil
}

func (s *server) enterByKey(ctx context.Context, key room.APIKey, id room.ID) (room.Grant, error) {
	ws, err := s.Store.RoomWorkspace(ctx, id)
	if err != nil && room.CodeOf(err) != room.Gone {
		return room.Grant{}, err
	}
	if err != nil || ws != key.Workspace {
		s.audit(ctx, key.Workspace, room.AuditEvent{Action: room.ActDenied, Actor: keyActor(key), Detail: "a room that is not the workspace's"})
		return room.Grant{}, errNotHere
	}
	grant := grantOf(key)
	grant.Room = id
	return grant, nil
}

// grantOf is what an API key may do in its workspace, within its scopes.
func grantOf(key room.APIKey) room.Grant {
	return room.Grant{Workspace: key.Workspace, Key: key.ID, Member: room.Member{Side: room.SideSeller, Access: room.Owner}}
}

// enterStream returns what the caller may do in a room, if it sees the stream.
func (s *server) enterStream(ctx context.Context, id string, stream room.Stream) (room.Grant, error) {
	grant, err := s.enter(ctx, id)
	if err != nil {
		return grant, err
	}
	return grant, sees(grant, stream)
}

// enterAsOwner returns what the caller may do in a room, if it may manage it.
func (s *server) enterAsOwner(ctx context.Context, id string) (room.Grant, error) {
	grant, err := s.enter(ctx, id)
	if err != nil {
		return grant, err
	}
	if grant.Watcher() || !grant.Member.Access.AtLeast(room.Owner) {
		return grant, room.Errorf(room.Forbidden, "only an owner of the room manages its links")
	}
	return grant, nil
}

// sees refuses a stream that the caller may not read. The name is no secret:
// every room has the same three.
func sees(g room.Grant, stream room.Stream) error {
	for _, s := range g.Streams() {
		if s == stream {
			return nil
		}
	}
	return room.FieldErrorf(room.Forbidden, "stream", "you cannot see the %s stream of this room", stream)
}

// hidden gives everything that is not there the same face.
func hidden(err error) error {
	if room.CodeOf(err) == room.Gone {
		return errNotHere
	}
	return err
}
