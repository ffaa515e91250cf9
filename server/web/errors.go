package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/room"
)

// Codes that exist in HTTP only, beside those of [room.Code].
const (
	codeUnauthorized room.Code = "unauthorized" // no credentials: sign in
	codeTooLarge     room.Code = "too_large"    // send less
	codeMediaType    room.Code = "media_type"   // send application/json
	codeMethod       room.Code = "method"       // not this method
	codeFormat       room.Code = "format"       // ask for another format
	codeInternal     room.Code = "internal"     // a fault of the server
)

// status is the one table from a refusal to HTTP.
var status = map[room.Code]int{
	room.Invalid:     http.StatusUnprocessableEntity,
	room.Forbidden:   http.StatusForbidden,
	room.Gone:        http.StatusNotFound,
	room.Conflict:    http.StatusConflict,
	room.Limit:       http.StatusConflict,
	room.Expired:     http.StatusGone,
	room.Busy:        http.StatusTooManyRequests,
	room.SeqGap:      http.StatusConflict,
	codeUnauthorized: http.StatusUnauthorized,
	codeTooLarge:     http.StatusRequestEntityTooLarge,
	codeMediaType:    http.StatusUnsupportedMediaType,
	codeMethod:       http.StatusMethodNotAllowed,
	codeFormat:       http.StatusNotImplemented, // oEmbed's word for it
	codeInternal:     http.StatusInternalServerError,
	codeDoor:         http.StatusForbidden,
}

// The answers that say nothing about what is there.
var (
	errNotHere      = room.Errorf(room.Gone, "there is nothing here, or you cannot see it")
	errUnauthorized = room.Errorf(codeUnauthorized, "sign in, or send a session token or an API key as Authorization: Bearer")
	errInternal     = room.Errorf(codeInternal, "something went wrong on our side; try again")
)

// Problem is a refusal as RFC 9457 problem details.
type Problem struct {
	Type     string    `json:"type" doc:"always about:blank: code tells the kind"`
	Title    string    `json:"title"`
	Status   int       `json:"status"`
	Detail   string    `json:"detail" doc:"one plain sentence"`
	Code     room.Code `json:"code" doc:"the code a socket's reject carries: invalid, forbidden, gone, conflict, limit, expired, busy, seq_gap; or unauthorized, too_large, media_type, method, format, internal; or door: the link asks for the field"`
	Field    string    `json:"field,omitempty" doc:"the field at fault, as in op.set.due"`
	Current  any       `json:"current,omitempty" doc:"what the server has"`
	RetryMS  int       `json:"retry_ms,omitempty" doc:"with busy: milliseconds to wait"`
	Expected int64     `json:"expected,omitempty" doc:"with seq_gap: the next seq"`
}

// Error returns the sentence for the reader.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders returns the headers that go with the status.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	switch p.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(max(1, (p.RetryMS+999)/1000)))
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="parley"`)
	}
	return h
}

// problem turns a refusal into its HTTP form.
func problem(e *room.Error) *Problem {
	code, ok := status[e.Code]
	if !ok {
		code = http.StatusInternalServerError
	}
	return &Problem{
		Type: "about:blank", Title: http.StatusText(code), Status: code, Detail: e.Message,
		Code: e.Code, Field: e.Field, Current: e.Current, RetryMS: e.RetryMS, Expected: e.Expected,
	}
}

// fail turns any error of a handler into a problem. What is not a refusal is
// logged and told as a fault, or as busy when the time ran out.
func (s *server) fail(ctx context.Context, err error) *Problem {
	if e, ok := errors.AsType[*room.Error](err); ok {
		p := problem(e)
		if e.Code == room.Busy && err != error(e) { // the store's doing, not the caller's
			slog.WarnContext(ctx, "request put off", "request_id", requestID(ctx), "error", err)
			p.Status, p.Title = http.StatusServiceUnavailable, http.StatusText(http.StatusServiceUnavailable)
		}
		return p
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return problem(errInternal) // nobody is left to read it
	}
	slog.ErrorContext(ctx, "request failed", "request_id", requestID(ctx), "error", err)
	if errors.Is(err, context.DeadlineExceeded) {
		return problem(&room.Error{Code: room.Busy, Message: "the server is busy; try again", RetryMS: 1000})
	}
	return problem(errInternal)
}

// refuse answers a request outside huma with a problem.
func refuse(w http.ResponseWriter, e *room.Error) { writeProblem(w, problem(e)) }

func writeProblem(w http.ResponseWriter, p *Problem) {
	h := w.Header()
	for k, v := range p.GetHeaders() {
		h[k] = v
	}
	h.Set("Content-Type", p.ContentType(""))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = huma.DefaultJSONFormat.Marshal(w, p) // a lost connection has no reader
}

// humaError gives huma's own refusals (parameters, bodies too large) our form.
func humaError(code int, message string, errs ...error) huma.StatusError {
	e := room.Errorf(room.Invalid, "%s", message)
	switch code {
	case http.StatusRequestEntityTooLarge:
		e = errTooLarge
	case http.StatusInternalServerError:
		e = errInternal
	}
	if len(errs) > 0 {
		e = firstFault(errs)
	}
	return problem(e)
}

// firstFault picks one of several faults, always the same one.
func firstFault(errs []error) *room.Error {
	var faults []*room.Error
	for _, err := range errs {
		switch err := err.(type) {
		case *room.Error:
			faults = append(faults, err)
		case *huma.ErrorDetail:
			faults = append(faults, fault(err))
		default:
			faults = append(faults, room.Errorf(room.Invalid, "%s", err))
		}
	}
	return slices.MinFunc(faults, func(a, b *room.Error) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
	})
}

// fault turns what a schema says into a refusal that names the field.
func fault(d *huma.ErrorDetail) *room.Error {
	_, field, ok := strings.Cut(d.Location, ".")
	if !ok {
		field = ""
	}
	message := d.Message
	switch {
	case message == "unexpected property":
		message = "this call has no such field"
	case strings.HasPrefix(message, "expected required property "):
		name := strings.Fields(message)[3]
		field = strings.TrimPrefix(field+"."+name, ".")
		message = name + " is required"
	}
	return room.FieldErrorf(room.Invalid, field, "%s", message)
}
