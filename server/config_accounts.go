package main

import (
	"fmt"
	"net/netip"
	"strings"

	"parley/server/mail"
)

func checkOwner(f flags, c *config) error {
	c.Owner = strings.ToLower(strings.TrimSpace(f.Owner))
	if c.Owner != "" && !mail.ValidAddress(c.Owner) {
		return configError(fmt.Sprintf("PARLEY_OWNER is %q, but must be an e-mail address, as in ada@example.com.", f.Owner))
	}
	return nil
}

func checkSignup(f flags, c *config) error {
	switch strings.ToLower(f.Signup) {
	case "closed":
	case "open":
		c.Signup = true
	default:
		return configError(fmt.Sprintf("PARLEY_SIGNUP is %q, but must be closed or open.", f.Signup))
	}
	return nil
}

func checkProxies(f flags, c *config) error {
	for text := range strings.SplitSeq(f.Proxies, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		network, err := netip.ParsePrefix(text)
		if at, single := netip.ParseAddr(text); single == nil {
			network, err = netip.PrefixFrom(at, at.BitLen()), nil
		}
		if err != nil {
			return configError(fmt.Sprintf("PARLEY_TRUSTED_PROXIES has %q, but must be networks with commas between, as in 10.0.0.0/8,192.0.2.7.", text))
		}
		c.Proxies = append(c.Proxies, network.Masked())
	}
	return nil
}
