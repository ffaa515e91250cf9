package web

import (
	"context"
	"log/slog"
	"time"

	"github.com/alexedwards/argon2id"

	"parley/room"
)

// hashCost is what OWASP asks for at least of argon2id: 19 MiB and two passes,
// about 20 ms of one core.
var hashCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const (
	// hashesAtOnce bounds the memory and the cores that hashing takes, whoever
	// asks for it: 38 MiB.
	hashesAtOnce = 2
	// hashPatience is how long one waits for a turn.
	hashPatience = 3 * time.Second
	minPassword  = 6
)

// guesses is how often a link's password may be wrong, in all: 20 times in any
// hour. Who knows it is let in at most five minutes after who guesses has ended.
var guesses = room.Budget{
	Kind: "password", Burst: 8, Every: 5 * time.Minute,
	Message: "this password was wrong too often; try again in a few minutes",
}

// hashing is the turns of those who hash.
type hashing chan struct{}

func (h hashing) turn(ctx context.Context) (end func(), err error) {
	patience := time.NewTimer(hashPatience)
	defer patience.Stop()
	select {
	case h <- struct{}{}:
		return func() { <-h }, nil
	case <-ctx.Done():
	case <-patience.C:
	}
	return nil, &room.Error{Code: room.Busy, Message: "many people are coming in at once; try again in a moment", RetryMS: 1000}
}

// hashPassword returns what is kept of a password: "" for none.
func (s *server) hashPassword(ctx context.Context, password string) (string, error) {
	if password == "" {
		return "", nil
	}
	if len([]rune(password)) < minPassword {
		return "", room.FieldErrorf(room.Invalid, "password", "a password has %d characters or more", minPassword)
	}
	end, err := s.hashing.turn(ctx)
	if err != nil {
		return "", err
	}
	defer end()
	return argon2id.CreateHash(password, hashCost)
}

// checkPassword refuses a wrong one. Each try is counted before it is compared,
// so that many at once are no more than one after the other.
func (s *server) checkPassword(ctx context.Context, link room.Link, password string) error {
	if link.PasswordHash == "" {
		return nil
	}
	if password == "" {
		return asks("password", "this link asks for a password")
	}
	err := s.takeShare(ctx, link, guesses)
	if err == nil {
		err = s.Store.Spend(ctx, link.ID, guesses)
	}
	if err != nil {
		s.auditLink(ctx, link, visitor, room.ActDenied, "password guessed too often")
		return err
	}
	end, err := s.hashing.turn(ctx)
	if err != nil {
		return err
	}
	right, err := argon2id.ComparePasswordAndHash(password, link.PasswordHash)
	end()
	if err != nil {
		return err
	}
	if !right {
		s.auditLink(ctx, link, visitor, room.ActDenied, "password")
		return asks("password", "this is not the password")
	}
	s.giveShare(ctx, link, guesses)
	if err := s.Store.Refund(ctx, link.ID, guesses); err != nil {
		slog.WarnContext(ctx, "a right password counts as a try", "error", err)
	}
	return nil
}
