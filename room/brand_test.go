package room

import "testing"

func TestACompanyIsGuessedByItsAddresses(t *testing.T) {
	for email, want := range map[string]string{
		"priya@northwind.example": "Northwind", "priya@mail.Northwind-Traders.co.uk": "Northwind Traders", "p@acme.com.au": "Acme",
		"p@co.uk": "Co", "p@3m.com": "3m", "p@a--b.com": "A B",
		"p@gmail.com": "", "p@yahoo.co.jp": "", "p@t-online.de": "", "p@xn--mller-kva.de": "", "p@localhost": "", "p@.com": "", "p@": "", "nobody": "", "": "",
	} {
		if got := CompanyOf(email); got != want {
			t.Errorf("CompanyOf(%q) = %q, want %q", email, got, want)
		}
	}
	if (Brand{Name: Unnamed}).Company() != "" {
		t.Error("a workspace that nobody named shows customers a name")
	}
}
