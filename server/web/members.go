package web

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"parley/room"
	"parley/server/mail"
)

// MemberView is one member of a workspace.
type MemberView struct {
	ID         room.AccountID `json:"id" format:"uuid"`
	Email      string         `json:"email"`
	Name       string         `json:"name" doc:"what others see"`
	Role       room.Role      `json:"role" enum:"owner,admin,member"`
	AddedAt    time.Time      `json:"added_at"`
	SignedInAt *time.Time     `json:"signed_in_at" doc:"null: not yet"`
}

func memberView(m room.WorkspaceMember) MemberView {
	return MemberView{ID: m.Account, Email: m.Email, Name: m.Called(), Role: m.Role, AddedAt: m.Added, SignedInAt: optional(m.SignedIn)}
}

// MemberList holds a workspace's members: owners, admins, members.
type MemberList struct {
	Members []MemberView `json:"members" nullable:"false"`
}

type listMembersOut struct{ Body MemberList }

func (s *server) listMembers(ctx context.Context, _ *struct{}) (*listMembersOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleMember)
	if err != nil {
		return nil, err
	}
	members, err := s.Store.Members(ctx, c.workspace)
	out := MemberList{Members: []MemberView{}}
	for _, m := range members {
		out.Members = append(out.Members, memberView(m))
	}
	return &listMembersOut{Body: out}, err
}

// NewMemberBody adds a member.
type NewMemberBody struct {
	Email string    `json:"email" minLength:"3" maxLength:"254"`
	Name  string    `json:"name,omitempty" maxLength:"200" doc:"until they say another"`
	Role  room.Role `json:"role,omitempty" enum:"owner,admin,member" doc:"absent: member"`
}

type addMemberIn struct{ Body JSON[NewMemberBody] }

type memberOut struct{ Body MemberView }

// addMember makes somebody a member and tells them by mail. What they may do
// begins when they sign in with the address.
func (s *server) addMember(ctx context.Context, in *addMemberIn) (*memberOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleAdmin)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	email, err := checkAddress(body.Email)
	if err != nil {
		return nil, err
	}
	if body.Role == "" {
		body.Role = room.RoleMember
	}
	if !c.role.AtLeast(body.Role) {
		return nil, errOwnersOnly()
	}
	m, err := s.Store.AddMember(ctx, c.workspace, email, strings.TrimSpace(body.Name), body.Role)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, c.workspace, room.AuditEvent{Action: room.ActMemberAdded, Actor: c.actor(), Target: string(m.Account), Detail: m.Email + ": " + string(m.Role)})
	letter, err := s.dress(ctx, c.workspace, s.memberLetter(c, m))
	if err == nil {
		err = s.Mail.Send(ctx, letter.To(m.Email))
	}
	if err != nil {
		slog.ErrorContext(ctx, "an invitation is not mailed", "request_id", requestID(ctx), "error", err)
	}
	return &memberOut{Body: memberView(m)}, nil
}

func errOwnersOnly() error {
	return room.FieldErrorf(room.Forbidden, "role", "only an owner of the workspace makes and changes owners")
}

func (s *server) memberLetter(c caller, m room.WorkspaceMember) mail.Letter {
	who := c.actor().Name
	if c.seat.Account == "" {
		who = "Your company"
	}
	return mail.Letter{
		Subject: who + " added you to Parley",
		Preview: "Sign in with this address to see your rooms.",
		Heading: "You are in",
		Paragraphs: []string{
			fmt.Sprintf("%s made you %s of a workspace on Parley, where each deal has one live page that buyer and seller keep together.", who, roleWords[m.Role]),
			"Sign in with this address; a code is mailed to you, there is no password.",
		},
		Button:   mail.Button{Label: "Sign in", URL: s.PublicURL + "/signin"},
		Footer:   "You get this because somebody added your address. If that was a mistake, there is nothing to do.",
		FromName: c.seat.Called(),
		ReplyTo:  c.seat.Email,
	}
}

var roleWords = map[room.Role]string{room.RoleOwner: "an owner", room.RoleAdmin: "an admin", room.RoleMember: "a member"}

type patchMemberIn struct {
	ID   string `path:"id"`
	Body JSON[MemberBody]
}

// MemberBody changes a member.
type MemberBody struct {
	Role room.Role `json:"role" enum:"owner,admin,member"`
}

// patchMember gives a member another role, in the workspace and in the rooms
// that they are in. Asked again, it goes on where it had to stop.
func (s *server) patchMember(ctx context.Context, in *patchMemberIn) (*memberOut, error) {
	c, before, err := s.memberToChange(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if !c.role.AtLeast(body.Role) || !c.role.AtLeast(before.Role) {
		return nil, errOwnersOnly()
	}
	m, err := s.Store.SetRole(ctx, c.workspace, before.Account, body.Role)
	if err != nil {
		return nil, hidden(err)
	}
	s.audit(ctx, c.workspace, room.AuditEvent{
		Action: room.ActMemberChanged, Actor: c.actor(), Target: in.ID, Detail: fmt.Sprintf("%s: %s, was %s", m.Email, m.Role, before.Role),
	})
	return &memberOut{Body: memberView(m)}, s.regrade(ctx, c, m)
}

// memberToChange returns who asks to change a member, and the member.
func (s *server) memberToChange(ctx context.Context, id string) (caller, room.WorkspaceMember, error) {
	c, err := s.enterWorkspace(ctx, room.RoleMember)
	if err != nil {
		return c, room.WorkspaceMember{}, err
	}
	leaving := id == string(c.seat.Account)
	if !leaving && !c.role.AtLeast(room.RoleAdmin) {
		return c, room.WorkspaceMember{}, room.Errorf(room.Forbidden, "this needs the role %s or more in the workspace", room.RoleAdmin)
	}
	m, err := s.Store.Member(ctx, c.workspace, room.AccountID(id))
	return c, m, hidden(err)
}

type removeMemberIn struct {
	ID string `path:"id"`
}

// removeMember ends a membership: its sessions, live sockets included, and then
// what the rooms say of the person. Everybody may leave.
func (s *server) removeMember(ctx context.Context, in *removeMemberIn) (*struct{}, error) {
	c, m, err := s.memberToChange(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !c.role.AtLeast(m.Role) {
		return nil, errOwnersOnly()
	}
	rooms, err := s.Store.RemoveMember(ctx, c.workspace, m.Account)
	s.recheck(ctx, rooms)
	if err != nil {
		return nil, hidden(err)
	}
	s.audit(ctx, c.workspace, room.AuditEvent{Action: room.ActMemberRemoved, Actor: c.actor(), Target: in.ID, Detail: m.Email})
	s.expel(ctx, c, m)
	return nil, nil
}
