package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/server/mail"
)

// longestDrainWait leaves the rest of a stop its time, see stopBudget.
const longestDrainWait = 10 * time.Second

func checkDrainWait(f flags, c *config) error {
	d, err := time.ParseDuration(f.DrainWait)
	if err != nil || d < 0 || d > longestDrainWait {
		return configError(fmt.Sprintf("PARLEY_DRAIN_WAIT is %q, but must be a duration from 0s to 10s, as in 5s.", f.DrainWait))
	}
	c.DrainWait = d
	return nil
}

// longestAudit is where a duration would end.
const longestAudit = 36_500 // days

func checkAuditDays(f flags, c *config) error {
	days, err := strconv.Atoi(f.AuditDays)
	if err != nil || days < 0 || days > longestAudit {
		return configError(fmt.Sprintf("PARLEY_AUDIT_DAYS is %q, but must be a whole number of days, 0 for ever.", f.AuditDays))
	}
	c.AuditKept = time.Duration(days) * 24 * time.Hour
	return nil
}

// logForm says how the log is written.
type logForm int

const (
	logAuto logForm = iota // text on a terminal, JSON elsewhere
	logText
	logJSON
)

func checkLog(f flags, c *config) error {
	switch strings.ToLower(f.Log) {
	case "auto":
		c.Log = logAuto
	case "text":
		c.Log = logText
	case "json":
		c.Log = logJSON
	default:
		return configError(fmt.Sprintf("PARLEY_LOG is %q, but must be auto, text or json.", f.Log))
	}
	return nil
}

func checkLogLevel(f flags, c *config) error {
	switch strings.ToLower(f.LogLevel) {
	case "debug":
		c.LogLevel = slog.LevelDebug
	case "info":
		c.LogLevel = slog.LevelInfo
	case "warn":
		c.LogLevel = slog.LevelWarn
	case "error":
		c.LogLevel = slog.LevelError
	default:
		return configError(fmt.Sprintf("PARLEY_LOG_LEVEL is %q, but must be debug, info, warn or error.", f.LogLevel))
	}
	return nil
}

func checkTraces(f flags, c *config) error {
	if f.Traces == "" {
		return nil
	}
	u, err := url.Parse(f.Traces)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return configError(fmt.Sprintf("OTEL_EXPORTER_OTLP_ENDPOINT is %q, but must be an http or https URL, as in http://127.0.0.1:4318, or empty for no traces.", masked(f.Traces)))
	}
	c.Traces = f.Traces
	return nil
}

// checkMail has the package that will send read the URL: it knows what it can.
func checkMail(f flags, c *config) error {
	if f.SMTPURL != "" {
		if _, err := mail.NewSMTP(f.SMTPURL); err != nil {
			return configError(fmt.Sprintf("SMTP_URL is %q, but %s.", masked(f.SMTPURL), err))
		}
	}
	if (f.SMTPURL != "" || f.MailFrom != "") && !mail.ValidAddress(f.MailFrom) {
		return configError(fmt.Sprintf("PARLEY_MAIL_FROM is %q, but must be the e-mail address that what goes through SMTP_URL comes from, as in parley@example.com.", f.MailFrom))
	}
	c.SMTPURL, c.MailFrom = f.SMTPURL, f.MailFrom
	return nil
}
