package brand

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// Whatever colour a company has, text in it and on it can be read, in light and
// in dark.
func TestEveryAccentCanBeRead(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	colours := []rgb{white, black, {255, 255, 0}, {0, 0, 255}, {128, 128, 128}, lightPage, darkPage}
	for range 500 {
		colours = append(colours, rgb{float64(random.IntN(256)), float64(random.IntN(256)), float64(random.IntN(256))})
	}
	for _, c := range colours {
		x := Shades(c.hex())
		light, dark := rgbOf(x.Light), rgbOf(x.Dark)
		for what, ratio := range map[string]float64{
			"light accent on white": contrast(light, white), "on a grey": contrast(light, lightPage), "on its soft": contrast(light, rgbOf(x.LightSoft)),
			"white on light accent": contrast(white, light), "white on it under the pointer": contrast(white, rgbOf(x.LightHover)),
			"dark accent on the page": contrast(dark, darkSurface), "on a border": contrast(dark, darkPage), "on its dark soft": contrast(dark, rgbOf(x.DarkSoft)),
			"dark text on dark accent": contrast(darkText, dark), "dark text on it under the pointer": contrast(darkText, rgbOf(x.DarkHover)),
		} {
			if ratio < 4.5 {
				t.Errorf("%s: %s is %.2f", c.hex(), what, ratio)
			}
		}
	}
	if own := Shades(""); own.Light != Own {
		t.Errorf("an accent that can be read is changed to %s", own.Light)
	}
}

// The browser works out the same: client/src/desk/settings/accent.test.ts reads
// this file too.
func TestAccentsAreThoseOfTheBrowser(t *testing.T) {
	data, err := os.ReadFile("testdata/accents.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]Accent
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 5 {
		t.Fatal(len(cases), err)
	}
	for accent, want := range cases {
		if got := Shades(accent); got != want {
			t.Errorf("%s gives %+v, want %+v", accent, got, want)
		}
	}
}
