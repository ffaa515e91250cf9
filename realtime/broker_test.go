package realtime_test

import (
	"testing"

	"parley/realtime"
	"parley/realtime/brokertest"
)

func TestMemoryBroker(t *testing.T) { // P31
	brokertest.Run(t, func(*testing.T) (a, b realtime.Broker) {
		broker := realtime.NewMemoryBroker()
		return broker, broker
	})
}

func TestMemoryBrokerForgetsTopics(t *testing.T) { // I12
	b := realtime.NewMemoryBroker()
	sub, err := b.Subscribe(t.Context(), "a", brokertest.NewInbox())
	if err != nil {
		t.Fatal(err)
	}

	if err := sub.Close(); err != nil {
		t.Fatal(err)
	}

	if n := b.Topics(); n != 0 {
		t.Errorf("%d topics are left", n)
	}
}
