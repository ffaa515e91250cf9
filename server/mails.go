package main

import (
	"context"
	"log/slog"
	"path/filepath"

	"parley/server/mail"
)

// mails sends mails, or keeps them where there is no mail server.
type mails struct {
	mail.Mailer
	kept  *mail.Kept  // nil with SMTP_URL
	queue *mail.Queue // nil without
	end   context.CancelFunc
	ended chan struct{} // closed when the queue has
}

// post starts what sends mails.
func (a *app) post() error {
	if a.cfg.SMTPURL == "" {
		kept := mail.NewKept(filepath.Join(a.cfg.Data, "mail"))
		a.mails = &mails{Mailer: kept, kept: kept}
		slog.Info("SMTP_URL is empty: mails are not sent but kept, and shown on this machine at /mail")
		return nil
	}
	smtp, err := mail.NewSMTP(a.cfg.SMTPURL)
	if err != nil {
		return err
	}
	queue := mail.NewQueue(smtp.From(a.cfg.MailFrom))
	a.metrics.MustRegister(queue)
	ctx, cancel := context.WithCancel(context.Background()) // ends after the last requests, not with the signal
	a.mails = &mails{Mailer: queue, queue: queue, end: cancel, ended: make(chan struct{})}
	go func() { queue.Run(ctx); close(a.mails.ended) }()
	return nil
}

// stop gives what waits a last try.
func (m *mails) stop() {
	if m == nil || m.queue == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), mailTimeout)
	defer cancel()
	m.queue.Drain(ctx)
	m.end()
	<-m.ended
}
