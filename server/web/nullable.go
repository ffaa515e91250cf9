package web

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Nullable is a field of a request that may be absent, null or a T. Null is the
// zero value.
type Nullable[T any] struct {
	Given bool
	Value T
}

// UnmarshalJSON notes that the field is there.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	n.Given = true
	return json.Unmarshal(data, &n.Value)
}

// Schema describes T, or null.
func (Nullable[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), false, "")
	s.Nullable = true
	return &s
}

// Time is an instant in a request.
type Time time.Time

// UnmarshalJSON reads RFC 3339.
func (t *Time) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, (*time.Time)(t)) }

// Schema describes an instant.
func (Time) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}
