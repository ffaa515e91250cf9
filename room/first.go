package room

import (
	"maps"
	"slices"
)

// FirstRequest returns the request that makes a room's first commit: its own
// record, its founder, and the template's plan where one is named. It is the
// server's own; the commit is the founder's.
// The error is an [*Error] that names the field of n at fault.
func FirstRequest(id ID, n NewRoom) (Request, error) {
	set := Fields{"status": "active"}
	given := map[string]any{
		"name": n.Name, "buyer_company": n.BuyerCompany, "seller_company": n.SellerCompany, "time_zone": n.TimeZone, "go_live": n.GoLive,
	}
	maps.Copy(given, n.Calendars)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		f := SchemaOf(RoomEntity).Field(name)
		if given[name] == "" && !f.Required {
			continue
		}
		value, err := f.CheckValue(given[name])
		if err == nil && value == nil {
			err = Errorf(Invalid, "a room needs a %s", name)
		}
		if err != nil {
			err.Field = name
			return Request{}, err
		}
		set[name] = value
	}
	ops := []Op{{Kind: KindRoomAdd, ID: RecordID(id), Set: set}}
	by := Member{Side: SideSeller, Access: Owner}
	if f := n.Founder; f != nil {
		by.ID, by.Name = f.ID, f.Name
		person := Fields{"name": f.Name, "side": string(SideSeller), "access": string(Owner)}
		if f.Email != "" {
			person["email"], person["verified"] = f.Email, true
		}
		ops = append(ops, Op{Kind: KindJoin, ID: f.ID, Set: person})
	}
	if n.Template != "" {
		fill := Op{Kind: KindTemplateApply, Template: n.Template, GoLive: n.GoLive, Body: n.Body}
		if _, err := templateOf(&fill); err != nil {
			return Request{}, err
		}
		ops = append(ops, fill)
	}
	return Request{Internal: true, Stream: Shared, Group: true, Ops: ops, Member: by}, nil
}
