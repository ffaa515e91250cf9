package web

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"parley/room"
)

type requestIDKey struct{}

// requestID returns the id that the answer's X-Request-Id and the log share.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// observe gives a request its id, logs and measures it under its route's
// template (never its path, query or headers: they hold tokens), and keeps a
// panic from reaching anybody else.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:16]
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		w.Header().Set("X-Request-Id", id)
		rec, start, route := &recorder{ResponseWriter: w}, time.Now(), routeOf(r)
		r, end := s.trace(r, route, rec)
		defer func() {
			if fault := recover(); fault != nil {
				rec.panicked(r, route, fault)
			}
			end()
			s.log(r, route, rec, time.Since(start))
		}()
		next.ServeHTTP(rec, r)
	})
}

// routeOf is the route's path as registered, which no caller can influence.
func routeOf(r *http.Request) string {
	if route := mux.CurrentRoute(r); route != nil {
		if t, err := route.GetPathTemplate(); err == nil {
			return t
		}
	}
	return "none"
}

func (s *server) log(r *http.Request, route string, rec *recorder, took time.Duration) {
	s.metrics.observe(r.Method, route, rec.status(), took)
	level := slog.LevelInfo
	if quietRoutes[route] {
		level = slog.LevelDebug
	}
	slog.LogAttrs(r.Context(), level, "request", slog.String("method", knownMethod(r.Method)), slog.String("route", route),
		slog.Int("status", rec.status()), slog.Int64("bytes", rec.bytes), slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("request_id", requestID(r.Context())))
}

// quietRoutes are asked every few seconds by machines.
var quietRoutes = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true, assetsPath: true}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	code  int
	bytes int64
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(code int) {
	if r.code == 0 {
		r.code = code
	}
	r.ResponseWriter.WriteHeader(code)
}

// Write counts the bytes.
func (r *recorder) Write(p []byte) (int, error) {
	if r.code == 0 {
		r.code = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Hijack hands the connection to the socket.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if r.code == 0 {
		r.code = http.StatusSwitchingProtocols
	}
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) status() int {
	if r.code == 0 {
		return http.StatusOK
	}
	return r.code
}

func (r *recorder) panicked(req *http.Request, route string, fault any) {
	if fault == http.ErrAbortHandler {
		panic(fault) // net/http's own way to drop a connection
	}
	if err, ok := fault.(error); ok && errors.Is(err, net.ErrClosed) {
		return // the reader went away while we wrote
	}
	slog.ErrorContext(req.Context(), "panic in a handler", "route", route, "fault", fault,
		"request_id", requestID(req.Context()), "stack", string(debug.Stack()))
	if r.code == 0 {
		refuse(r, errInternal)
	}
}

// secure sets the headers every answer has. Pages replace the policy by their own.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		next.ServeHTTP(w, r)
	})
}

// fresh keeps answers out of every cache but the caller's own eyes.
func fresh(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// headAsGet answers HEAD as GET; net/http leaves the body out.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.Clone(r.Context())
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// jsonOnly refuses bodies that a form of another site could send. A form sends its
// type with an empty body too.
func jsonOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && (r.ContentLength != 0 || r.Header.Get("Content-Type") != "") {
			kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
			if err != nil || kind != "application/json" {
				refuse(w, room.Errorf(codeMediaType, "send the body as Content-Type: application/json"))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses state-changing calls that another site's page makes.
func (s *server) sameOrigin() (func(http.Handler) http.Handler, error) {
	guard := http.NewCrossOriginProtection()
	if err := guard.AddTrustedOrigin(strings.TrimSuffix(s.PublicURL, "/")); err != nil {
		return nil, err
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, room.Errorf(room.Forbidden, "calls from other origins are refused"))
	}))
	return guard.Handler, nil
}
