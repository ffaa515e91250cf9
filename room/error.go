package room

import (
	"errors"
	"fmt"
)

// Code sorts refusals by what the reader does next.
type Code string

// The codes of a refusal.
const (
	Invalid   Code = "invalid"   // rewrite the op
	Forbidden Code = "forbidden" // ask for access
	Gone      Code = "gone"      // refresh: it is not there (or was never visible to you)
	Conflict  Code = "conflict"  // refresh: someone was first
	Limit     Code = "limit"     // make room first
	Expired   Code = "expired"   // start a new client: this one is no longer known
	Busy      Code = "busy"      // send it again after RetryMS; it was not processed
	SeqGap    Code = "seq_gap"   // send the missing seqs first; it was not processed
)

// Error is a refusal that a person may read. It is also stored as the verdict
// of a refused op, so a retry gets the same answer.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"message"` // one plain sentence, without secrets
	// Field is the field of the op at fault, "set.due"; in a group it begins with
	// the op's place, "ops[2].set.due". The decoders give the whole way from the
	// root of what they were given, "op.set.due".
	Field   string `json:"field,omitempty"`
	Current any    `json:"current,omitempty"`  // what the server has, where that helps
	RetryMS int    `json:"retry_ms,omitempty"` // with Busy: milliseconds to wait
	// Expected is the next seq with SeqGap.
	Expected int64 `json:"expected,omitempty"`
}

func (e *Error) Error() string {
	if e.Field != "" {
		return fmt.Sprintf("%s: %s: %s", e.Code, e.Field, e.Message)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Errorf makes a refusal without a field.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// FieldErrorf makes a refusal that names the field of the op at fault.
func FieldErrorf(code Code, field, format string, args ...any) *Error {
	return &Error{Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}

// CodeOf returns the code of the first [*Error] in err's chain, or "" for none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
