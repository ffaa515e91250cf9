package card

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// pen draws onto a card.
type pen struct{ img *image.RGBA }

// colorOf reads #rrggbb.
func colorOf(hex string) color.RGBA {
	c := color.RGBA{A: 0xff}
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &c.R, &c.G, &c.B); err != nil {
		return ink
	}
	return c
}

// logoWidth is how wide a logo may be: a name has to fit beside it.
const logoWidth = 420

// logo draws a logo at most as high and as wide as there is space, and returns
// how wide it became; 0 for none.
func (p *pen) logo(data []byte, at image.Point) int {
	if len(data) == 0 {
		return 0
	}
	src, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return 0 // the name says it
	}
	size := src.Bounds().Size()
	scale := min(float64(logoSpace)/float64(size.Y), float64(logoWidth)/float64(size.X))
	w, h := max(1, int(float64(size.X)*scale)), max(1, int(float64(size.Y)*scale))
	top := at.Y + (logoSpace-h)/2
	xdraw.CatmullRom.Scale(p.img, image.Rect(at.X, top, at.X+w, top+h), src, src.Bounds(), draw.Over, nil)
	return w
}

// bar fills a rectangle with round ends.
func (p *pen) bar(r image.Rectangle, ink color.Color) {
	const circle = 0.5523 // how far a Bézier's handles are for a quarter of a circle
	w, h := float32(r.Dx()), float32(r.Dy())
	round := h / 2
	k := round * (1 - circle)
	v := vector.NewRasterizer(r.Dx(), r.Dy())
	v.MoveTo(round, 0)
	v.LineTo(w-round, 0)
	v.CubeTo(w-k, 0, w, k, w, round)
	v.CubeTo(w, h-k, w-k, h, w-round, h)
	v.LineTo(round, h)
	v.CubeTo(k, h, 0, h-k, 0, round)
	v.CubeTo(0, k, k, 0, round, 0)
	v.ClosePath()
	v.Draw(p.img, r, image.NewUniform(ink), image.Point{})
}
