package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/realtime/redis"
	"parley/server/oidc"
)

// flags are the settings as they come: flags, else environment, else defaults.
// All are text, so that every wrong value is refused by one kind of sentence.
type flags struct {
	Addr             string `env:"PARLEY_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on; port 0 picks a free one."`
	PublicURL        string `env:"PARLEY_PUBLIC_URL" placeholder:"URL" help:"Origin that people see, as in https://rooms.example.com. Default: from the address."`
	DatabaseURL      string `env:"DATABASE_URL" placeholder:"URL" help:"PostgreSQL 15 or newer, as in postgres://user:password@host/name. Default: an embedded one, private to the data directory."`
	RedisURL         string `env:"REDIS_URL" placeholder:"URL" help:"Carries commits between servers: redis://host:6379, redis+sentinel://host,host/master or redis+cluster://host,host. Default: none, one server only."`
	Data             string `env:"PARLEY_DATA" default:"${data}" placeholder:"DIR" help:"Directory of the embedded database."`
	AdminKey         string `env:"PARLEY_ADMIN_KEY" placeholder:"KEY" help:"API key with full rights on the first workspace, 8 characters or more. Default: none."`
	Owner            string `env:"PARLEY_OWNER" placeholder:"ADDRESS" help:"E-mail address of who owns the first workspace: they sign in with it and add the others. Default: nobody."`
	Signup           string `env:"PARLEY_SIGNUP" default:"closed" placeholder:"closed|open" help:"Who may sign in. closed: members that somebody added; open: everybody, who is a member of no workspace gets one."`
	Proxies          string `env:"PARLEY_TRUSTED_PROXIES" placeholder:"CIDR,…" help:"Proxies in front, as in 10.0.0.0/8, whose X-Forwarded-For is believed: tries to sign in are bounded by network address. Default: none."`
	OIDCIssuer       string `env:"PARLEY_OIDC_ISSUER" name:"oidc-issuer" placeholder:"URL" help:"OpenID Connect provider that people may sign in at beside the mailed code, as in https://login.example.com. Register PARLEY_PUBLIC_URL/signin/oidc there. Default: none."`
	OIDCClientID     string `env:"PARLEY_OIDC_CLIENT_ID" name:"oidc-client-id" placeholder:"ID" help:"What the provider calls this server."`
	OIDCClientSecret string `env:"PARLEY_OIDC_CLIENT_SECRET" name:"oidc-client-secret" placeholder:"SECRET" help:"The secret that the provider gave this server."`
	OIDCLabel        string `env:"PARLEY_OIDC_LABEL" name:"oidc-label" default:"single sign-on" placeholder:"NAME" help:"What people call the provider: the button says Continue with NAME."`
	Demo             string `env:"PARLEY_DEMO" default:"auto" placeholder:"auto|true|false" help:"Make a demo room and print its links. auto: when the database is embedded and empty."`
	OpsPerSecond     string `env:"PARLEY_OPS_PER_SECOND" default:"50" placeholder:"N" help:"Edits a second per connection, in bursts of four times that; 0: no limit."`
	DrainWait        string `env:"PARLEY_DRAIN_WAIT" default:"0s" placeholder:"DURATION" help:"How long after SIGTERM members are sent away, so that a load balancer sees /readyz fail first; up to 10s."`
	AuditDays        string `env:"PARLEY_AUDIT_DAYS" default:"400" placeholder:"N" help:"How long audit events are kept, in days; 0: for ever."`
	Log              string `env:"PARLEY_LOG" default:"auto" placeholder:"auto|text|json" help:"Form of the log on standard error. auto: text on a terminal, JSON elsewhere."`
	LogLevel         string `env:"PARLEY_LOG_LEVEL" default:"info" placeholder:"debug|info|warn|error" help:"The least that is logged. debug: every op, by its ids."`
	Traces           string `env:"OTEL_EXPORTER_OTLP_ENDPOINT" name:"traces" placeholder:"URL" help:"OpenTelemetry collector for traces, as in http://127.0.0.1:4318. Default: none, no tracing."`
	SMTPURL          string `env:"SMTP_URL" name:"smtp-url" placeholder:"URL" help:"Mail server, as in smtp://user:password@mail.example.com:587 (STARTTLS) or smtps://…:465. Default: none, mails are kept and shown at /mail on this machine."`
	MailFrom         string `env:"PARLEY_MAIL_FROM" name:"mail-from" placeholder:"ADDRESS" help:"Address that mails come from; needed with SMTP_URL."`
}

// demoWhen says when the demo room is made.
type demoWhen int

const (
	demoAuto demoWhen = iota // when the database is embedded and empty
	demoOn
	demoOff
)

// config is the settings, checked.
type config struct {
	Addr         string
	PublicURL    string // without a final slash; "" until the listener has its port
	DatabaseURL  string // "" for the embedded database
	RedisURL     string // "" for one server
	Data         string // absolute
	AdminKey     string
	Owner        string // an address in lower case, "" for nobody
	Signup       bool   // open to everybody
	Proxies      []netip.Prefix
	OIDC         oidc.Config // of no issuer for none
	Demo         demoWhen
	OpsPerSecond int // 0: no limit
	DrainWait    time.Duration
	AuditKept    time.Duration // 0: for ever
	Log          logForm
	LogLevel     slog.Level
	Traces       string // "" for no tracing
	SMTPURL      string // "" keeps mails in the data directory
	MailFrom     string
}

// errHelp says that help was asked for and printed.
var errHelp = errors.New("help was printed")

// configError is a sentence about a setting for the person who starts the server.
type configError string

func (e configError) Error() string { return string(e) }

// readConfig reads flags and environment. Any error but errHelp is a
// configError, one sentence.
func readConfig(args []string, help io.Writer) (config, error) {
	raw, err := parseFlags(args, help)
	if err != nil {
		return config{}, err
	}
	var c config
	for _, check := range []func(flags, *config) error{
		checkAddr, checkPublicURL, checkDatabaseURL, checkRedisURL, checkData, checkAdminKey, checkOwner, checkSignup, checkProxies, checkOIDC, checkDemo, checkOps,
		checkDrainWait, checkAuditDays, checkLog, checkLogLevel, checkTraces, checkMail,
	} {
		if err := check(raw, &c); err != nil {
			return config{}, err
		}
	}
	return c, nil
}

func parseFlags(args []string, help io.Writer) (flags, error) {
	var raw flags
	helped := false
	parser, err := kong.New(&raw,
		kong.Name("server"),
		kong.Description("Parley: one live page per deal, with the plan both sides keep."),
		kong.Vars{"data": dataDir()},
		kong.Writers(help, help),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{FlagsLast: true, WrapUpperBound: 100}),
		kong.ValueFormatter(func(v *kong.Value) string { return helpWithDefault(v) }),
	)
	if err != nil {
		panic(err) // the struct tags are constants, valid
	}
	_, err = parser.Parse(args)
	switch {
	case helped:
		return raw, errHelp
	case err != nil:
		return raw, configError(fmt.Sprintf("%s; server -h lists every flag and variable.", strings.TrimSuffix(err.Error(), ".")))
	}
	raw.fillEmpty()
	return raw, nil
}

// helpWithDefault adds the default and the variable to a flag's help.
func helpWithDefault(v *kong.Value) string {
	text := v.Help
	if v.HasDefault && v.Default != "" {
		text += " Default: " + v.Default + "."
	}
	if len(v.Tag.Envs) > 0 {
		text += " (" + v.Tag.Envs[0] + ")"
	}
	return text
}

// fillEmpty treats a variable that is set to nothing as one that is not set,
// as compose files pass them.
func (f *flags) fillEmpty() {
	for value, fallback := range map[*string]string{
		&f.Addr: "127.0.0.1:8080", &f.Data: dataDir(), &f.Signup: "closed", &f.OIDCLabel: "single sign-on", &f.Demo: "auto", &f.OpsPerSecond: "50",
		&f.DrainWait: "0s", &f.AuditDays: "400", &f.Log: "auto", &f.LogLevel: "info",
	} {
		if strings.TrimSpace(*value) == "" {
			*value = fallback
		}
	}
}

// dataDir is the user's data directory for Parley. Root's is the system's: its
// home is closed to the unprivileged user that PostgreSQL runs as.
func dataDir() string {
	home, err := os.UserHomeDir()
	switch {
	case runtime.GOOS == "windows":
		return filepath.Join(os.Getenv("LOCALAPPDATA"), "parley")
	case os.Getenv("XDG_DATA_HOME") != "":
		return filepath.Join(os.Getenv("XDG_DATA_HOME"), "parley")
	case os.Geteuid() == 0 || err != nil:
		return "/var/lib/parley"
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support", "parley")
	default:
		return filepath.Join(home, ".local", "share", "parley")
	}
}

func checkAddr(f flags, c *config) error {
	_, port, err := net.SplitHostPort(f.Addr)
	if n, perr := strconv.Atoi(port); err != nil || perr != nil || n < 0 || n > 65535 {
		return configError(fmt.Sprintf("PARLEY_ADDR is %q, but must be host:port, as in 127.0.0.1:8080 or :8080.", f.Addr))
	}
	c.Addr = f.Addr
	return nil
}

func checkPublicURL(f flags, c *config) error {
	if f.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(f.PublicURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		shown := f.PublicURL
		if strings.Contains(shown, "@") {
			shown = masked(shown) // somebody put a password where none belongs
		}
		return configError(fmt.Sprintf("PARLEY_PUBLIC_URL is %q, but must be an http or https origin without a path, as in https://rooms.example.com.", shown))
	}
	c.PublicURL = strings.ToLower(u.Scheme + "://" + u.Host)
	return nil
}

func checkDatabaseURL(f flags, c *config) error {
	if f.DatabaseURL == "" {
		return nil
	}
	u, err := url.Parse(f.DatabaseURL)
	isURL := err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
	isList := !strings.Contains(f.DatabaseURL, "://") && strings.Contains(f.DatabaseURL, "=") // host=… user=…, as libpq takes too
	if _, err := pgconn.ParseConfig(f.DatabaseURL); err != nil || !isURL && !isList {
		return configError(fmt.Sprintf("DATABASE_URL is %q, but must be a PostgreSQL URL, as in postgres://user:password@host:5432/name, or empty for the embedded database.", masked(f.DatabaseURL)))
	}
	c.DatabaseURL = f.DatabaseURL
	return nil
}

// checkRedisURL also refuses Redis beside the embedded database: other servers
// could not reach that one, so there would be nobody to carry anything to.
func checkRedisURL(f flags, c *config) error {
	if f.RedisURL == "" {
		return nil
	}
	if err := redis.Check(f.RedisURL); err != nil {
		return configError(fmt.Sprintf("REDIS_URL is %q, but it %v.", masked(f.RedisURL), err))
	}
	if f.DatabaseURL == "" {
		return configError(fmt.Sprintf("REDIS_URL is %q, but connects servers that share a database: set DATABASE_URL too, or leave both empty.", masked(f.RedisURL)))
	}
	c.RedisURL = f.RedisURL
	return nil
}

func checkData(f flags, c *config) error {
	dir, err := filepath.Abs(f.Data)
	if err != nil {
		return configError(fmt.Sprintf("PARLEY_DATA is %q, but must be a directory the server can write.", f.Data))
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return configError(fmt.Sprintf("PARLEY_DATA is %q, which is a file, but must be a directory the server can write.", f.Data))
	}
	c.Data = dir
	return nil
}

// leastKey keeps out keys that are words: eight random letters are six years of
// guessing at a thousand a second, and every guess is in the log.
const leastKey = 8

func checkAdminKey(f flags, c *config) error {
	if n := len(f.AdminKey); f.AdminKey != "" && n < leastKey {
		return configError(fmt.Sprintf("PARLEY_ADMIN_KEY is a secret of %d characters, but must have %d or more, or be empty for none.", n, leastKey))
	}
	if strings.ContainsFunc(f.AdminKey, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return configError("PARLEY_ADMIN_KEY is a secret with a space or a character outside ASCII, but must be letters, digits and punctuation, as it is sent in a header.")
	}
	c.AdminKey = f.AdminKey
	return nil
}

func checkDemo(f flags, c *config) error {
	switch strings.ToLower(f.Demo) {
	case "auto":
		c.Demo = demoAuto
	case "true", "on", "yes", "1":
		c.Demo = demoOn
	case "false", "off", "no", "0":
		c.Demo = demoOff
	default:
		return configError(fmt.Sprintf("PARLEY_DEMO is %q, but must be auto, true or false.", f.Demo))
	}
	return nil
}

func checkOps(f flags, c *config) error {
	n, err := strconv.Atoi(f.OpsPerSecond)
	if err != nil || n < 0 || n > 1_000_000 {
		return configError(fmt.Sprintf("PARLEY_OPS_PER_SECOND is %q, but must be a whole number from 0 (no limit) to 1000000.", f.OpsPerSecond))
	}
	c.OpsPerSecond = n
	return nil
}

// masked is a URL whose secrets are stars: what stands between the scheme and
// the host, and every parameter that is named like one.
func masked(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme == "" {
		return mask(raw)
	}
	if u.User != nil {
		u.User = url.UserPassword(u.User.Username(), "***")
	}
	if u.RawQuery != "" {
		u.RawQuery = "***"
	}
	u.Fragment = ""
	return strings.ReplaceAll(u.String(), "%2A", "*")
}

// mask shows the start of what is not a URL: it may be a secret in the wrong place.
func mask(raw string) string {
	if scheme, _, ok := strings.Cut(raw, "://"); ok && len(scheme) <= 12 {
		return scheme + "://***"
	}
	shown := min(3, len(raw)/4)
	return raw[:shown] + "***"
}
