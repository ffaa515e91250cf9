package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"parley/room"
)

// Bounds on codes. A code is one of a million, told five times at most, and all
// the codes of a link are told wrongly 20 times in any hour at most.
var (
	codeGuesses = room.Budget{
		Kind: "code", Burst: 8, Every: 5 * time.Minute,
		Message: "codes for this link were wrong too often; try again in a few minutes",
	}
	codesByLink = room.Budget{
		Kind: "codes", Burst: 30, Every: time.Minute,
		Message: "many codes were asked for; try again in a minute",
	}
)

// codesTo bounds how often an address is written to because of a link.
func codesTo(email string) room.Budget {
	hash := sha256.Sum256([]byte(email))
	return room.Budget{
		Kind: "codes to " + hex.EncodeToString(hash[:8]), Burst: 4, Every: 4 * time.Minute,
		Message: "several codes were asked for already; use the newest one, or ask again in a few minutes",
	}
}

// AskCodeBody asks for a code by mail.
type AskCodeBody struct {
	Token    string `json:"token" minLength:"1" maxLength:"200" doc:"the last part of the link's path"`
	Email    string `json:"email" minLength:"3" maxLength:"254"`
	Password string `json:"password,omitempty" maxLength:"200" doc:"where the link asks for one"`
}

// CodeAsked says where the code is to be told. It is the same whether a code was
// mailed or not: who is invited is not told.
type CodeAsked struct {
	Ticket    room.CodeID `json:"ticket" format:"uuid" doc:"goes with the code, to join"`
	ExpiresIn int         `json:"expires_in" doc:"seconds"`
}

type askCodeIn struct{ Body JSON[AskCodeBody] }

type askCodeOut struct {
	Status int
	Body   CodeAsked
}

func (s *server) askCode(ctx context.Context, in *askCodeIn) (*askCodeOut, error) {
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if body.Email, err = typedAddress(body.Email); err != nil {
		return nil, err
	}
	link, err := s.Store.LinkByToken(ctx, body.Token)
	if err != nil {
		return nil, hidden(err)
	}
	if !link.Door.AtLeast(room.DoorVerified) {
		return nil, room.FieldErrorf(room.Conflict, "token", "this link asks for no code")
	}
	if err := s.checkPassword(ctx, link, body.Password); err != nil {
		return nil, err
	}
	ticket, err := s.sendCode(ctx, link, body.Token, "", body.Email, link.Door != room.DoorNamed || link.Lists(body.Email))
	if err != nil {
		return nil, err
	}
	return &askCodeOut{Status: http.StatusAccepted, Body: CodeAsked{Ticket: ticket, ExpiresIn: codeSeconds}}, nil
}

const codeSeconds = 600

// sendCode makes a code for an address and, where it may come in, mails it. All
// that takes time is done for every address.
func (s *server) sendCode(ctx context.Context, link room.Link, token string, session room.SessionID, email string, invited bool) (room.CodeID, error) {
	if err := s.takeShare(ctx, link, codesByLink); err != nil {
		return "", err
	}
	if err := s.Store.Spend(ctx, link.ID, codesByLink, codesTo(email)); err != nil {
		return "", err
	}
	code := sixDigits()
	ticket, err := s.Store.NewCode(ctx, link, token, session, email, code)
	if err != nil {
		return "", err
	}
	s.auditLink(ctx, link, visitor, room.ActCodeRequested, "")
	if invited {
		s.post(ctx, email, codeLetter(code))
	}
	return ticket, nil
}

func sixDigits() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the system's random numbers never fail
	}
	return fmt.Sprintf("%06d", n)
}

// tellCode reports whether the code is the one that was mailed.
func (s *server) tellCode(ctx context.Context, link room.Link, session room.SessionID, body JoinBody) (bool, error) {
	if body.Code == "" {
		return false, asks("code", "enter the code that was mailed to you")
	}
	if err := s.takeShare(ctx, link, codeGuesses); err != nil {
		s.auditLink(ctx, link, visitor, room.ActCodeFailed, "")
		return false, err
	}
	told, err := s.Store.UseCode(ctx, link, body.Token, session, body.Ticket, body.Email, body.Code, codeGuesses)
	if told {
		s.giveShare(ctx, link, codeGuesses)
	}
	if err != nil || !told {
		s.auditLink(ctx, link, visitor, room.ActCodeFailed, "")
	}
	return told, err
}
