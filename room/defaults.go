package room

import "maps"

// Defaults are what a workspace's new rooms begin with, where they say nothing
// else: the selling company's time zone and days off.
type Defaults struct {
	TimeZone string   // "" for none
	Weekend  []string // nil for Saturday and Sunday
	Country  string   // where the holidays are from, "" for nowhere
	Holidays []string
}

// Check returns the defaults in the form a room holds them in, or an [*Error]
// that names the field at fault.
func (d Defaults) Check() (Defaults, error) {
	out := Defaults{TimeZone: d.TimeZone, Country: d.Country}
	for name, at := range map[string]string{"time_zone": "time_zone", "seller_weekend": "weekend", "seller_country": "country", "seller_holidays": "holidays"} {
		v, ok := d.fields()[name]
		if !ok {
			continue
		}
		value, err := SchemaOf(RoomEntity).Field(name).CheckValue(v)
		if err != nil {
			return Defaults{}, about(at, err)
		}
		switch days, _ := value.([]string); name {
		case "seller_weekend":
			out.Weekend = days
		case "seller_holidays":
			out.Holidays = days
		}
	}
	return out, nil
}

// fields are the defaults as [ParseJSON] would give a room's fields.
func (d Defaults) fields() map[string]any {
	out := map[string]any{}
	for name, s := range map[string]string{"time_zone": d.TimeZone, "seller_country": d.Country} {
		if s != "" {
			out[name] = s
		}
	}
	for name, days := range map[string][]string{"seller_weekend": d.Weekend, "seller_holidays": d.Holidays} {
		if days != nil {
			list := make([]any, len(days))
			for i, s := range days {
				list[i] = s
			}
			out[name] = list
		}
	}
	return out
}

// With returns the room to be made with the defaults where it says nothing: the
// seller's holidays follow its country, so one is not taken without the other.
func (n NewRoom) With(d Defaults) NewRoom {
	given := maps.Clone(n.Calendars)
	if given == nil {
		given = map[string]any{}
	}
	_, country := given["seller_country"]
	_, holidays := given["seller_holidays"]
	for name, v := range d.fields() {
		_, set := given[name]
		switch {
		case set, (country || holidays) && name != "seller_weekend" && name != "time_zone":
		case name == "time_zone":
			if n.TimeZone == "" {
				n.TimeZone = d.TimeZone
			}
		default:
			given[name] = v
		}
	}
	n.Calendars = given
	return n
}
