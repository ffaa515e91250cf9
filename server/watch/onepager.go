package watch

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"rsc.io/qr"
)

// Sheet is the plan on one sheet of paper.
type Sheet struct {
	Plan    *Plan
	Now     time.Time
	URL     string // where it is live
	Back    string // the page it belongs to
	Version string // of the assets
	Accent  string // where the style of the company's colour is, "" for Parley's own
}

// shownSteps bounds what is listed beside the table, so that the sheet is one page.
const shownSteps = 3

// roomyRows is how many milestones one page has with their owners. Of more it has
// the status, title and date, in two columns.
const roomyRows = 18

// Bytes writes the sheet. It has no script; who reads it prints it.
func (s Sheet) Bytes() []byte {
	at := s.Now.In(s.Plan.Zone)
	trouble, ahead, criteria := s.Plan.Trouble(), s.Plan.Ahead(), s.Plan.Criteria()
	open := criteria[:len(criteria)-s.Plan.CriteriaMet()]
	return execute("sheet", struct {
		Sheet
		W                          words
		Title, AsOf                string
		Trouble, Ahead             []*Milestone
		MoreTrouble                int
		Open                       []Measured
		MoreOpen, Met, AllCriteria int
		Dense                      bool
		QR                         template.HTML
	}{
		s, english, s.Plan.Title, at.Format("Mon 2 Jan 2006, 15:04 ") + zoneWords(s.Plan.Zone),
		trouble[:min(shownSteps, len(trouble))], ahead[:min(shownSteps, len(ahead))], max(0, len(trouble)-shownSteps),
		open[:min(shownSteps+1, len(open))], max(0, len(open)-shownSteps-1), s.Plan.CriteriaMet(), len(criteria), len(s.Plan.All) > roomyRows, qrCode(s.URL),
	})
}

// zoneWords names a time zone by its city: "Berlin time".
func zoneWords(zone *time.Location) string {
	name := zone.String()
	return strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ") + " time"
}

// qrCode draws an address for a phone's camera, as one path.
func qrCode(url string) template.HTML {
	code, err := qr.Encode(url, qr.M)
	if err != nil {
		return "" // an address that is too long for one; it is spelled out beside it
	}
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="-2 -2 %[1]d %[1]d" aria-hidden="true"><path d="%s"/></svg>`, code.Size+4, path.String()))
}
