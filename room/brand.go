package room

import (
	"regexp"
	"strings"
)

// Brand is by what people know a workspace.
type Brand struct {
	Name   string
	Accent string // #rrggbb in lower case, "" for Parley's own
}

// Unnamed is what the first workspace is called until somebody names it.
const Unnamed = "Workspace"

// Company is the name as customers read it, "" while nobody has said one.
func (b Brand) Company() string {
	if b.Name == Unnamed {
		return ""
	}
	return b.Name
}

var accentForm = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// Check returns the brand in the form that is kept.
func (b Brand) Check() (Brand, error) {
	b.Name, b.Accent = strings.TrimSpace(b.Name), strings.ToLower(b.Accent)
	if b.Name == "" {
		return b, FieldErrorf(Invalid, "name", "say the name of your company")
	}
	if b.Accent != "" && !accentForm.MatchString(b.Accent) {
		return b, FieldErrorf(Invalid, "accent", "a colour is written as #1d56d6")
	}
	return b, nil
}
