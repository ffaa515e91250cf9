package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gorilla/mux"
)

// assetsPath is where the client's files are. The version is in the path, not in
// a query, so that files which import each other stay within it.
const assetsPath = "/assets/{version:[0-9a-f]{12}}/{file:.+}"

// assets are the client's files, in memory and ready to send.
type assets struct {
	version string // of all files together; a page asks for them by it
	files   map[string]*asset
}

type asset struct {
	contentType string
	etag        string
	plain       []byte
	gzipped     []byte   // nil where it would not be smaller
	imports     []string // the scripts it imports at once, in its order
}

//go:embed favicon.svg
var favicon []byte

// loadAssets reads every file once. The names carry no hash; the version does
// its work.
func loadAssets(files fs.FS) (*assets, error) {
	a := &assets{files: map[string]*asset{}}
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		a.files[name] = newAsset(name, data)
		fmt.Fprintf(sum, "%s %s\n", name, a.files[name].etag)
		return nil
	})
	a.version = hex.EncodeToString(sum.Sum(nil))[:12]
	return a, err
}

func newAsset(name string, data []byte) *asset {
	sum := sha256.Sum256(data)
	a := &asset{contentType: typeOf(name), etag: `"` + hex.EncodeToString(sum[:8]) + `"`, plain: data, imports: importsOf(data)}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant, valid
	}
	_, _ = z.Write(data) // a bytes.Buffer takes everything
	_ = z.Close()
	if packed.Len() < len(data) {
		a.gzipped = packed.Bytes()
	}
	return a
}

// typeOf knows the types a client has, whatever the machine's own tables say.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// serveAsset answers a file of the running version, to be kept for good. A page
// of another version is told that its files are gone: mixing them would break it.
func (s *server) serveAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := s.assets.files[mux.Vars(r)["file"]]
	if !ok || mux.Vars(r)["version"] != s.assets.version {
		refuse(w, errNotHere)
		return
	}
	// Public, and also for a sandboxed frame, which is of no origin.
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	a.serve(w, r, "public, max-age=31536000, immutable")
}

func (s *server) serveIcon(w http.ResponseWriter, r *http.Request) {
	newAsset("favicon.svg", favicon).serve(w, r, "public, max-age=86400")
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request, cache string) {
	h := w.Header()
	h.Set("Cache-Control", cache)
	h.Set("ETag", a.etag)
	h.Set("Vary", "Accept-Encoding")
	if matches(r.Header.Get("If-None-Match"), a.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.plain
	if a.gzipped != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.gzipped
	}
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body) // a lost connection has no reader
}

// acceptsGzip reads Accept-Encoding as far as browsers go: gzip, unless it is
// refused with q=0.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.ReplaceAll(params, " ", "") != "q=0"
		}
	}
	return false
}
