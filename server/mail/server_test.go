package mail_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is a mail server that speaks enough SMTP (RFC 5321, 3207, 4954) to be
// held to, and answers as it is told.
type server struct {
	addr string
	pool *x509.CertPool

	// answers replaces what it says to a verb; "hang" says nothing, "die" hangs up.
	answers map[string]string
	plain   bool // offers no STARTTLS
	wrapped bool // TLS from the first byte

	config   *tls.Config
	listener net.Listener
	done     sync.WaitGroup
	stop     chan struct{}

	mu     sync.Mutex // guards the fields below
	mails  []received
	verbs  []string
	logins []string
}

type received struct {
	from, to, data string
	encrypted      bool
}

func newServer(t *testing.T, configure func(*server)) *server {
	t.Helper()
	s := &server{answers: map[string]string{}, stop: make(chan struct{})}
	s.config, s.pool = certificate(t)
	if configure != nil {
		configure(s)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener, s.addr = l, l.Addr().String()
	s.done.Go(s.accept)
	t.Cleanup(func() { close(s.stop); _ = l.Close(); s.done.Wait() })
	return s
}

func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.done.Go(func() {
			ended := make(chan struct{})
			defer close(ended)
			go func() {
				select {
				case <-s.stop:
				case <-ended:
				}
				_ = conn.Close()
			}()
			s.talk(conn)
		})
	}
}

// talk is one conversation.
func (s *server) talk(conn net.Conn) {
	encrypted := s.wrapped
	if s.wrapped {
		conn = tls.Server(conn, s.config)
	}
	r := bufio.NewReader(conn)
	var m received
	say := func(verb, standard string) bool {
		answer := standard
		if other, ok := s.answers[verb]; ok {
			answer = other
		}
		switch answer {
		case "hang":
			<-s.stop
			return false
		case "die":
			return false
		}
		_, err := fmt.Fprintf(conn, "%s\r\n", strings.ReplaceAll(answer, "\n", "\r\n"))
		return err == nil
	}
	if !say("", "220 mail.test ESMTP") {
		return
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, rest, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		s.note(verb)
		ok := true
		switch verb {
		case "EHLO":
			offers := "250-mail.test\n250-8BITMIME\n250-SMTPUTF8\n"
			if !s.plain && !encrypted {
				offers += "250-STARTTLS\n"
			}
			ok = say(verb, offers+"250 AUTH PLAIN LOGIN")
		case "STARTTLS":
			if ok = say(verb, "220 go ahead"); ok {
				conn, encrypted = tls.Server(conn, s.config), true
				r = bufio.NewReader(conn)
			}
		case "AUTH":
			s.mu.Lock()
			s.logins = append(s.logins, rest)
			s.mu.Unlock()
			ok = say(verb, "235 welcome")
		case "MAIL":
			m = received{from: rest, encrypted: encrypted}
			ok = say(verb, "250 ok")
		case "RCPT":
			m.to = rest
			ok = say(verb, "250 ok")
		case "DATA":
			if ok = say(verb, "354 go on"); ok && strings.HasPrefix(s.answer("DATA", "354"), "354") {
				m.data, ok = body(r)
				if ok && s.answer("END", "250") != "die before keeping" {
					s.keep(m)
				}
				ok = ok && say("END", "250 taken")
			}
		case "QUIT":
			say(verb, "221 bye")
			return
		default:
			ok = say(verb, "250 ok")
		}
		if !ok {
			return
		}
	}
}

func (s *server) answer(verb, standard string) string {
	if other, ok := s.answers[verb]; ok {
		return other
	}
	return standard
}

func body(r *bufio.Reader) (string, bool) {
	var text strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", false
		}
		if line == ".\r\n" {
			return text.String(), true
		}
		text.WriteString(strings.TrimPrefix(line, "."))
	}
}

func (s *server) note(verb string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verbs = append(s.verbs, verb)
}

func (s *server) keep(m received) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
}

func (s *server) taken() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.mails...)
}

// certificate is for 127.0.0.1, and trusted by the pool alone.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}
