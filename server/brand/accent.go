package brand

import (
	"fmt"
	"math"
)

// rgb is a colour, its parts from 0 to 255.
type rgb [3]float64

// The surfaces that an accent has to be read on, in light and in dark. They are
// those of client/src/page/tokens.css that are hardest to read it on.
var (
	white       = rgb{255, 255, 255}
	black       = rgb{0, 0, 0}
	lightPage   = rgb{0xee, 0xf1, 0xf5} // --surface-2
	darkPage    = rgb{0x2d, 0x35, 0x40} // --border, darker than which nothing is that text stands on
	darkSurface = rgb{0x16, 0x1a, 0x21} // --surface
	darkText    = rgb{0x0b, 0x12, 0x20} // on an accent in dark
)

const (
	// readable is the least contrast of text (WCAG 1.4.3), and a little more:
	// colours are rounded.
	readable = 4.55
	// correction is the step by which an accent is darkened or lightened.
	correction = 0.02
	lightSoft  = 0.10 // how much accent is in a soft surface
	darkSoft   = 0.20
	hovered    = 0.16 // how much nearer to black or white a button under the pointer is
)

// Accent is a workspace's colour as a page uses it, each shade readable where it
// stands. client/src/desk/settings/accent.ts works out the same.
type Accent struct {
	Light      string `json:"light"`
	LightHover string `json:"light_hover"`
	LightSoft  string `json:"light_soft"`
	Dark       string `json:"dark"`
	DarkHover  string `json:"dark_hover"`
	DarkSoft   string `json:"dark_soft"`
}

// Shades darkens and lightens an accent until text in it, and white or dark
// text on it, can be read. Accent is #rrggbb, "" for Parley's own.
func Shades(accent string) Accent {
	light := rgbOf(accent)
	dark := light
	for contrast(light, lightPage) < readable || contrast(light, light.toward(white, 1-lightSoft)) < readable {
		light = light.toward(black, correction)
	}
	for contrast(dark, darkPage) < readable || contrast(dark, darkSurface.toward(dark, darkSoft)) < readable {
		dark = dark.toward(white, correction)
	}
	return Accent{
		Light: light.hex(), LightHover: light.toward(black, hovered).hex(), LightSoft: light.toward(white, 1-lightSoft).hex(),
		Dark: dark.hex(), DarkHover: dark.toward(white, hovered).hex(), DarkSoft: darkSurface.toward(dark, darkSoft).hex(),
	}
}

// toward mixes a part of another colour in, and rounds as a screen does.
func (c rgb) toward(other rgb, part float64) rgb {
	for i := range c {
		c[i] = math.Round(c[i] + (other[i]-c[i])*part)
	}
	return c
}

func (c rgb) hex() string {
	return fmt.Sprintf("#%02x%02x%02x", int(c[0]), int(c[1]), int(c[2]))
}

// contrast is that of WCAG 2.2, from 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c rgb) luminance() float64 {
	linear := func(v float64) float64 {
		if v /= 255; v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

// Own is the accent of who has none of their own; --accent of tokens.css.
const Own = "#1d56d6"

// OnDark is the colour of text on an accent where the page is dark.
func OnDark() string { return darkText.hex() }

// rgbOf reads #rrggbb.
func rgbOf(accent string) (c rgb) {
	if accent == "" {
		accent = Own
	}
	var r, g, b int
	if _, err := fmt.Sscanf(accent, "#%02x%02x%02x", &r, &g, &b); err != nil {
		panic(err) // the routes and the store let nothing else through
	}
	return rgb{float64(r), float64(g), float64(b)}
}
