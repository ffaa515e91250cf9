// Package mail sends the few letters that Parley writes: codes, invitations,
// links to sign in, news of a plan.
//
// [Queue] takes a message and gives it to an SMTP server behind the caller's
// back, again and again if need be. Without an SMTP server, [Kept] keeps mails in
// a directory, to be read on the server's own /mail page. Both are a [Mailer].
// The words of a mail are a [Letter], which has one look.
//
// No log record holds a mail's address, subject or text: they name people and
// carry tokens.
//
// # Goroutines
//
//	Queue.Run      one; owns when which mail is tried
//	Queue.attempt  one for each mail that is being handed over, 4 at most
package mail
