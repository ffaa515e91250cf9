package card

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
)

// Width and Height are those of every card, in pixels.
const (
	Width  = 1200
	Height = 630
)

// Card is what a picture says.
type Card struct {
	Company  string // who shares, "" for nobody in particular
	Accent   string // #rrggbb, one that can be read on white
	Logo     []byte // a PNG, nil for none
	Title    string
	Kind     string    // what it is a picture of
	Progress *Progress // nil unless somebody said that it is told
}

// Progress is how far a plan is.
type Progress struct {
	Done, Total int
	Said        string // the same in words
	GoLive      string // a line, "" for none
	Next        string // a line, "" for none
}

// drawing is raised when cards are drawn another way, so that [Card.Version] changes.
const drawing = 1

// Version names what the card shows: another one has another version.
func (c Card) Version() string {
	data, err := json.Marshal(struct {
		Drawing int
		Card
	}{drawing, c})
	if err != nil {
		panic(err) // text, bytes and numbers
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:10])
}

// Where things stand, in pixels from the left and from the top.
const (
	margin    = 88
	inner     = Width - 2*margin
	band      = 20 // the accent along the left edge
	headTop   = 76
	logoSpace = 96 // the height that a logo may have
	barTop    = 436
	barHeight = 22
)

var (
	ink   = color.RGBA{0x11, 0x18, 0x27, 0xff}
	quiet = color.RGBA{0x4b, 0x55, 0x63, 0xff}
	track = color.RGBA{0xe2, 0xe6, 0xec, 0xff}
)

// PNG draws the card.
func (c Card) PNG() []byte {
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	accent := colorOf(c.Accent)
	draw.Draw(img, image.Rect(0, 0, band, Height), image.NewUniform(accent), image.Point{}, draw.Src)
	p := &pen{img}
	p.head(c, accent)
	p.title(c)
	if c.Progress != nil {
		p.progress(*c.Progress, accent)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err) // an image of this size, into memory
	}
	return out.Bytes()
}

// head shows whose plan it is: the logo with the name beside it, or one of them.
func (p *pen) head(c Card, accent color.Color) {
	x := margin
	if logo := p.logo(c.Logo, image.Pt(margin, headTop)); logo > 0 {
		x += logo + 28
	}
	p.line(c.Company, bold, 40, image.Pt(x, headTop+logoSpace/2+14), Width-margin-x, accent)
}

// title is the middle of the card: in up to two lines, smaller where it is long.
func (p *pen) title(c Card) {
	y := 316
	if c.Progress != nil {
		y = 276
	}
	lines, size := fit(writable(c.Title), inner)
	if len(lines) == 0 { // the kind has to say it alone
		p.line(c.Kind, bold, 76, image.Pt(margin, y), inner, ink)
		return
	}
	if len(lines) == 2 {
		y -= int(size) / 2
	}
	for _, line := range lines {
		p.line(line, bold, size, image.Pt(margin, y), inner, ink)
		y += int(size * 1.18)
	}
	p.line(c.Kind, regular, 36, image.Pt(margin, y-int(size)+54), inner, quiet)
}

// progress is a bar, and what is done and comes next below it.
func (p *pen) progress(of Progress, accent color.Color) {
	p.bar(image.Rect(margin, barTop, margin+inner, barTop+barHeight), track)
	if of.Total > 0 && of.Done > 0 {
		width := max(barHeight, inner*min(of.Done, of.Total)/of.Total)
		p.bar(image.Rect(margin, barTop, margin+width, barTop+barHeight), accent)
	}
	y := barTop + barHeight + 52
	used := p.line(of.Said, bold, 34, image.Pt(margin, y), inner, ink)
	p.right(of.GoLive, regular, 34, image.Pt(margin+inner, y), inner-used-40, ink)
	p.line(of.Next, regular, 30, image.Pt(margin, y+50), inner, quiet)
}
