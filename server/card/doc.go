// Package card draws the picture that a chat shows of a link: 1200 by 630
// pixels, what Open Graph and its readers agree on.
//
// A card is made of what its fields say and of nothing else, so the same card is
// the same bytes on every server. The package is pure. Its letters are those of
// the Go fonts (golang.org/x/image/font/gofont, BSD licence): Latin, Greek and
// Cyrillic. A text that they cannot write is left out, as boxes say less than
// nothing; whoever shows the card has the same words as text beside it.
package card
