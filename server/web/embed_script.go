package web

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"regexp"

	"github.com/gorilla/mux"

	"parley/room"
)

// scriptPath is where portals load the script from: v1 moves on within its major
// version, a full version never changes.
const scriptPath = "/embed/{script:v1|1\\.[0-9]+\\.[0-9]+}.js"

// movingScript is the file behind /embed/v1.js.
const movingScript = "embed-v1.js"

// serveScript answers the script for portals. It is public, and loaded by pages
// of other sites: with crossorigin where they check its hash.
func (s *server) serveScript(w http.ResponseWriter, r *http.Request) {
	name := mux.Vars(r)["script"]
	a, ok := s.assets.files["embed-"+name+".js"]
	if !ok {
		refuse(w, errNotHere)
		return
	}
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	cache := "public, max-age=31536000, immutable"
	if name == "v1" {
		cache = "public, max-age=600"
	}
	a.serve(w, r, cache)
}

// pinned is how the name of a version's own script looks.
var pinned = regexp.MustCompile(`^embed-(1\.[0-9]+\.[0-9]+)\.js$`)

// scriptVersion returns the version whose script is the moving one, and its hash
// for the integrity attribute.
func (a *assets) scriptVersion() (version, integrity string) {
	now, ok := a.files[movingScript]
	if !ok {
		return "", ""
	}
	for name, file := range a.files {
		if m := pinned.FindStringSubmatch(name); m != nil && file.etag == now.etag {
			version = m[1]
		}
	}
	sum := sha512.Sum384(now.plain)
	return version, "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Embedding is what somebody needs who puts a room into a site.
type Embedding struct {
	Page      string         `json:"page" format:"uri" doc:"what the frame shows"`
	Script    string         `json:"script" format:"uri" doc:"moves on within its major version"`
	Pinned    string         `json:"pinned,omitempty" format:"uri" doc:"the same script for good, to be used with integrity"`
	Integrity string         `json:"integrity,omitempty"`
	Portals   []PortalOrigin `json:"portals" nullable:"false" doc:"where rooms of the workspace may be shown"`
}

// PortalOrigin is a portal as owners of rooms see it.
type PortalOrigin struct {
	ID      room.PortalID `json:"id" format:"uuid"`
	Name    string        `json:"name"`
	Origins []string      `json:"origins" nullable:"false"`
}

type getEmbeddingIn struct {
	Room string `path:"room"`
}

type getEmbeddingOut struct{ Body Embedding }

func (s *server) getEmbedding(ctx context.Context, in *getEmbeddingIn) (*getEmbeddingOut, error) {
	grant, err := s.enterAsOwner(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	if grant.Member.Side != room.SideSeller {
		return nil, room.Errorf(room.Forbidden, "the selling side says where the room may be shown")
	}
	list, err := s.Store.Portals(ctx, grant.Workspace)
	if err != nil {
		return nil, err
	}
	version, integrity := s.assets.scriptVersion()
	out := Embedding{
		Page: s.PublicURL + "/e/" + string(grant.Room), Script: s.PublicURL + "/embed/v1.js", Integrity: integrity, Portals: []PortalOrigin{},
	}
	if version != "" {
		out.Pinned = s.PublicURL + "/embed/" + version + ".js"
	}
	for _, p := range list {
		out.Portals = append(out.Portals, PortalOrigin{ID: p.ID, Name: p.Name, Origins: p.Origins})
	}
	return &getEmbeddingOut{Body: out}, nil
}
