package watch

import (
	"html/template"

	"parley/room"
	"parley/server/brand"
	"parley/server/card"
)

// Card is what the preview of a link shows.
type Card struct{ Title, Text, URL, Alt, Site string }

// NewPicture is the picture of a link to a plan: by whose company it is shared,
// and what the plan is called. How far it is, what comes next and when it goes
// live is on it where the link's owner said so: a preview is seen by whoever is
// in the chat.
func NewPicture(p *Plan, b room.Brand, progress bool) card.Card {
	c := card.Card{Company: b.Company(), Accent: brand.Shades(b.Accent).Light, Title: p.Title, Kind: english.MutualPlan}
	if !progress {
		return c
	}
	f := p.Figures()
	c.Progress = &card.Progress{Done: p.Schedule.Progress.Done, Total: p.Schedule.Progress.Total, Said: f.Done + " " + english.Done}
	if live := p.Schedule.GoLive; live != "" {
		c.Progress.GoLive = english.GoLive + " " + longDay(live)
	}
	if m := f.Next; m != nil {
		c.Progress.Next = english.Next + ": " + m.Title
		if m.Due != "" {
			c.Progress.Next = english.Next + ", " + weekDay(m.Due, p.Today) + ": " + m.Title
		}
	}
	return c
}

// Neutral is the picture of a link that asks who comes: it says nothing of whose
// it is or what is behind it.
var Neutral = card.Card{Accent: brand.Own, Title: english.SharedPlan, Kind: english.MutualPlan}

// NewCard is a picture and its address, as a preview shows them.
func NewCard(c card.Card, url string) Card {
	text := c.Kind
	if p := c.Progress; p != nil {
		for _, part := range []string{p.Said, p.GoLive, p.Next} {
			if part != "" {
				text += " · " + part
			}
		}
	}
	return Card{Title: c.Title, Text: text, URL: url, Alt: c.Title + ". " + text, Site: c.Company}
}

// Tags are the elements of a page's head that previews read.
func (c Card) Tags() template.HTML { return template.HTML(execute("card", c)) }
