package web

import (
	"net/http"
	"strings"
)

// framed lets pages of some origins frame an answer: its policy names them where
// it named nobody. It never lets a cookie through; a frame on another site would
// not get it back, and one that does is no credential there.
type framed struct {
	http.ResponseWriter
	by   []string
	done bool
}

const (
	framedByNobody = "frame-ancestors 'none'"
	sendsNoForms   = "form-action 'none'"
	sendsItsForms  = "form-action 'self'" // what a frame hands over to a window goes as a form
)

// WriteHeader puts the origins in.
func (f *framed) WriteHeader(code int) {
	if !f.done {
		f.done = true
		h := f.Header()
		h.Del("Set-Cookie")
		if len(f.by) > 0 {
			h.Set("Content-Security-Policy", strings.NewReplacer(framedByNobody, "frame-ancestors "+strings.Join(f.by, " "), sendsNoForms, sendsItsForms).
				Replace(h.Get("Content-Security-Policy")))
			h.Del("X-Frame-Options") // it knows no list, and the policy says it
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
	}
	f.ResponseWriter.WriteHeader(code)
}

// Write writes the header before the first byte.
func (f *framed) Write(p []byte) (int, error) {
	if !f.done {
		f.WriteHeader(http.StatusOK)
	}
	return f.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (f *framed) Unwrap() http.ResponseWriter { return f.ResponseWriter }
