package portal

import (
	"net"
	"net/url"
	"regexp"
	"strings"

	"parley/room"
)

// MaxOrigins bounds a portal's list: it is sent with every frame.
const MaxOrigins = 20

// hostName is what a host may be: it goes into a header beside others.
var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// ParseOrigin returns an origin in the form in which browsers name it. A first
// label of * stands for all hosts below the rest: https://*.hubspot.com. Plain
// http is for this machine only: there anybody on the way could be the portal.
func ParseOrigin(typed string) (string, error) {
	refuse := func(why string) (string, error) {
		return "", room.FieldErrorf(room.Invalid, "origins", "%q is not an origin that may show rooms: %s", clip(typed), why)
	}
	scheme, rest, ok := strings.Cut(strings.ToLower(strings.TrimSpace(typed)), "://")
	if !ok {
		return refuse("write it as https://portal.example.com")
	}
	rest = strings.TrimSuffix(rest, "/")
	below, wild := strings.CutPrefix(rest, "*.")
	u, err := url.Parse(scheme + "://" + below)
	if err != nil || u.Host != below || u.Hostname() == "" {
		return refuse("it is a scheme, a host and perhaps a port, nothing else")
	}
	host, local := u.Hostname(), loopback(u.Hostname())
	switch {
	case scheme != "https" && (scheme != "http" || !local):
		return refuse("it begins with https://")
	case !local && (!hostName.MatchString(host) || net.ParseIP(host) != nil):
		return refuse("its host is a name")
	case wild && (local || strings.Count(host, ".") < 1):
		return refuse("* needs a domain behind it")
	}
	port := u.Port()
	if port != "" && (scheme == "https" && port == "443" || scheme == "http" && port == "80") {
		rest = strings.TrimSuffix(rest, ":"+port)
	}
	return scheme + "://" + rest, nil
}

// Allows reports whether a page of an origin may frame the rooms of a list.
func Allows(list []string, origin string) bool {
	for _, allowed := range list {
		if origin == allowed {
			return true
		}
		scheme, domain, wild := strings.Cut(allowed, "://*.")
		name, ok := strings.CutPrefix(origin, scheme+"://")
		if wild && ok && strings.HasSuffix(name, "."+domain) && len(name) > len(domain)+1 {
			return true
		}
	}
	return false
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// clip keeps what somebody sent short enough to be said back.
func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
