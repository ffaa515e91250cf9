package room

import "strings"

// The ids are UUIDs in their lower-case, hyphenated form.
type (
	// ID names a room.
	ID string
	// WorkspaceID names a workspace, the tenant.
	WorkspaceID string
	// RecordID names a record of a plan: a milestone, a participant, …
	RecordID string
	// ClientID names one browser tab or script, made by itself.
	ClientID string
	// SessionID names a signed-in use of a room.
	SessionID string
	// LinkID names a share link.
	LinkID string
	// AccountID names a person who signs in.
	AccountID string
	// AccountSessionID names a browser in which somebody is signed in.
	AccountSessionID string
	// KeyID names an API key.
	KeyID string
	// PortalID names a site that shows rooms in frames.
	PortalID string
	// PortalKeyID names a key of a portal, the kid of its tokens.
	PortalKeyID string
	// RequestID names a request for access.
	RequestID string
	// CodeID names a code that was mailed, or seems to have been.
	CodeID string
	// TemplateID names a template of a workspace's own.
	TemplateID string
)

// ValidUUID reports whether s is a UUID in lower-case, hyphenated form.
func ValidUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !strings.ContainsRune("0123456789abcdef", rune(s[i])) {
				return false
			}
		}
	}
	return true
}
