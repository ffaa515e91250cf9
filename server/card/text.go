package card

import (
	"image"
	"image/color"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

var (
	regular = parsed(goregular.TTF)
	bold    = parsed(gobold.TTF)
)

func parsed(ttf []byte) *sfnt.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic(err) // the files are constants
	}
	return f
}

// faceOf is a font at a size. A face is for one goroutine, so each card has its own.
func faceOf(f *sfnt.Font, size float64) font.Face {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err) // the sizes are constants
	}
	return face
}

// writable is a text as the fonts can write it: on one line, without emoji. It is
// "" for one with letters that they do not have.
func writable(text string) string {
	var b sfnt.Buffer
	var out strings.Builder
	for _, r := range text {
		if unicode.IsSpace(r) {
			r = ' '
		}
		glyph, err := bold.GlyphIndex(&b, r)
		switch {
		case err == nil && glyph != 0 && unicode.IsPrint(r):
			out.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			return ""
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// The title's sizes, the largest first that it fits in.
var titleSizes = []float64{80, 68, 58}

// fit breaks a title into at most two lines of a width, at words, and says at
// which size; what is too long for two is cut.
func fit(text string, width int) ([]string, float64) {
	if text == "" {
		return nil, titleSizes[0]
	}
	for i, size := range titleSizes {
		face := faceOf(bold, size)
		lines := wrap(face, text, width)
		switch {
		case len(lines) == 1 || len(lines) == 2 && i > 0:
			return lines, size
		case i == len(titleSizes)-1:
			return []string{lines[0], cut(face, strings.Join(lines[1:], " "), width)}, size
		}
	}
	panic("no size is the last") // titleSizes is not empty
}

func wrap(face font.Face, text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && wide(face, longer) > width {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	return append(lines, line)
}

// cut shortens a text to a width, with an ellipsis where something is gone.
func cut(face font.Face, text string, width int) string {
	if wide(face, text) <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && wide(face, string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	if len(runes) == 0 {
		return ""
	}
	return strings.TrimRight(string(runes), " ,.;:–-") + "…"
}

func wide(face font.Face, text string) int { return font.MeasureString(face, text).Ceil() }

// line writes one line from a point on its base line and returns how wide it is.
func (p *pen) line(text string, f *sfnt.Font, size float64, at image.Point, width int, ink color.Color) int {
	face := faceOf(f, size)
	text = cut(face, writable(text), width)
	d := font.Drawer{Dst: p.img, Src: image.NewUniform(ink), Face: face, Dot: fixed.P(at.X, at.Y)}
	d.DrawString(text)
	return wide(face, text)
}

// right writes one line that ends at a point.
func (p *pen) right(text string, f *sfnt.Font, size float64, end image.Point, width int, ink color.Color) {
	face := faceOf(f, size)
	text = cut(face, writable(text), width)
	p.line(text, f, size, image.Pt(end.X-wide(face, text), end.Y), width, ink)
}
