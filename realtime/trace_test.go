package realtime

import (
	"context"
	"log/slog"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"parley/room"
)

// The hot path pays nothing for tracing and debug logs that are off.
func TestTracingThatIsOffAllocatesNothing(t *testing.T) {
	hub := NewHub(newMemStore(t), NewMemoryBroker(), Options{Log: slog.New(slog.DiscardHandler)})
	ctx := context.Background()
	batch := make([]pending, 8)

	allocated := testing.AllocsPerRun(100, func() {
		for i := range batch {
			batch[i].trace = hub.traceOp(ctx, testRoom, &batch[i].req)
		}
		ctx, span := hub.traceCommit(testRoom, batch)
		endSpan(span, nil)
		endSpan(hub.traceFanOut(ctx, testRoom), nil)
		ctx, span = hub.traceStep(ctx, "publish", trace.SpanKindProducer)
		_ = hub.originOf(ctx)
		endSpan(span, nil)
		for i := range batch {
			batch[i].trace.end(room.Verdict{Rev: 1})
			hub.logOp(testRoom, &batch[i], room.Verdict{Rev: 1})
		}
	})

	if allocated != 0 {
		t.Errorf("%v allocations for a batch", allocated)
	}
}
