package web

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
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
		x := tokensOf(c)
		light, dark := rgbOf(x.Light[1:]), rgbOf(x.Dark[1:])
		for what, ratio := range map[string]float64{
			"light accent on white": contrast(light, white), "on a grey": contrast(light, lightPage), "on its soft": contrast(light, rgbOf(x.LightSoft[1:])),
			"white on light accent": contrast(white, light), "white on it under the pointer": contrast(white, rgbOf(x.LightHover[1:])),
			"dark accent on the page": contrast(dark, darkSurface), "on a border": contrast(dark, darkPage), "on its dark soft": contrast(dark, rgbOf(x.DarkSoft[1:])),
			"dark text on dark accent": contrast(darkText, dark), "dark text on it under the pointer": contrast(darkText, rgbOf(x.DarkHover[1:])),
		} {
			if ratio < 4.5 {
				t.Errorf("%s: %s is %.2f", c.hex(), what, ratio)
			}
		}
	}
	if own := tokensOf(rgbOf("1d56d6")); own.Light != "#1d56d6" {
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
	var cases map[string]accentTokens
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 5 {
		t.Fatal(len(cases), err)
	}
	for accent, want := range cases {
		if got := tokensOf(rgbOf(accent[1:])); got != want {
			t.Errorf("%s gives %+v, want %+v", accent, got, want)
		}
	}
}

// A style follows from the colour in its address and from nothing else.
func TestAnAccentHasItsStyle(t *testing.T) {
	a := newApp(t)

	style := a.get("/brand/ffcc00.css", nil)

	if style.Code != http.StatusOK || !strings.HasPrefix(style.Body.String(), ":root{--accent:light-dark(#") || !strings.HasPrefix(style.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%d %v %s", style.Code, style.Header(), style.Body)
	}
	for _, path := range []string{"/brand/FFCC00.css", "/brand/fc0.css", "/brand/ffcc00;}.css"} {
		a.get(path, nil).refused(http.StatusNotFound, "gone", "")
	}
}
