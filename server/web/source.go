package web

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

type sourceKey struct{}

// sourceIn returns the network address that the request came from: an IPv4
// address, or the /64 of an IPv6 one, of which anybody has a whole network.
func sourceIn(ctx context.Context) string {
	source, _ := ctx.Value(sourceKey{}).(string)
	return source
}

// sourceOf reads the peer's address, and believes what the proxies say that the
// configuration names: from the right, up to the first that is none of them.
func (s *server) sourceOf(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	at := peer.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.proxy(at); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = next.Unmap().WithZone("")
	}
	if at.Is6() {
		network, _ := at.Prefix(64) // 64 is a length of IPv6
		return network.String()
	}
	return at.String()
}

func (s *server) proxy(at netip.Addr) bool {
	return slices.ContainsFunc(s.Proxies, func(p netip.Prefix) bool { return p.Contains(at) })
}
