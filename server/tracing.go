package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/exaring/otelpgx"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"parley/room/postgres"
)

// tracingStop bounds the last delivery of spans.
const tracingStop = time.Second

// tracing sends spans to a collector. A nil one does nothing.
type tracing struct{ provider *sdktrace.TracerProvider }

// trace starts tracing where OTEL_EXPORTER_OTLP_ENDPOINT is set. The SDK reads
// the other variables of OpenTelemetry itself: sampling, headers, batches, name.
func (a *app) trace(ctx context.Context) error {
	if a.cfg.Traces == "" {
		return nil
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { slog.Warn("sending traces", "error", err) }))
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimSuffix(a.cfg.Traces, "/")+"/v1/traces"))
	if err != nil {
		return fmt.Errorf("cannot send traces to %s: %w", masked(a.cfg.Traces), err)
	}
	host, _ := os.Hostname() // "" names it well enough
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "parley"), attribute.String("service.instance.id", host+"/"+a.listener.Addr().String())),
		resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil {
		slog.Warn("describing this server for traces", "error", err)
	}
	a.tracing = &tracing{sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))}
	return nil
}

// tracer is what ops and requests are followed with, nil for no tracing.
func (t *tracing) tracer() trace.Tracer {
	if t == nil {
		return nil
	}
	return t.provider.Tracer("parley")
}

// queries has the store's queries followed: their text, which has no values in it.
func (t *tracing) queries() []postgres.Option {
	if t == nil {
		return nil
	}
	return []postgres.Option{postgres.WithTracer(otelpgx.NewTracer(otelpgx.WithTracerProvider(t.provider)))}
}

// stop sends what was not sent yet.
func (t *tracing) stop() {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), tracingStop)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // it has told the error handler
}
