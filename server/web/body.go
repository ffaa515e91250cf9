package web

import (
	"encoding/json"
	"io"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"parley/room"
)

// maxBody bounds a request's body, as 64 KiB bound a frame.
const maxBody = room.MaxOpBytes

var errTooLarge = room.Errorf(codeTooLarge, "the body is larger than 64 KiB")

// rawBody is a body that has not been looked at yet.
type rawBody interface{ take(data []byte) }

// JSON is a request body of type T. It is kept as it came, so that one strict
// parser ([room.ParseJSON]) reads everything that enters.
type JSON[T any] struct{ data []byte }

func (j *JSON[T]) take(data []byte) { j.data = append([]byte(nil), data...) }

// Schema describes T in the OpenAPI document.
func (JSON[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "Request")
}

// decode reads a body strictly: well-formed, without duplicate, unknown or
// case-variant keys, and as its schema says. The error is a [*room.Error] that
// names the field.
func decode[T any](s *server, body JSON[T]) (T, error) {
	var out T
	if _, err := room.ParseJSON(body.data); err != nil {
		return out, err
	}
	var tree any
	if err := json.Unmarshal(body.data, &tree); err != nil {
		return out, room.Errorf(room.Invalid, "the body is not JSON")
	}
	registry := s.api.OpenAPI().Components.Schemas
	var found huma.ValidateResult
	path := huma.NewPathBuffer(nil, 0)
	path.Push("body")
	huma.Validate(registry, body.Schema(registry), path, huma.ModeWriteToServer, tree, &found)
	if len(found.Errors) > 0 {
		return out, firstFault(found.Errors)
	}
	if err := json.Unmarshal(body.data, &out); err != nil {
		return out, room.Errorf(room.Invalid, "the body does not fit: %s", err)
	}
	return out, nil
}

// jsonFormat is huma's, except that request bodies are handed over untouched.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error { return huma.DefaultJSONFormat.Marshal(w, v) },
	Unmarshal: func(data []byte, v any) error {
		if raw, ok := v.(rawBody); ok {
			raw.take(data)
			return nil
		}
		return json.Unmarshal(data, v)
	},
}
