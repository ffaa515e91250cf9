package room

import (
	"regexp"
	"slices"
	"strings"
)

// Brand is by what people know a workspace.
type Brand struct {
	Name   string
	Accent string // #rrggbb in lower case, "" for Parley's own
}

// Unnamed is what a workspace is called until somebody names it, where not even
// its first owner's address says a name.
const Unnamed = "Workspace"

// everybodys are hosts of mail addresses that say nothing of a company, by the part
// of their name that is theirs.
var everybodys = []string{
	"163", "aol", "fastmail", "free", "gmail", "gmx", "googlemail", "hey", "hotmail", "icloud", "laposte", "libero", "live", "mac", "mail", "mailbox", "me", "msn",
	"naver", "orange", "outlook", "pm", "posteo", "proton", "protonmail", "qq", "seznam", "t-online", "tutanota", "wanadoo", "web", "yahoo", "yandex", "ymail", "zoho",
}

// registries are what countries sell names below, as in .co.uk.
var registries = []string{"ac", "co", "com", "edu", "gov", "net", "or", "org"}

// CompanyOf guesses what a company calls itself by the address of somebody there:
// Northwind Traders for priya@mail.northwind-traders.co.uk. It is "" where the
// address does not say.
func CompanyOf(email string) string {
	_, host, _ := strings.Cut(strings.ToLower(email), "@")
	labels := strings.Split(host, ".")
	n := len(labels) - 2
	if n > 0 && len(labels[n+1]) == 2 && slices.Contains(registries, labels[n]) {
		n--
	}
	if n < 0 || labels[n] == "" || strings.HasPrefix(labels[n], "xn--") || slices.Contains(everybodys, labels[n]) {
		return ""
	}
	words := strings.FieldsFunc(labels[n], func(r rune) bool { return r == '-' })
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, " ")
}

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
