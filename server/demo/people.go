package demo

import "parley/room"

// The companies and the plan's name, as the room is made with them.
const (
	Name          = "Rollout plan"
	SellerCompany = "Northwind"
	BuyerCompany  = "Acme"
	TimeZone      = "Europe/Berlin"
	template      = "software-purchase"
)

// person is one of the cast.
type person struct {
	name, email, role string
	side              room.Side
	access            room.Access
	buyingRole        string // seller-only, "" for none
}

// The cast. The first of each side owns its part of the room.
var (
	priya = person{name: SellerName, email: SellerEmail, role: "Account executive", side: room.SideSeller, access: room.Owner}
	omar  = person{name: "Omar Said", email: "omar.said@northwind.example", role: "Solutions engineer", side: room.SideSeller, access: room.Editor}
	marc  = person{name: "Marc Olsen", email: "marc.olsen@acme.example", role: "Head of operations", side: room.SideBuyer, access: room.Owner, buyingRole: "champion"}
	dana  = person{name: "Dana Kim", email: "dana.kim@acme.example", role: "Chief operating officer", side: room.SideBuyer, access: room.Editor, buyingRole: "economic_buyer"}
	lena  = person{name: "Lena Fischer", email: "lena.fischer@acme.example", role: "Legal", side: room.SideBuyer, access: room.Editor, buyingRole: "legal"}
	ines  = person{name: "Ines Vidal", email: "ines.vidal@acme.example", role: "IT and security", side: room.SideBuyer, access: room.Contributor, buyingRole: "technical_evaluator"}
)

var cast = []person{priya, omar, marc, dana, lena, ines}

func (p person) company() string {
	if p.side == room.SideSeller {
		return SellerCompany
	}
	return BuyerCompany
}

// slots says who fills the template's role slots. Acme's procurement has no
// person yet: the page shows roles that nobody has.
var slots = map[string]person{
	"seller/Account executive":        priya,
	"seller/Executive sponsor":        priya,
	"seller/Solutions engineer":       omar,
	"seller/Legal counsel":            omar,
	"seller/Customer success manager": omar,
	"buyer/Project lead":              marc,
	"buyer/Executive sponsor":         dana,
	"buyer/IT lead":                   ines,
	"buyer/Security lead":             ines,
	"buyer/Legal":                     lena,
}

// The person of Northwind's demo link.
const (
	SellerName  = "Priya Nair"
	SellerEmail = "priya.nair@northwind.example"
)

// Seller is the person of Northwind's demo link.
func Seller(id room.ID) room.RecordID { return idOf(id, priya.name) }

// Buyer is the person of Acme's demo link.
func Buyer(id room.ID) room.RecordID { return idOf(id, marc.name) }
