package postgres

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
)

// tokenPrefix lets secret scanners recognise a token.
const tokenPrefix = "parley_"

// newToken returns a token of at least 128 random bits and the hash that is
// kept of it. A fast hash is enough for a secret that nobody chose.
func newToken() (token string, hash []byte) {
	token = tokenPrefix + strings.ToLower(rand.Text()+rand.Text()[:6]) // 32 base32 characters, 160 bits
	return token, hashToken(token)
}

func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
