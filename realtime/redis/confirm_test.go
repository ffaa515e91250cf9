package redis

import (
	"testing"

	goredis "github.com/redis/go-redis/v9"
)

// A channel that is left and joined again before Redis has answered to the first
// command is ready with the answer to the last one. With an earlier one, what is
// published until Redis has come to the last would be lost without a word
// (hocuspocus #131).
func TestOnlyTheLastConfirmationMakesReady(t *testing.T) {
	l := newLane(&Broker{}, 0)
	c := &connection{wire: map[string]*wire{"room": {on: true, awaiting: 2, leaving: 1}}}
	joined := &topic{confirmed: make(chan struct{})}
	l.topics["room"] = joined

	for i, answer := range []string{"ssubscribe", "sunsubscribe", "ssubscribe"} {
		if joined.ready {
			t.Errorf("it is ready before answer %d", i)
		}
		if err := l.confirm(c, &goredis.Subscription{Kind: answer, Channel: "room"}); err != nil {
			t.Fatal(err)
		}
	}

	if !joined.ready {
		t.Error("it is not ready after the last answer")
	}
}

// A connection on which Redis says what nobody asked for is thrown away.
func TestUnaskedAnswersEndAConnection(t *testing.T) {
	l := newLane(&Broker{}, 0)
	c := &connection{wire: map[string]*wire{"room": {on: true}}}
	for _, answer := range []*goredis.Subscription{
		{Kind: "sunsubscribe", Channel: "room"}, // its slot went to another node
		{Kind: "ssubscribe", Channel: "another room"},
	} {
		if err := l.confirm(c, answer); err == nil {
			t.Errorf("%s of %s was taken", answer.Kind, answer.Channel)
		}
	}
}

// A channel that is left and joined again before a command went out was never
// left as far as Redis knows: it is ready at once.
func TestRejoiningBeforeACommandWentOut(t *testing.T) {
	l := newLane(&Broker{}, 0)
	c := &connection{wire: map[string]*wire{"room": {on: true}}}
	joined := &topic{confirmed: make(chan struct{})}
	l.topics["room"], l.stale["room"] = joined, struct{}{}

	if err := l.align(c); err != nil {
		t.Fatal(err)
	}

	if !joined.ready || len(l.stale) != 0 {
		t.Errorf("ready is %v, %d channels are stale", joined.ready, len(l.stale))
	}
}
