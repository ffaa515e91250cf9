package realtime

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"

	"parley/room"
)

// publish brings what a writer committed to the other servers.
func (r *liveRoom) publish(ctx context.Context, epoch room.Epoch, commits []fresh) {
	for _, f := range commits {
		ctx, span := r.hub.traceStep(ctx, "publish", trace.SpanKindProducer)
		r.hub.publish(r.id, commitsMessage(r.hub.server, r.hub.originOf(ctx), f.stream, epoch, f.batch))
		endSpan(span, nil)
	}
}

// Receive implements [Receiver].
func (r *liveRoom) Receive(message []byte) {
	kind, server, rest, err := splitMessage(message)
	if err == nil && server == r.hub.server {
		return
	}
	if err == nil {
		switch kind {
		case messageCommits:
			err = r.receiveCommits(rest)
		case messagePresence:
			err = r.presence.receive(server, rest)
		case messageQuery:
			r.presence.answerQuery(server)
		case messageRecheck:
			r.recheck.start(r.hub)
		case messageLook:
			r.Lost()
		default: // of a newer server; what it means is in the log as well
		}
	}
	if err != nil {
		r.hub.options.Log.Warn("a broker message", slog.String("room", string(r.id)), slog.Any("error", err))
	}
}

func (r *liveRoom) receiveCommits(rest []byte) error {
	from, rest, err := takeOrigin(rest)
	if err != nil {
		return err
	}
	stream, epoch, b, err := commitsOf(rest)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if from.span.IsValid() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, from.span)
	}
	ctx, span := r.hub.traceStep(ctx, "receive", trace.SpanKindConsumer)
	fanOut := r.hub.traceFanOut(ctx, r.id)
	r.take(r.channels[streamIndex(stream)], epoch, b)
	endSpan(fanOut, nil)
	endSpan(span, nil)
	r.hub.metrics.lag.Observe(max(0, time.Since(from.sent).Seconds())) // clocks differ
	return nil
}

// Lost implements [Receiver].
func (r *liveRoom) Lost() {
	r.hub.metrics.gaps.WithLabelValues("broker").Inc()
	r.hub.suspects.add(r)
}
