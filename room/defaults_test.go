package room

import (
	"reflect"
	"testing"
)

// A new room has what it says itself, else what its workspace says.
func TestANewRoomBeginsWithItsWorkspacesDefaults(t *testing.T) {
	d := Defaults{TimeZone: "Europe/Oslo", Weekend: []string{"fri", "sat"}, Country: "no", Holidays: []string{"2026-05-17"}}
	for name, c := range map[string]struct {
		given map[string]any
		zone  string
		want  map[string]any
		in    string
	}{
		"nothing said":       {nil, "", map[string]any{"seller_weekend": []any{"fri", "sat"}, "seller_country": "no", "seller_holidays": []any{"2026-05-17"}}, "Europe/Oslo"},
		"its own zone":       {nil, "Asia/Tokyo", map[string]any{"seller_weekend": []any{"fri", "sat"}, "seller_country": "no", "seller_holidays": []any{"2026-05-17"}}, "Asia/Tokyo"},
		"its own weekend":    {map[string]any{"seller_weekend": []any{}}, "", map[string]any{"seller_weekend": []any{}, "seller_country": "no", "seller_holidays": []any{"2026-05-17"}}, "Europe/Oslo"},
		"its own holidays":   {map[string]any{"seller_holidays": []any{}}, "", map[string]any{"seller_weekend": []any{"fri", "sat"}, "seller_holidays": []any{}}, "Europe/Oslo"},
		"another country":    {map[string]any{"seller_country": "se"}, "", map[string]any{"seller_weekend": []any{"fri", "sat"}, "seller_country": "se"}, "Europe/Oslo"},
		"the buyer's is own": {map[string]any{"buyer_country": "de"}, "", map[string]any{"buyer_country": "de", "seller_weekend": []any{"fri", "sat"}, "seller_country": "no", "seller_holidays": []any{"2026-05-17"}}, "Europe/Oslo"},
	} {
		got := NewRoom{TimeZone: c.zone, Calendars: c.given}.With(d)

		if !reflect.DeepEqual(got.Calendars, c.want) || got.TimeZone != c.in {
			t.Errorf("%s: %v in %s, want %v in %s", name, got.Calendars, got.TimeZone, c.want, c.in)
		}
	}
}

func TestDefaultsAreChecked(t *testing.T) {
	for field, d := range map[string]Defaults{
		"time_zone": {TimeZone: "Mars/Olympus"}, "weekend": {Weekend: []string{"sol"}}, "holidays": {Holidays: []string{"2026-02-30"}},
	} {
		if _, err := d.Check(); err == nil || err.(*Error).Field != field {
			t.Errorf("%+v: %v", d, err)
		}
	}
	got, err := Defaults{Weekend: []string{"sun", "sat"}, Holidays: []string{"2026-12-25", "2026-01-01"}}.Check()
	if err != nil || !reflect.DeepEqual(got, Defaults{Weekend: []string{"sat", "sun"}, Holidays: []string{"2026-01-01", "2026-12-25"}}) {
		t.Errorf("%+v, %v", got, err)
	}
}
