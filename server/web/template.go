package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/room"
)

type getTemplateIn struct {
	Template      string   `path:"template" doc:"a slug, or the id of one of the workspace's own"`
	GoLive        string   `query:"go_live" format:"date" doc:"the day everything is worked back from; without it the steps have no dates"`
	TimeZone      string   `query:"time_zone" maxLength:"64" doc:"IANA name; says which day today is, so that steps can be too late"`
	SellerCompany string   `query:"seller_company" maxLength:"200"`
	BuyerCompany  string   `query:"buyer_company" maxLength:"200"`
	SellerWeekend []string `query:"seller_weekend" maxItems:"6" enum:"mon,tue,wed,thu,fri,sat,sun" doc:"the days the seller does not work; absent: sat, sun"`
	BuyerWeekend  []string `query:"buyer_weekend" maxItems:"6" enum:"mon,tue,wed,thu,fri,sat,sun"`
	SellerCountry string   `query:"seller_country" maxLength:"200" doc:"a code of the list of countries: its holidays are not worked"`
	BuyerCountry  string   `query:"buyer_country" maxLength:"200"`
}

// TemplatePreview is the plan that a template would make.
type TemplatePreview struct {
	Template TemplateCard  `json:"template"`
	Start    string        `json:"start,omitempty" format:"date" doc:"the first day of work"`
	Steps    []PreviewStep `json:"steps" nullable:"false"`
	Seller   []PreviewPart `json:"seller" nullable:"false" doc:"what the selling company has to do, by date"`
	Buyer    []PreviewPart `json:"buyer" nullable:"false"`
	TooLate  int           `json:"too_late" doc:"how many steps had to begin before today"`
}

// PreviewStep is one step of that plan.
type PreviewStep struct {
	Phase       string        `json:"phase"`
	Title       string        `json:"title"`
	Description string        `json:"description,omitempty"`
	SellerOwner string        `json:"seller_owner,omitempty" doc:"a role"`
	BuyerOwner  string        `json:"buyer_owner,omitempty"`
	OffsetDays  *int          `json:"offset_days,omitempty" doc:"working days from go-live"`
	Start       string        `json:"start,omitempty" format:"date"`
	Due         string        `json:"due,omitempty" format:"date"`
	IsGoLive    bool          `json:"is_go_live,omitempty"`
	DaysTooLate int           `json:"days_too_late,omitempty" doc:"how many working days ago it had to begin"`
	Criteria    []string      `json:"criteria" nullable:"false"`
	Tasks       []PreviewTask `json:"tasks" nullable:"false"`
}

// PreviewTask is one piece of work of one role.
type PreviewTask struct {
	Side  string `json:"side,omitempty" enum:"seller,buyer"`
	Role  string `json:"role,omitempty"`
	Title string `json:"title"`
}

// PreviewPart is what one side has to do in one step.
type PreviewPart struct {
	Step  string   `json:"step"`
	Role  string   `json:"role,omitempty"`
	Start string   `json:"start,omitempty" format:"date"`
	Due   string   `json:"due,omitempty" format:"date"`
	Tasks []string `json:"tasks" nullable:"false"`
}

type getTemplateOut struct{ Body TemplatePreview }

func (s *server) getTemplate(ctx context.Context, in *getTemplateIn) (*getTemplateOut, error) {
	grant, err := s.enterAnywhere(ctx)
	if err != nil {
		return nil, err
	}
	t, err := s.templateFor(ctx, grant, in.Template)
	if err != nil {
		return nil, err
	}
	fields, err := in.room()
	if err != nil {
		return nil, err
	}
	today := ""
	if in.TimeZone != "" {
		if today, err = todayIn(in.TimeZone); err != nil {
			return nil, err
		}
	}
	plan := t.Plan(fields, today)
	out := TemplatePreview{
		Template: cardOf(in.Template, room.BuiltInTemplate(in.Template) == nil, t),
		Steps:    []PreviewStep{}, Seller: previewParts(plan.Seller), Buyer: previewParts(plan.Buyer),
	}
	for _, step := range plan.Steps {
		out.Steps = append(out.Steps, previewStep(step))
		if step.Past > 0 {
			out.TooLate++
		}
		if step.Start != "" && (out.Start == "" || step.Start < out.Start) {
			out.Start = step.Start
		}
	}
	return &getTemplateOut{Body: out}, nil
}

// room returns the fields of the room that the plan would be for.
func (in *getTemplateIn) room() (room.Fields, error) {
	out := room.Fields{"seller_company": in.SellerCompany, "buyer_company": in.BuyerCompany}
	if strings.TrimSpace(in.SellerCompany) == "" {
		out["seller_company"] = "the seller"
	}
	if strings.TrimSpace(in.BuyerCompany) == "" {
		out["buyer_company"] = "the customer"
	}
	if in.GoLive != "" {
		day, err := room.SchemaOf(room.RoomEntity).Field("go_live").CheckValue(in.GoLive)
		if err != nil {
			err.Field = "go_live"
			return nil, err
		}
		out["go_live"] = day
	}
	for name, days := range map[string][]string{"seller_weekend": in.SellerWeekend, "buyer_weekend": in.BuyerWeekend} {
		if len(days) > 0 {
			out[name] = slices.Clone(days)
		}
	}
	for name, country := range map[string]string{"seller_holidays": in.SellerCountry, "buyer_holidays": in.BuyerCountry} {
		if days := holidaysOf(country, time.Now()); days != nil {
			out[name] = days
		}
	}
	return out, nil
}

// todayIn is today's date in a time zone.
func todayIn(zone string) (string, error) {
	if !room.ValidZone(zone) {
		return "", room.FieldErrorf(room.Invalid, "time_zone", "this is not a time zone; use an IANA name like Europe/Berlin")
	}
	return room.Today(time.Now(), zone), nil
}

func previewStep(s room.TemplateStep) PreviewStep {
	out := PreviewStep{
		Phase: s.Phase, Title: s.Title, Description: s.Description, SellerOwner: s.SellerOwner, BuyerOwner: s.BuyerOwner,
		OffsetDays: s.OffsetDays, Start: s.Start, Due: s.Due, IsGoLive: s.GoLive, DaysTooLate: s.Past,
		Criteria: append([]string{}, s.Criteria...), Tasks: []PreviewTask{},
	}
	for _, t := range s.Tasks {
		out.Tasks = append(out.Tasks, PreviewTask(t))
	}
	return out
}

func previewParts(parts []room.TemplatePart) []PreviewPart {
	out := []PreviewPart{}
	for _, p := range parts {
		part := PreviewPart{Step: p.Step, Role: p.Role, Start: p.Start, Due: p.Due, Tasks: []string{}}
		for _, t := range p.Tasks {
			part.Tasks = append(part.Tasks, t.Title)
		}
		out = append(out, part)
	}
	return out
}
