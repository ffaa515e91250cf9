package mail_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/server/mail"
)

// script is a carrier that answers an attempt as it is told.
type script struct {
	answer func(ctx context.Context, m mail.Message, try int) error

	mu   sync.Mutex // guards the fields below
	at   []time.Time
	ids  map[string]int
	most int // at once
	now  int
}

func (s *script) Carry(ctx context.Context, id string, m mail.Message) error {
	s.mu.Lock()
	if s.ids == nil {
		s.ids = map[string]int{}
	}
	s.ids[id]++
	try := s.ids[id]
	s.at = append(s.at, time.Now())
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	defer func() { s.mu.Lock(); s.now--; s.mu.Unlock() }()
	return s.answer(ctx, m, try)
}

// seen returns the attempts so far: when, of how many mails, and the most at once.
func (s *script) seen() (at []time.Time, mails, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.at), len(s.ids), s.most
}

var errLater = errors.New("later")

func message(n int) mail.Message {
	return mail.Message{To: fmt.Sprintf("person%d@example.com", n), Subject: "s", Text: "t"}
}

// bubble runs f with a running queue in fake time.
func bubble(t *testing.T, s *script, f func(t *testing.T, q *mail.Queue)) {
	synctest.Test(t, func(t *testing.T) {
		q := mail.NewQueue(s)
		run(t, q)
		f(t, q)
	})
}

// A failure that may pass is tried again, later each time, as the same mail, and
// not for ever.
func TestMailsAreTriedAgain(t *testing.T) {
	s := &script{answer: func(context.Context, mail.Message, int) error { return errLater }}
	bubble(t, s, func(t *testing.T, q *mail.Queue) {
		if err := q.Send(t.Context(), message(1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()

		at, mails, _ := s.seen()
		if mails != 1 || len(at) != 8 {
			t.Fatalf("%d attempts of %d mails, want 8 of 1", len(at), mails)
		}
		for i := 2; i < len(at); i++ {
			if before, now := at[i-1].Sub(at[i-2]), at[i].Sub(at[i-1]); now <= before {
				t.Errorf("wait %d = %v after %v", i, now, before)
			}
		}
	})
}

// A mail gets through as soon as the server is back.
func TestMailsGetThroughAfterAFailure(t *testing.T) {
	s := &script{answer: func(_ context.Context, _ mail.Message, try int) error {
		if try < 3 {
			return errLater
		}
		return nil
	}}
	bubble(t, s, func(t *testing.T, q *mail.Queue) {
		for n := range 3 {
			if err := q.Send(t.Context(), message(n)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
		synctest.Wait()

		if at, mails, _ := s.seen(); len(at) != 9 || mails != 3 {
			t.Errorf("%d attempts of %d mails, want 9 of 3", len(at), mails)
		}
	})
}

// A refusal is final: trying again would only make the sender look bad.
func TestRefusedMailsAreNotTriedAgain(t *testing.T) {
	s := &script{answer: func(context.Context, mail.Message, int) error { return fmt.Errorf("%w with code 550", mail.ErrRefused) }}
	bubble(t, s, func(t *testing.T, q *mail.Queue) {
		if err := q.Send(t.Context(), message(1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()

		if at, _, _ := s.seen(); len(at) != 1 {
			t.Errorf("%d attempts, want 1", len(at))
		}
	})
}

// A code that has expired is not sent: it would only puzzle.
func TestExpiredMailsAreNotSent(t *testing.T) {
	s := &script{answer: func(context.Context, mail.Message, int) error { return errLater }}
	bubble(t, s, func(t *testing.T, q *mail.Queue) {
		m := message(1)
		m.Expires = time.Now().Add(time.Minute)
		if err := q.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()

		tries, _, _ := s.seen()
		for _, at := range tries {
			if at.After(m.Expires) {
				t.Errorf("tried %v after it expired", at.Sub(m.Expires))
			}
		}
		if len(tries) < 2 {
			t.Errorf("%d attempts", len(tries))
		}
	})
}

// Who writes a mail never waits for the mail server; a flood is refused, and a
// mail that hangs does not keep the others.
func TestSendNeverWaits(t *testing.T) {
	s := &script{answer: func(ctx context.Context, _ mail.Message, _ int) error {
		<-ctx.Done() // a server that says nothing
		return ctx.Err()
	}}
	bubble(t, s, func(t *testing.T, q *mail.Queue) {
		start := time.Now()
		taken, full := 0, 0
		for n := range 1200 {
			switch err := q.Send(t.Context(), message(n)); {
			case err == nil:
				taken++
			case errors.Is(err, mail.ErrFull):
				full++
			default:
				t.Fatal(err)
			}
		}
		synctest.Wait()

		if took := time.Since(start); took != 0 || taken != 1000 || full != 200 {
			t.Errorf("%d taken, %d refused in %v", taken, full, took)
		}
		if _, _, most := s.seen(); most != 4 {
			t.Errorf("%d at once, want 4", most)
		}
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if _, mails, _ := s.seen(); mails != 8 {
			t.Errorf("%d mails were tried after one timeout, want 8", mails)
		}
	})
}

// At the stop what waits is tried once more, without its pause; nothing new is taken.
func TestDrain(t *testing.T) {
	var back atomic.Bool
	s := &script{}
	s.answer = func(context.Context, mail.Message, int) error {
		if back.Load() {
			return nil
		}
		return errLater
	}
	bubble(t, s, func(t *testing.T, q *mail.Queue) {
		for n := range 20 {
			if err := q.Send(t.Context(), message(n)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(15 * time.Minute) // in the middle of a long pause
		synctest.Wait()
		before, _, _ := s.seen()
		back.Store(true)
		start := time.Now()

		q.Drain(t.Context())

		if at, _, _ := s.seen(); time.Since(start) != 0 || len(at) != len(before)+20 {
			t.Errorf("%d attempts in %v, want 20 at once", len(at)-len(before), time.Since(start))
		}
		if err := q.Send(t.Context(), message(1)); !errors.Is(err, mail.ErrStopped) {
			t.Errorf("after the drain: %v", err)
		}
	})
}

// A stop does not wait for a mail server that hangs.
func TestDrainIsBounded(t *testing.T) {
	s := &script{answer: func(ctx context.Context, _ mail.Message, _ int) error { <-ctx.Done(); return ctx.Err() }}
	bubble(t, s, func(t *testing.T, q *mail.Queue) {
		if err := q.Send(t.Context(), message(1)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()

		q.Drain(ctx)

		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// What is no address is told to who typed it.
func TestAddresses(t *testing.T) {
	for address, ok := range map[string]bool{
		"ada@example.com": true, "ada+room@mail.example.co.uk": true, "müller@example.com": true,
		"": false, "ada": false, "ada@": false, "@example.com": false, "Ada <ada@example.com>": false, "ada@example.com, eve@example.com": false,
		"ada@example.com\r\nBcc: eve@example.com": false, "ada@example.com>": false, `"a b"@example.com`: false, "ada@example.com (x)": false,
	} {
		if got := mail.ValidAddress(address); got != ok {
			t.Errorf("ValidAddress(%q) = %v", address, got)
		}
		if err := mail.NewKept(t.TempDir()).Send(t.Context(), mail.Message{To: address}); (err == nil) != ok {
			t.Errorf("Send to %q: %v", address, err)
		}
	}
}
