package web

import (
	"context"
	"fmt"
	"time"

	"parley/room"
)

// fakeDoors is what the fake keeps of doors. Codes and budgets are tested on the
// real store, in server/doors_test.go.
type fakeDoors struct {
	visitors map[room.SessionID]room.Visitor
	viewed   []room.SessionID
	requests []room.AccessRequest
}

func (f *fake) CreateLink(_ context.Context, l room.NewLink) (room.Link, string, error) {
	f.made++
	link := room.Link{
		ID: room.LinkID(fmt.Sprintf("40000000-0000-4000-8000-%012d", f.made)), Workspace: l.Workspace, Room: l.Room, Side: l.Side,
		Access: l.Access, Participant: l.Participant, Label: l.Label, By: l.By, Created: time.Date(2026, 11, 1, 0, 0, f.made, 0, time.UTC), Expires: l.Expires,
		Door: l.Door, PasswordHash: l.PasswordHash, Emails: l.Emails, Domains: l.Domains, Recipient: l.Recipient, ShowsProgress: l.ShowsProgress,
	}
	if link.Door == "" {
		link.Door = room.DoorOpen
	}
	token := fmt.Sprintf("parley_link%d", f.made)
	f.links[token] = link
	return link, token, nil
}

func (f *fake) Link(_ context.Context, ws room.WorkspaceID, id room.LinkID) (room.Link, error) {
	for _, l := range f.links {
		if l.ID == id && l.Workspace == ws {
			return l, nil
		}
	}
	return room.Link{}, gone()
}

func (f *fake) Links(_ context.Context, _ room.WorkspaceID, id room.ID) ([]room.Link, error) {
	var out []room.Link
	for _, l := range f.links {
		if l.Room == id {
			out = append(out, l)
		}
	}
	return out, nil
}

func (f *fake) ChangeLink(_ context.Context, ws room.WorkspaceID, id room.LinkID, c room.LinkChange) (room.Link, error) {
	for token, l := range f.links {
		if l.ID == id && l.Workspace == ws {
			l.Apply(c, time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC))
			f.links[token] = l
			return l, nil
		}
	}
	return room.Link{}, gone()
}

func (f *fake) RevokeLink(ctx context.Context, ws room.WorkspaceID, id room.LinkID) (room.Link, error) {
	for token, l := range f.links {
		if l.ID == id && l.Workspace == ws {
			l.Revoked = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
			f.links[token] = l
			for t, g := range f.grants {
				if g.Link == id {
					delete(f.grants, t)
				}
			}
			return l, nil
		}
	}
	return room.Link{}, gone()
}

func (f *fake) LinkByToken(_ context.Context, token string) (room.Link, error) {
	if l, ok := f.links[token]; ok && l.Revoked.IsZero() && l.Paused.IsZero() {
		return l, nil
	}
	return room.Link{}, gone()
}

func (f *fake) LinkPeople(_ context.Context, id room.LinkID) ([]room.RecordID, error) {
	var out []room.RecordID
	for _, g := range f.grants {
		if g.Link == id && g.Member.ID != "" {
			out = append(out, g.Member.ID)
		}
	}
	return out, nil
}

func (f *fake) CreateSession(_ context.Context, l room.Link, v room.Visitor) (string, room.Grant, error) {
	f.made++
	token := fmt.Sprintf("parley_session%d", f.made)
	grant := f.grant(l.Room, l.ID, v.Participant)
	grant.Session = room.SessionID(fmt.Sprintf("s%d", f.made))
	f.grants[token] = grant
	if f.doors.visitors == nil {
		f.doors.visitors = map[room.SessionID]room.Visitor{}
	}
	f.doors.visitors[grant.Session] = v
	return token, grant, nil
}

func (f *fake) Visitor(_ context.Context, id room.SessionID) (room.Visitor, error) {
	v, ok := f.doors.visitors[id]
	if !ok {
		for _, g := range f.grants {
			if g.Session == id {
				return room.Visitor{Participant: g.Member.ID}, nil
			}
		}
	}
	return v, nil
}

func (f *fake) KnownVisitor(context.Context, room.Link, string) (room.RecordID, error) {
	return "", nil
}

func (f *fake) Verify(context.Context, room.SessionID, string) error { return nil }

func (f *fake) CountView(_ context.Context, id room.SessionID) error {
	f.doors.viewed = append(f.doors.viewed, id)
	return nil
}

func (f *fake) Spend(context.Context, room.LinkID, ...room.Budget) error { return nil }

func (f *fake) Refund(context.Context, room.LinkID, room.Budget) error { return nil }

func (f *fake) NewCode(context.Context, room.Link, string, room.SessionID, string, string) (room.CodeID, error) {
	return "60000000-0000-4000-8000-000000000001", nil
}

func (f *fake) UseCode(context.Context, room.Link, string, room.SessionID, room.CodeID, string, string, room.Budget) (bool, error) {
	return false, nil
}

func (f *fake) AskAccess(_ context.Context, l room.Link, v room.Visitor, message string) (bool, error) {
	f.doors.requests = append(f.doors.requests, room.AccessRequest{
		ID: room.RequestID(fmt.Sprintf("70000000-0000-4000-8000-%012d", len(f.doors.requests))), Room: l.Room, Link: l.ID, Name: v.Name, Email: v.Email, Message: message,
	})
	return true, nil
}

func (f *fake) AccessRequests(_ context.Context, _ room.WorkspaceID, id room.ID) ([]room.AccessRequest, error) {
	return f.doors.requests, nil
}

func (f *fake) AccessRequest(_ context.Context, _ room.WorkspaceID, _ room.ID, id room.RequestID) (room.AccessRequest, error) {
	for _, r := range f.doors.requests {
		if r.ID == id {
			return r, nil
		}
	}
	return room.AccessRequest{}, gone()
}

func (f *fake) DecideAccess(ctx context.Context, ws room.WorkspaceID, id room.ID, request room.RequestID, _ room.RecordID, _ bool) (room.AccessRequest, error) {
	r, err := f.AccessRequest(ctx, ws, id, request)
	f.doors.requests = nil
	return r, err
}

func (f *fake) Audit(context.Context, room.AuditEvent) error { return nil }
