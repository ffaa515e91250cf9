package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"parley/room"
)

// AccountView is who is signed in, and to what.
type AccountView struct {
	ID        room.AccountID  `json:"id" format:"uuid"`
	Email     string          `json:"email"`
	Name      string          `json:"name" doc:"what others see"`
	Role      room.Role       `json:"role" enum:"owner,admin,member"`
	Workspace WorkspaceName   `json:"workspace"`
	Others    []WorkspaceName `json:"others" nullable:"false" doc:"the other workspaces that they are a member of"`
}

// WorkspaceName is a workspace by name.
type WorkspaceName struct {
	ID      room.WorkspaceID `json:"id" format:"uuid"`
	Name    string           `json:"name"`
	Unnamed bool             `json:"unnamed,omitempty" doc:"nobody has said the company's name yet"`
}

func workspaceName(w room.Workspace) WorkspaceName {
	return WorkspaceName{ID: w.ID, Name: w.Name, Unnamed: w.Name == room.Unnamed}
}

type accountOut struct{ Body AccountView }

func (s *server) getAccount(ctx context.Context, _ *struct{}) (*accountOut, error) {
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	view, err := s.accountView(ctx, seat)
	return &accountOut{Body: view}, err
}

func (s *server) accountView(ctx context.Context, seat room.Seat) (AccountView, error) {
	workspaces, err := s.Store.WorkspacesOf(ctx, seat.Account)
	out := AccountView{ID: seat.Account, Email: seat.Email, Name: seat.Called(), Role: seat.Role, Others: []WorkspaceName{}}
	for _, w := range workspaces {
		if w.ID == seat.Workspace {
			out.Workspace = workspaceName(w)
		} else {
			out.Others = append(out.Others, workspaceName(w))
		}
	}
	return out, err
}

// AccountBody changes what one says of oneself.
type AccountBody struct {
	Name string `json:"name" minLength:"1" maxLength:"200"`
}

type patchAccountIn struct{ Body JSON[AccountBody] }

func (s *server) patchAccount(ctx context.Context, in *patchAccountIn) (*accountOut, error) {
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if seat.Name = strings.TrimSpace(body.Name); seat.Name == "" {
		return nil, room.FieldErrorf(room.Invalid, "name", "say a name")
	}
	if err := s.Store.SetName(ctx, seat.Account, seat.Name); err != nil {
		return nil, err
	}
	view, err := s.accountView(ctx, seat)
	return &accountOut{Body: view}, err
}

// SwitchBody names another workspace.
type SwitchBody struct {
	Workspace room.WorkspaceID `json:"workspace" format:"uuid"`
}

type switchWorkspaceIn struct {
	Agent string `header:"User-Agent"`
	Body  JSON[SwitchBody]
}

// switchWorkspace signs the browser in to another workspace of the same account,
// and out of this one: a session is of one workspace.
func (s *server) switchWorkspace(ctx context.Context, in *switchWorkspaceIn) (*signedInOut, error) {
	before, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	workspaces, err := s.Store.WorkspacesOf(ctx, before.Account)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(workspaces, func(w room.Workspace) bool { return w.ID == body.Workspace }) {
		return nil, errNotHere
	}
	token, seat, err := s.Store.SignIn(ctx, room.SignIn{Email: before.Email, Workspace: body.Workspace, Agent: agentName(in.Agent)})
	if err != nil {
		return nil, hidden(err)
	}
	rooms, err := s.Store.EndAccountSession(ctx, before.Account, before.Session)
	s.recheck(ctx, rooms)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, before.Workspace, room.AuditEvent{Action: room.ActSignOut, Actor: seatActor(before), Target: string(before.Session)})
	s.audit(ctx, seat.Workspace, room.AuditEvent{Action: room.ActSignIn, Actor: seatActor(seat), Target: string(seat.Session)})
	view, err := s.accountView(ctx, seat)
	return &signedInOut{SetCookie: []http.Cookie{s.signedInCookie(token, seat.Expires)}, Body: view}, err
}

// AccountSessionView is one browser in which somebody is signed in.
type AccountSessionView struct {
	ID         room.AccountSessionID `json:"id" format:"uuid"`
	Current    bool                  `json:"current" doc:"it is the one that asks"`
	Agent      string                `json:"agent" doc:"as in Firefox on Windows"`
	CreatedAt  time.Time             `json:"created_at"`
	LastUsedAt time.Time             `json:"last_used_at" doc:"to the minute"`
	ExpiresAt  time.Time             `json:"expires_at"`
}

// AccountSessionList is where somebody is signed in, newest use first.
type AccountSessionList struct {
	Sessions []AccountSessionView `json:"sessions" nullable:"false"`
}

type listSessionsOut struct{ Body AccountSessionList }

func (s *server) listSessions(ctx context.Context, _ *struct{}) (*listSessionsOut, error) {
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.Store.AccountSessions(ctx, seat.Account)
	if err != nil {
		return nil, err
	}
	out := AccountSessionList{Sessions: []AccountSessionView{}}
	for _, a := range list {
		out.Sessions = append(out.Sessions, AccountSessionView{
			ID: a.ID, Current: a.ID == seat.Session, Agent: a.Agent, CreatedAt: a.Created, LastUsedAt: a.LastUsed, ExpiresAt: a.Expires,
		})
	}
	return &listSessionsOut{Body: out}, nil
}

type endSessionIn struct {
	ID string `path:"id"`
}

// endSession signs the caller out of one browser.
func (s *server) endSession(ctx context.Context, in *endSessionIn) (*struct{}, error) {
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	rooms, err := s.Store.EndAccountSession(ctx, seat.Account, room.AccountSessionID(in.ID))
	s.recheck(ctx, rooms)
	if err != nil {
		return nil, hidden(err)
	}
	s.audit(ctx, seat.Workspace, room.AuditEvent{Action: room.ActSessionEnded, Actor: seatActor(seat), Target: in.ID})
	return nil, nil
}

// endOtherSessions signs the caller out of every browser but this one.
func (s *server) endOtherSessions(ctx context.Context, _ *struct{}) (*struct{}, error) {
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	rooms, err := s.Store.EndAccountSessions(ctx, seat.Account, seat.Session)
	s.recheck(ctx, rooms)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, seat.Workspace, room.AuditEvent{Action: room.ActSessionEnded, Actor: seatActor(seat), Detail: "all others"})
	return nil, nil
}
