package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"parley/room"
)

// sessionCookie holds the session token of the newest side link a browser
// joined by; it is for page loads, the script sends its own as a bearer.
const sessionCookie = "parley_session"

// credentials are what a request carries to say who is asking. Bearer wins.
type credentials struct {
	bearer string
	cookie string
}

type credentialsKey struct{}

// credentialsOf reads the request's credentials. An Authorization header of
// another scheme counts as none: it must not fall back to the cookie.
func credentialsOf(r *http.Request) credentials {
	header := r.Header.Get("Authorization")
	if scheme, token, _ := strings.Cut(header, " "); strings.EqualFold(scheme, "bearer") {
		return credentials{bearer: strings.TrimSpace(token)}
	}
	if header != "" {
		return credentials{}
	}
	if c, err := r.Cookie(sessionCookie); err == nil {
		return credentials{cookie: c.Value}
	}
	return credentials{}
}

// withCredentials makes the request's credentials known to the handlers.
func withCredentials(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), credentialsKey{}, credentialsOf(r))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func (c credentials) token() string {
	if c.bearer != "" {
		return c.bearer
	}
	return c.cookie
}

func credentialsIn(ctx context.Context) credentials {
	c, _ := ctx.Value(credentialsKey{}).(credentials)
	return c
}

// admin reports whether the caller holds the workspace's key. Hashing first
// makes the comparison take the same time for every length.
func (s *server) admin(c credentials) bool {
	if s.AdminKey == "" || c.bearer == "" {
		return false
	}
	got, want := sha256.Sum256([]byte(c.bearer)), sha256.Sum256([]byte(s.AdminKey))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// enter returns what the caller may do in a room. A room that does not exist,
// one of others and an ended session give the same error.
func (s *server) enter(ctx context.Context, id string) (room.Grant, error) {
	c := credentialsIn(ctx)
	if c.token() == "" {
		return room.Grant{}, errUnauthorized
	}
	if !room.ValidUUID(id) {
		return room.Grant{}, errNotHere
	}
	if s.admin(c) {
		return s.enterAsWorkspace(ctx, room.ID(id))
	}
	grant, err := s.Store.Authenticate(ctx, c.token())
	if err != nil {
		return room.Grant{}, hidden(err)
	}
	if grant.Room != room.ID(id) {
		return room.Grant{}, errNotHere
	}
	return grant, nil
}

func (s *server) enterAsWorkspace(ctx context.Context, id room.ID) (room.Grant, error) {
	ws, err := s.Store.RoomWorkspace(ctx, id)
	if err != nil {
		return room.Grant{}, hidden(err)
	}
	if ws != s.Workspace {
		return room.Grant{}, errNotHere
	}
	return room.Grant{
		Workspace: ws, Room: id,
		Member: room.Member{Side: room.SideSeller, Access: room.Owner},
	}, nil
}

// enterWorkspace lets the holder of the workspace's key pass.
func (s *server) enterWorkspace(ctx context.Context) error {
	c := credentialsIn(ctx)
	if s.admin(c) {
		return nil
	}
	if c.token() != "" {
		if _, err := s.Store.Authenticate(ctx, c.token()); err == nil {
			return room.Errorf(room.Forbidden, "this needs the workspace's API key; a session is for one room")
		}
	}
	return errUnauthorized
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
