package portal

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/room"
)

const (
	// MaxLife is how long a token may be good for: it is made for the page that is
	// being loaded.
	MaxLife = 5 * time.Minute
	// skew is how far a portal's clock may be off.
	skew = 30 * time.Second
	// SecretBytes is the length of a secret that both know: as long as what the
	// algorithm hashes to (RFC 7518 §3.2).
	SecretBytes = 32
	maxID       = 200
	maxName     = 200
	maxEmail    = 254
)

// Token is a token that was checked.
type Token struct {
	room.Vouched
	JTI     string    // its own id
	Expires time.Time // from when on it is refused anyway
	Voucher room.Voucher
}

// Keys looks up a portal's key. It is asked for what a token names and is the
// only source of keys: none is taken from a token.
type Keys func(portal room.PortalID, key room.PortalKeyID) (room.Voucher, error)

// claims are those of a token, beside the registered ones.
type claims struct {
	jwt.RegisteredClaims
	Name   string      `json:"name"`
	Email  string      `json:"email"`
	Side   room.Side   `json:"side"`
	Access room.Access `json:"access"`
	Room   string      `json:"room"`
}

// Verify checks a token for the server at audience. Whether it was used before is
// for the caller to look up. The error says why in words, for the portal's
// makers; whoever sent the token is told nothing.
func Verify(token, audience string, now time.Time, keys Keys) (Token, error) {
	var c claims
	out := Token{}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{string(room.KeyEdDSA), string(room.KeyHS256)}),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithAudience(audience), jwt.WithLeeway(skew),
		jwt.WithStrictDecoding(), jwt.WithTimeFunc(func() time.Time { return now }),
	)
	var broken error // a fault of ours, which is no verdict
	_, err := parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		v, err := keyOf(t, &c, keys)
		if err != nil && room.CodeOf(err) != room.Gone {
			broken = err
		}
		if err != nil {
			return nil, err
		}
		out.Voucher = v
		return material(v)
	})
	switch {
	case broken != nil:
		return out, broken
	case err != nil:
		return out, refusal("%s", err)
	}
	if err := c.check(now); err != nil {
		return out, err
	}
	out.Vouched = room.Vouched{Subject: c.Subject, Name: c.Name, Email: c.Email, Side: c.Side, Access: c.Access, Room: room.ID(c.Room)}
	out.JTI, out.Expires = c.ID, c.ExpiresAt.Add(skew)
	return out, Check(&out.Vouched)
}

// Refusal is why a token is not taken.
type Refusal struct{ why string }

// Error returns the reason, without anything secret.
func (r Refusal) Error() string { return r.why }

// Refuse is a refusal for a reason that the caller found.
func Refuse(why string) error { return Refusal{why} }

func refusal(format string, args ...any) error { return Refusal{fmt.Sprintf(format, args...)} }

// keyOf finds the key that the token names, of the portal it names, and insists
// on the algorithm that the key is for: a public key is no secret, so it must not
// be taken for one.
func keyOf(t *jwt.Token, c *claims, keys Keys) (room.Voucher, error) {
	kid, ok := t.Header["kid"].(string)
	if !ok || kid == "" {
		return room.Voucher{}, refusal("its header has no kid")
	}
	if _, critical := t.Header["crit"]; critical {
		return room.Voucher{}, refusal("its header asks for an extension")
	}
	v, err := keys(room.PortalID(c.Issuer), room.PortalKeyID(kid))
	switch {
	case room.CodeOf(err) == room.Gone:
		return v, refusal("no valid key of a portal has this iss and kid")
	case err != nil:
		return v, err
	case t.Method.Alg() != string(v.Kind):
		return v, refusal("it is signed by %s, and its key is for %s", t.Method.Alg(), v.Kind)
	}
	return v, nil
}

// material is a key in the form its algorithm takes.
func material(v room.Voucher) (any, error) {
	switch v.Kind {
	case room.KeyEdDSA:
		return ed25519.PublicKey(v.Material), nil
	case room.KeyHS256:
		return v.Material, nil
	default:
		return nil, refusal("this key signs no tokens")
	}
}

func (c *claims) check(now time.Time) error {
	switch {
	case len(c.Audience) != 1:
		return refusal("aud names several")
	case c.IssuedAt == nil:
		return refusal("iat is missing")
	case c.ExpiresAt.Sub(c.IssuedAt.Time) > MaxLife || c.ExpiresAt.Sub(now) > MaxLife+skew:
		return refusal("it is good for more than %s", MaxLife)
	case c.ID == "" || len(c.ID) > maxID:
		return refusal("jti is missing or too long")
	}
	return nil
}

// Check completes what is said about somebody and refuses what cannot be.
func Check(v *room.Vouched) error {
	v.Name, v.Email = strings.TrimSpace(v.Name), strings.ToLower(strings.TrimSpace(v.Email))
	if v.Side == "" {
		v.Side = room.SideBuyer
	}
	switch {
	case v.Access == "" && v.Side == room.NoSide:
		v.Access = room.Viewer
	case v.Access == "":
		v.Access = room.PortalMost
	}
	switch v.Side {
	case room.SideBuyer, room.SideSeller, room.SidePartner, room.NoSide:
	default:
		return refusal("side is none of buyer, seller, partner, none")
	}
	switch v.Access {
	case room.Viewer, room.Commenter, room.Contributor, room.Editor:
	default:
		return refusal("access is none of viewer, commenter, contributor, editor")
	}
	switch {
	case !room.ValidUUID(string(v.Room)):
		return refusal("room is not a room's id")
	case v.Subject == "" || len(v.Subject) > maxID || strings.ContainsRune(v.Subject, 0):
		return refusal("sub is missing or too long")
	case v.Watching() && v.Access != room.Viewer:
		return refusal("side none only watches: access is viewer")
	case v.Watching():
		return nil
	case v.Name == "" || len(v.Name) > maxName || strings.ContainsRune(v.Name, 0):
		return refusal("name is missing or too long")
	}
	if a, err := mail.ParseAddress(v.Email); v.Email != "" && (err != nil || a.Address != v.Email || len(v.Email) > maxEmail) {
		return refusal("email is not an e-mail address")
	}
	return nil
}

// ParsePublicKey reads an Ed25519 public key as PEM, as openssl and every
// library writes it.
func ParsePublicKey(text string) ([]byte, error) {
	errKey := room.FieldErrorf(room.Invalid, "public_key", "this is not an Ed25519 public key in PEM")
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, errKey
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := parsed.(ed25519.PublicKey)
	if err != nil || !ok {
		return nil, errKey
	}
	return key, nil
}

// NewKeyPair makes a key pair, the private half as PEM.
func NewKeyPair() (public []byte, private string, err error) {
	pub, priv, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(priv)
	if err != nil {
		return nil, "", err
	}
	return pub, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// IsRefusal reports whether err says that a token is not taken, and why.
func IsRefusal(err error) (string, bool) {
	r, ok := errors.AsType[Refusal](err)
	return r.why, ok
}
