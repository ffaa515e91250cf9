package card_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"parley/server/card"
)

func plain() card.Card {
	return card.Card{Company: "Northwind", Accent: "#1d56d6", Title: "Rollout plan", Kind: "Mutual action plan"}
}

func drawn(t *testing.T, c card.Card) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(c.PNG()))
	if err != nil || img.Bounds() != image.Rect(0, 0, 1200, 630) {
		t.Fatalf("a picture of %v, %v", img, err)
	}
	return img
}

// inked counts the pixels of a part that are not white.
func inked(img image.Image, part image.Rectangle) (n int) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if r, g, b, _ := img.At(x, y).RGBA(); r&g&b != 0xffff {
				n++
			}
		}
	}
	return n
}

// A card is a PNG of the size that previews agree on, with the company's colour
// along its edge; nothing is written outside its margins, however long.
func TestACardHoldsItsText(t *testing.T) {
	long := plain()
	long.Title = strings.Repeat("Größenprüfung der Lieferkette ", 9)
	long.Company = strings.Repeat("Northwind ", 20)
	long.Progress = &card.Progress{Done: 8, Total: 16, Said: "8 of 16 done", GoLive: "Go-live Mon 30 Nov 2026", Next: strings.Repeat("Next ", 60)}
	unbroken := plain()
	unbroken.Title = strings.Repeat("W", 200)
	for name, c := range map[string]card.Card{"plain": plain(), "long": long, "unbroken": unbroken, "empty": {}} {
		img := drawn(t, c)
		if n := inked(img, image.Rect(1120, 0, 1200, 630)) + inked(img, image.Rect(20, 0, 80, 630)) + inked(img, image.Rect(20, 600, 1200, 630)); n > 0 {
			t.Errorf("%s: %d pixels outside the margins", name, n)
		}
		if want := (color.RGBA{0x1d, 0x56, 0xd6, 0xff}); c.Accent != "" && color.RGBAModel.Convert(img.At(5, 300)) != want {
			t.Errorf("%s: the edge is %v", name, img.At(5, 300))
		}
	}
	if inked(drawn(t, plain()), image.Rect(88, 240, 1112, 400)) < 3000 {
		t.Error("the title is not there")
	}
}

// Letters that the fonts do not have are left out with the text they are in; the
// kind says it alone. An emoji is left out by itself.
func TestACardWritesNoBoxes(t *testing.T) {
	chinese, kind, emoji := plain(), plain(), plain()
	chinese.Title, kind.Title, emoji.Title = "安全审查 rollout", "", "Rollout 🚀 plan"
	if !bytes.Equal(chinese.PNG(), kind.PNG()) {
		t.Error("a title that cannot be written is written")
	}
	if !bytes.Equal(emoji.PNG(), plain().PNG()) {
		t.Error("an emoji takes the title with it, or is a box")
	}
}

// The version is that of what is seen: each field has its part in it.
func TestAnotherCardHasAnotherVersion(t *testing.T) {
	versions := map[string]bool{plain().Version(): true}
	for name, change := range map[string]func(*card.Card){
		"company": func(c *card.Card) { c.Company = "Acme" }, "accent": func(c *card.Card) { c.Accent = "#000000" }, "title": func(c *card.Card) { c.Title = "Pilot" },
		"kind": func(c *card.Card) { c.Kind = "Plan" }, "logo": func(c *card.Card) { c.Logo = []byte("x") }, "progress": func(c *card.Card) { c.Progress = &card.Progress{} },
	} {
		c := plain()
		change(&c)
		if versions[c.Version()] {
			t.Errorf("another %s has the same version", name)
		}
		versions[c.Version()] = true
	}
	one, two := plain(), plain()
	if one.Version() != two.Version() || !bytes.Equal(one.PNG(), two.PNG()) {
		t.Error("the same card is drawn twice in two ways")
	}
}
