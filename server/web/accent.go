package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"parley/server/brand"
)

// accentPath is where an accent's style is: it follows from the colour alone, so
// that a page needs no style inside it, and no answer differs by who asks.
const accentPath = "/brand/{accent:[0-9a-f]{6}}.css"

// accentHref is the style of a workspace's accent, "" when it has none.
func accentHref(accent string) string {
	if accent == "" {
		return ""
	}
	return "/brand/" + strings.TrimPrefix(accent, "#") + ".css"
}

// serveAccent answers the style that has a page use a workspace's colour.
func (s *server) serveAccent(w http.ResponseWriter, r *http.Request) {
	t := brand.Shades("#" + mux.Vars(r)["accent"])
	style := fmt.Sprintf(":root{--accent:light-dark(%s,%s);--accent-hover:light-dark(%s,%s);--accent-soft:light-dark(%s,%s);--on-accent:light-dark(#ffffff,%s);--focus:light-dark(%s,%s)}\n",
		t.Light, t.Dark, t.LightHover, t.DarkHover, t.LightSoft, t.DarkSoft, brand.OnDark(), t.Light, t.Dark)
	newAsset("accent.css", []byte(style)).serve(w, r, "public, max-age=31536000, immutable")
}
