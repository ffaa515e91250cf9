package web

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"parley/room"
	"parley/server/mail"
)

// post hands a letter to the mailer, which does not wait. That one was not taken
// is told to nobody who asks at a door: the answer would tell who is invited.
func (s *server) post(ctx context.Context, to string, l mail.Letter) {
	if s.Mail == nil {
		slog.ErrorContext(ctx, "a mail is not sent: there is nothing to send it with", "request_id", requestID(ctx))
		return
	}
	if err := s.Mail.Send(ctx, l.To(to)); err != nil {
		slog.ErrorContext(ctx, "a mail is not sent", "request_id", requestID(ctx), "error", err)
	}
}

// dress writes a letter in the name of a workspace, with its name and colour.
func (s *server) dress(ctx context.Context, ws room.WorkspaceID, l mail.Letter) (mail.Letter, error) {
	b, err := s.watched.brand(ctx, ws)
	if err != nil {
		return l, err
	}
	l.Brand.Accent = b.Accent
	if b.Name != room.Unnamed {
		l.Brand.Name = b.Name
	}
	if l.FromName == "" && l.Brand.Name != "" {
		l.FromName = l.Brand.Name + " via Parley"
	}
	return l, nil
}

// codeLetter is the mail with a code. The code comes first in the subject, where a
// phone shows it. It names no company: a door tells nobody whose it is.
func codeLetter(code string) mail.Letter {
	return mail.Letter{
		Subject: code + " is your code", Preview: "It is good for ten minutes and works once.",
		Heading: "Your code", Code: code,
		Paragraphs: []string{"Enter it where you were asked for it. It is good for ten minutes and works once."},
		Footer:     "Somebody gave this address to open a shared plan. If it was not you, leave it: nothing opens without the code.",
		Expires:    time.Now().Add(codeSeconds * time.Second),
	}
}

// invite mails a link to the one that it was made for, in the name of who shares.
func (s *server) invite(ctx context.Context, grant room.Grant, to, url string) error {
	snapshots, err := s.Store.Snapshot(ctx, grant.Room, []room.Stream{room.Shared}, "")
	if err != nil {
		return hidden(err)
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return err
	}
	r := view.room(grant.Room)
	who, from := grant.Member.Name, grant.Member.Name+" via Parley"
	if who == "" {
		who, from = r.SellerCompany, r.SellerCompany+" via Parley"
	}
	letter, err := s.dress(ctx, grant.Workspace, mail.Letter{
		Subject: fmt.Sprintf("%s shared a plan with you: %s × %s", who, r.SellerCompany, r.BuyerCompany), FromName: from,
		Heading:    r.Name,
		Paragraphs: []string{fmt.Sprintf("%s shared “%s” with you, the plan that %s and %s keep together.", who, r.Name, r.SellerCompany, r.BuyerCompany)},
		Button:     mail.Button{Label: "Open the plan", URL: url},
		After:      []string{"The link is yours. Please do not pass it on."},
		Footer:     fmt.Sprintf("%s entered your address to share this plan with you. You get no further mails because of it.", who),
	})
	if err == nil {
		s.post(ctx, to, letter)
	}
	return err
}
