package web

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// trace begins a request's span, named by its route's template. Traces begin
// here: what a caller says of a trace of its own is not taken over, or anybody
// could have everything recorded. Machines that ask every few seconds have none.
func (s *server) trace(r *http.Request, route string, rec *recorder) (traced *http.Request, end func()) {
	if s.Tracer == nil || quietRoutes[route] {
		return r, func() {}
	}
	method := knownMethod(r.Method)
	ctx, span := s.Tracer.Start(r.Context(), method+" "+route, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", method), attribute.String("http.route", route),
		attribute.String("parley.request_id", requestID(r.Context()))))
	return r.WithContext(ctx), func() {
		span.SetAttributes(attribute.Int("http.response.status_code", rec.status()))
		if rec.status() >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}
