package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// SMTP hands mails to a mail server, one connection each.
type SMTP struct {
	from    string // the address that all mails come from
	host    string
	addr    string
	wrapped bool // TLS from the first byte
	tls     *tls.Config
	options []gomail.Option
}

// NewSMTP reads where mails go from a URL:
//
//	smtp://user:password@host:587          STARTTLS, or nothing is sent
//	smtps://user:password@host:465         TLS from the first byte
//	smtp://host:25?tls=off                 in the clear, without a password
//
// A host that is this machine may do without STARTTLS. Reserved characters of a
// password are percent-encoded. The error is one sentence without the password.
func NewSMTP(rawURL string) (*SMTP, error) {
	u, err := url.Parse(rawURL)
	if err != nil || (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return nil, errors.New("it must be smtp://user:password@host:587 or smtps://user:password@host:465")
	}
	policy, err := policyOf(u)
	if err != nil {
		return nil, err
	}
	port, fallback := u.Port(), 587
	if u.Scheme == "smtps" {
		fallback = 465
	}
	if port == "" {
		port = strconv.Itoa(fallback)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return nil, errors.New("its port must be a number from 1 to 65535")
	}
	s := &SMTP{
		host: u.Hostname(), addr: net.JoinHostPort(u.Hostname(), port), wrapped: u.Scheme == "smtps",
		tls:     &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12},
		options: []gomail.Option{gomail.WithTimeout(attemptTimeout), gomail.WithTLSPolicy(policy), gomail.WithoutNoop(), gomail.WithoutRset()},
	}
	if password, ok := u.User.Password(); ok {
		if policy == gomail.NoTLS {
			return nil, errors.New("it sends a password in the clear: leave tls=off out, or the password")
		}
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	return s, nil
}

// From returns s with the address that its mails come from.
func (s *SMTP) From(address string) *SMTP {
	s.from = address
	return s
}

// policyOf says how much TLS there has to be.
func policyOf(u *url.URL) (gomail.TLSPolicy, error) {
	switch mode := u.Query().Get("tls"); {
	case len(u.Query()) > 1 || len(u.Query()) == 1 && !u.Query().Has("tls"), mode != "" && mode != "off":
		return 0, errors.New("its only parameter is tls=off")
	case mode == "off" && u.Scheme == "smtps":
		return 0, errors.New("smtps is TLS: leave tls=off out, or write smtp")
	case mode == "off":
		return gomail.NoTLS, nil
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "smtps" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		return gomail.TLSOpportunistic, nil // the library looks for STARTTLS inside TLS, too
	}
	return gomail.TLSMandatory, nil
}

// Carry hands a mail over. It returns nil once the server has said that it took
// the mail, whatever happens to the connection after that.
func (s *SMTP) Carry(ctx context.Context, id string, m Message) error {
	msg, err := s.compose(id, m)
	if err != nil {
		return fmt.Errorf("%w: it cannot be written: %w", ErrRefused, err)
	}
	// The library's own time starts anew at every command; the connection ends with ctx.
	dial := func(dialing context.Context, _, _ string) (net.Conn, error) { return s.dial(ctx, dialing) }
	client, err := gomail.NewClient(s.host, append(slices.Clip(s.options), gomail.WithTLSConfig(s.tls), gomail.WithDialContextFunc(dial))...)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return unnamed(ctx, err)
	}
	defer func() { _ = client.CloseWithSMTPClient(conn) }() // the server has answered
	return unnamed(ctx, client.SendWithSMTPClient(conn, msg))
}

// dial connects within dialing, and hangs up when ctx ends.
func (s *SMTP) dial(ctx, dialing context.Context) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(dialing, "tcp", s.addr)
	if err != nil {
		return nil, err
	}
	c := &bounded{Conn: conn, release: context.AfterFunc(ctx, func() { _ = conn.Close() })}
	if !s.wrapped {
		return c, nil
	}
	wrapped := tls.Client(c, s.tls)
	if err := wrapped.HandshakeContext(dialing); err != nil {
		_ = c.Close()
		return nil, err
	}
	return wrapped, nil
}

// bounded is a connection that forgets its context when it is closed.
type bounded struct {
	net.Conn
	release func() bool
}

// Close hangs up.
func (b *bounded) Close() error {
	b.release()
	return b.Conn.Close()
}

func (s *SMTP) compose(id string, m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	name := m.FromName
	if name == "" {
		name = "Parley"
	}
	if err := errors.Join(msg.FromFormat(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name), s.from), msg.To(m.To)); err != nil {
		return nil, err
	}
	if m.ReplyTo != "" {
		if err := msg.ReplyTo(m.ReplyTo); err != nil {
			return nil, err
		}
	}
	_, domain, _ := strings.Cut(s.from, "@")
	msg.SetMessageIDWithValue(id + "@" + domain)
	msg.SetDate()
	msg.Subject(m.Subject)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday notes, please
	if m.ListUnsubscribe != "" {
		msg.SetGenHeaderPreformatted("List-Unsubscribe", "<"+m.ListUnsubscribe+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// unnamed is what went wrong without what the server said: servers like to
// repeat the address. A refusal that waiting will not change wraps [ErrRefused].
func unnamed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	code := 0
	if sent, ok := errors.AsType[*gomail.SendError](err); ok {
		code = sent.ErrorCode()
		if code == 0 && sent.Reason == gomail.ErrNoUnencoded {
			return fmt.Errorf("%w: the server takes no mail with such characters", ErrRefused)
		}
	}
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		code = said.Code
	}
	switch network, ok := errors.AsType[net.Error](err); {
	case code == 535 || code == 534 || code == 530:
		// Signing in failed: the operator's mistake, which somebody may be mending.
		return fmt.Errorf("the mail server did not accept the user and password of SMTP_URL (%d)", code)
	case code >= 500:
		return fmt.Errorf("%w with code %d", ErrRefused, code)
	case code >= 400:
		return fmt.Errorf("the mail server put it off with code %d", code)
	case ctx.Err() != nil, ok && network.Timeout():
		return errors.New("the mail server did not answer in time")
	case ok:
		return errors.New("the mail server cannot be reached, or hung up")
	case strings.Contains(err.Error(), "STARTTLS"):
		return errors.New("the mail server offers no STARTTLS, which SMTP_URL asks for")
	case isCertificate(err):
		return errors.New("the mail server's certificate is not valid for its name")
	default:
		return errors.New("the conversation with the mail server broke off")
	}
}

func isCertificate(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
