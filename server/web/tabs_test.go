package web

import (
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"parley/client"
)

// Every tab has an address, which serves the same page and asks for its scripts at once.
func TestEveryTabHasAnAddress(t *testing.T) {
	a := linkedApp(t)
	for tab, parts := range tabParts {
		for _, base := range []string{"/join/parley_marc", "/r/" + string(roomA)} {
			page := a.get(base+"/"+tab, withCookie("priya"))

			if page.Code != http.StatusOK || bootOf(t, page)["room"] != string(roomA) {
				t.Errorf("%s/%s: status %d", base, tab, page.Code)
			}
			for _, p := range parts {
				if !strings.Contains(page.Body.String(), `/`+p.File+`"`) {
					t.Errorf("%s/%s does not ask for %s", base, tab, p.File)
				}
			}
		}
	}
	for _, path := range []string{"/r/" + string(roomA) + "/elsewhere", "/join/parley_marc/plan/more"} {
		if got := a.get(path, withCookie("priya")).Code; got != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, got)
		}
	}
}

// A script that is asked for under a wrong name is a wasted trip, and the right one comes late.
func TestTheFilesOfTheTabsAreInTheBuild(t *testing.T) {
	for tab, parts := range tabParts {
		for _, p := range parts {
			if _, err := fs.Stat(client.Files(), p.File); err != nil {
				t.Errorf("%s: %v", tab, err)
			}
		}
	}
}
