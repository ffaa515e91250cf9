package realtime

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"parley/room"
)

// An op is followed from the socket to the members of another server:
//
//	op         from the frame, or the HTTP request, to its answer
//	commit     the transaction it went into, with the queries of the store below
//	fan-out    the commits enter the window, members are woken
//	publish    the same bytes go to the broker
//	receive    another server takes them in; its fan-out is below
//
// A transaction has several ops: it belongs to the first one's trace and the
// others link to it. Spans hold ids and numbers, never what a plan says.
//
// Without a tracer every function here returns at once and allocates nothing.

// opTrace is an op's span; nil while it is not traced.
type opTrace struct {
	ctx  context.Context // carries span
	span trace.Span
}

// traceOp begins an op's span, below what ctx carries.
func (h *Hub) traceOp(ctx context.Context, id room.ID, req *room.Request) *opTrace {
	if h.options.Tracer == nil {
		return nil
	}
	ctx, span := h.options.Tracer.Start(ctx, "op", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("parley.room", string(id)), attribute.String("parley.stream", string(req.Stream)),
		attribute.String("parley.client", string(req.Client)), attribute.Int64("parley.seq", req.Seq)))
	return &opTrace{ctx, span}
}

// end closes the span with the op's verdict.
func (t *opTrace) end(v room.Verdict) {
	if t == nil {
		return
	}
	if v.Err == nil {
		t.span.SetAttributes(attribute.Int64("parley.rev", int64(v.Rev)))
	} else {
		t.span.SetAttributes(attribute.String("parley.code", string(v.Err.Code)))
	}
	t.span.End()
}

// traceCommit begins the span of a transaction and returns the context for it.
func (h *Hub) traceCommit(id room.ID, batch []pending) (context.Context, trace.Span) {
	ctx := context.Background()
	if h.options.Tracer == nil {
		return ctx, nil
	}
	for i := range batch {
		if batch[i].trace != nil {
			ctx = batch[i].trace.ctx
			break
		}
	}
	ctx, span := h.options.Tracer.Start(ctx, "commit", trace.WithAttributes(
		attribute.String("parley.room", string(id)), attribute.Int("parley.requests", len(batch))))
	for i := range batch {
		if t := batch[i].trace; t != nil && t.ctx != ctx {
			t.span.AddLink(trace.Link{SpanContext: span.SpanContext()})
		}
	}
	return ctx, span
}

// traceStep begins a span below ctx's.
func (h *Hub) traceStep(ctx context.Context, name string, kind trace.SpanKind) (context.Context, trace.Span) {
	if h.options.Tracer == nil {
		return ctx, nil
	}
	return h.options.Tracer.Start(ctx, name, trace.WithSpanKind(kind))
}

// traceFanOut begins the span of a batch that comes from another server or from
// this one's writer.
func (h *Hub) traceFanOut(ctx context.Context, id room.ID) trace.Span {
	if h.options.Tracer == nil {
		return nil
	}
	_, span := h.options.Tracer.Start(ctx, "fan-out", trace.WithAttributes(attribute.String("parley.room", string(id))))
	return span
}

// endSpan ends a span that may not be there.
func endSpan(span trace.Span, err error) {
	if span == nil {
		return
	}
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
	span.End()
}

// origin is where and when a message to other servers began.
type origin struct {
	sent time.Time // to the microsecond
	span trace.SpanContext
}

func (h *Hub) originOf(ctx context.Context) origin {
	o := origin{sent: time.Now()}
	if h.options.Tracer != nil {
		o.span = trace.SpanContextFromContext(ctx)
	}
	return o
}

// logOp writes an op's way into the log, at debug: its ids, its verdict, its time.
func (h *Hub) logOp(id room.ID, p *pending, v room.Verdict) {
	ctx := context.Background()
	if !h.options.Log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	if p.trace != nil {
		ctx = p.trace.ctx // the handler adds its ids
	}
	verdict := slog.Int64("rev", int64(v.Rev))
	if v.Err != nil {
		verdict = slog.String("code", string(v.Err.Code))
	}
	h.options.Log.LogAttrs(ctx, slog.LevelDebug, "op", slog.String("room", string(id)), slog.String("stream", string(p.req.Stream)),
		slog.String("client", string(p.req.Client)), slog.Int64("seq", p.req.Seq), verdict,
		slog.Float64("ms", float64(time.Since(p.at).Microseconds())/1000))
}
