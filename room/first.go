package room

import "slices"

// FirstRequest returns the request that makes a room's first commit: its own
// record, and the template's plan where one is named. It is the server's own.
// The error is an [*Error] that names the field of n at fault.
func FirstRequest(id ID, n NewRoom) (Request, error) {
	set := Fields{"status": "active"}
	for name, v := range map[string]string{
		"name": n.Name, "buyer_company": n.BuyerCompany, "seller_company": n.SellerCompany, "time_zone": n.TimeZone, "go_live": n.GoLive,
	} {
		f := SchemaOf(RoomEntity).Field(name)
		if v == "" && !f.Required {
			continue
		}
		value, err := f.CheckValue(v)
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
	if n.Template != "" {
		if !slices.Contains(TemplateSlugs(), n.Template) {
			return Request{}, FieldErrorf(Invalid, "template", "%q is not a template; use %s", clip(n.Template), anyOf(TemplateSlugs()))
		}
		ops = append(ops, Op{Kind: KindTemplateApply, Template: n.Template, GoLive: n.GoLive})
	}
	return Request{Internal: true, Stream: Shared, Group: true, Ops: ops, Member: Member{Side: SideSeller, Access: Owner}}, nil
}
