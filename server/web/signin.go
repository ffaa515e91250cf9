package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"parley/room"
	"parley/server/mail"
)

// codeMinutes is how long a mailed code or link lets in.
const codeMinutes = 10

// SignInBody asks for a way in.
type SignInBody struct {
	Email string `json:"email" minLength:"3" maxLength:"254"`
}

type askSignInIn struct{ Body JSON[SignInBody] }

// SignInTicket is the browser's half of a code.
type SignInTicket struct {
	Ticket    string `json:"ticket" doc:"goes with the code that was mailed; keep it in memory"`
	ExpiresIn int    `json:"expires_in" doc:"seconds"`
}

type askSignInOut struct{ Body SignInTicket }

// askSignIn mails a code and a link to an address that may sign in. The answer
// and the work are the same for one that may not.
func (s *server) askSignIn(ctx context.Context, in *askSignInIn) (*askSignInOut, error) {
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	email, err := checkAddress(body.Email)
	if err != nil {
		return nil, err
	}
	if err := s.signIns.take(sourceIn(ctx), time.Now()); err != nil {
		return nil, err
	}
	ticket, err := s.Store.NewTicket(ctx, email, sourceIn(ctx), s.Signup)
	if err != nil {
		return nil, err
	}
	message := s.signInLetter(ticket).To(email)
	if ticket.Known {
		if err := s.Mail.Send(ctx, message); err != nil {
			slog.ErrorContext(ctx, "a code to sign in is not mailed", "request_id", requestID(ctx), "error", err)
		}
	}
	return &askSignInOut{Body: SignInTicket{Ticket: ticket.Token, ExpiresIn: codeMinutes * 60}}, nil
}

func (s *server) signInLetter(t room.Ticket) mail.Letter {
	return mail.Letter{
		Subject:    t.Code + " is your code to sign in to Parley",
		Preview:    "It is good for ten minutes.",
		Heading:    "Sign in to Parley",
		Paragraphs: []string{"Type this code where you asked for it:"},
		Code:       t.Code,
		Button:     mail.Button{Label: "Or sign in with one click", URL: s.PublicURL + "/signin/" + t.Link},
		After:      []string{"Code and button are good for ten minutes, and for one use. Nobody from Parley asks you for the code."},
		Footer:     "You get this because somebody typed your address to sign in. If it was not you, there is nothing to do.",
		Expires:    time.Now().Add(codeMinutes * time.Minute),
	}
}

// checkAddress returns an address in the form in which addresses are compared.
func checkAddress(typed string) (string, error) {
	email := strings.ToLower(strings.TrimSpace(typed))
	if !mail.ValidAddress(email) {
		return "", room.FieldErrorf(room.Invalid, "email", "this is not an e-mail address")
	}
	return email, nil
}

// VerifyBody shows a code, or the token of a mailed link.
type VerifyBody struct {
	Ticket string `json:"ticket,omitempty" maxLength:"200" doc:"what asking for the code gave"`
	Code   string `json:"code,omitempty" maxLength:"20" doc:"the six digits that were mailed"`
	Token  string `json:"token,omitempty" maxLength:"200" doc:"instead of both: the last part of the mailed link's path"`
}

type verifySignInIn struct {
	Agent string `header:"User-Agent"`
	Body  JSON[VerifyBody]
}

type signedInOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      AccountView
}

// verifySignIn signs in. Every code and link that does not work gets the same
// answer, whatever the reason.
func (s *server) verifySignIn(ctx context.Context, in *verifySignInIn) (*signedInOut, error) {
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	byLink := body.Token != ""
	if byLink == (body.Ticket != "" || body.Code != "") || !byLink && (body.Ticket == "" || body.Code == "") {
		return nil, room.Errorf(room.Invalid, "send ticket and code, or token")
	}
	if err := s.verifies.take(sourceIn(ctx), time.Now()); err != nil {
		return nil, err
	}
	n := room.SignIn{Agent: agentName(in.Agent), Signup: s.Signup}
	var token string
	var seat room.Seat
	if byLink {
		token, seat, err = s.Store.SignInByLink(ctx, body.Token, n)
	} else {
		token, seat, err = s.Store.SignInByCode(ctx, body.Ticket, digits(body.Code), sourceIn(ctx), n)
	}
	if err != nil {
		return nil, err
	}
	s.audit(ctx, seat.Workspace, room.AuditEvent{Action: room.ActSignIn, Actor: seatActor(seat), Target: string(seat.Session), Detail: n.Agent})
	view, err := s.accountView(ctx, seat)
	if err != nil {
		return nil, err
	}
	return &signedInOut{SetCookie: []http.Cookie{s.signedInCookie(token, seat.Expires)}, Body: view}, nil
}

// digits leaves out what people put between digits.
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, code)
}

// accountCookie is the name of the cookie of being signed in. The prefix has the
// browser hold it to this host and to https.
func (s *server) accountCookie() string {
	if s.onHTTPS() {
		return "__Host-parley_account"
	}
	return "parley_account"
}

// onHTTPS reports whether people come by https.
func (s *server) onHTTPS() bool { return strings.HasPrefix(s.PublicURL, "https://") }

// signedInCookie lets the browser be signed in. Lax: a link from a mail opens
// the list of rooms, a form of another site cannot act in it.
func (s *server) signedInCookie(token string, expires time.Time) http.Cookie {
	return http.Cookie{
		Name: s.accountCookie(), Value: token, Path: "/", Expires: expires,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.onHTTPS(),
	}
}

type signOutOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

// signOut ends being signed in here, and with it the sockets that came from it.
func (s *server) signOut(ctx context.Context, _ *struct{}) (*signOutOut, error) {
	seat, err := s.enterAccount(ctx)
	if err != nil {
		return nil, err
	}
	rooms, err := s.Store.EndAccountSession(ctx, seat.Account, seat.Session)
	s.recheck(ctx, rooms)
	if err != nil {
		return nil, hidden(err)
	}
	s.audit(ctx, seat.Workspace, room.AuditEvent{Action: room.ActSignOut, Actor: seatActor(seat), Target: string(seat.Session)})
	ended := s.signedInCookie("", time.Unix(0, 0))
	ended.MaxAge = -1
	return &signOutOut{SetCookie: []http.Cookie{ended}}, nil
}

// recheck has the sockets of rooms looked at, whose sessions may have ended.
func (s *server) recheck(ctx context.Context, rooms []room.ID) {
	for _, id := range rooms {
		s.Hub.Recheck(ctx, id)
	}
}
