package mail

import (
	"crypto/x509"
)

// Trust has s accept certificates of pool.
func (s *SMTP) Trust(pool *x509.CertPool) { s.tls.RootCAs = pool }

// Lead has s find its host at another address.
func (s *SMTP) Lead(addr string) { s.addr = addr }
